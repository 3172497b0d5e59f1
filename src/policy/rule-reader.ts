/**
 * What reading conditions and permissions have in common: one token ahead, words, lists, `and` and `or`, and the error that
 * leaves from any depth. Pure.
 */
import { nearest } from '../command/names.ts'
import { readNameToken, readToken, type Sign, type Token } from './rule-lex.ts'
import type { Place } from './tree.ts'

/** Of what was found instead, as much is quoted in a message. */
const FOUND_SHOWN = 30

/** Leaves the parser from any depth; `parseRule` makes a value of it. */
export class Misread extends Error implements Place {
  readonly at: number
  readonly end: number

  constructor(message: string, { at, end }: Place) {
    super(message)
    this.at = at
    this.end = end
  }
}

interface Node {
  readonly kind: string
}

/** What `and` and `or` make of conditions, and of permissions. */
interface Chain<N> {
  readonly kind: 'and' | 'or'
  readonly parts: readonly N[]
}

interface Expectation {
  /** Words that could stand here. */
  readonly near?: readonly string[]
  /** What to write instead. */
  readonly advice?: string
}

export class RuleReader {
  readonly #text: string
  /** The end of the last token that was taken. */
  #end = 0
  #ahead: Token | null = null

  constructor(text: string) {
    this.#text = text
  }

  /** Where the last token that was taken ends. */
  get end(): number {
    return this.#end
  }

  /** The next token, which stays where it is. */
  peek(): Token {
    this.#ahead ??= readToken(this.#text, this.#end)
    return this.#ahead
  }

  /** Takes the token that {@link peek} shows. */
  skip(): void {
    this.#end = this.peek().end
    this.#ahead = null
  }

  /** Takes the next token as a command's name, which may hold signs. */
  name(): Token {
    const token = readNameToken(this.#text, this.#end)
    this.#end = token.end
    this.#ahead = null
    return token
  }

  atEnd(): boolean {
    return this.peek().kind === 'end'
  }

  /** Takes this word if it is the next one. */
  word(word: string): boolean {
    const token = this.peek()
    if (token.kind !== 'word' || token.text !== word) return false
    this.skip()
    return true
  }

  /** True when this sign comes next; it stays where it is. */
  isSign(sign: Sign): boolean {
    const token = this.peek()
    return token.kind === 'sign' && token.sign === sign
  }

  /** Takes this sign if it is the next token. */
  sign(sign: Sign): boolean {
    const found = this.isSign(sign)
    if (found) this.skip()
    return found
  }

  /** Takes the `)` that must follow a combination of conditions or permissions. */
  close(): void {
    if (!this.sign(')')) throw this.expected('"and", "or" or ")"', { near: ['and', 'or'] })
  }

  /** `[`, items with commas between, `]`; may be empty. */
  list<T>(what: string, item: () => T): T[] {
    if (!this.sign('[')) throw this.expected(what, this.isSign('(') ? { advice: 'a list has square brackets' } : {})
    const items: T[] = []
    while (!this.sign(']')) {
      if (items.length > 0 && !this.sign(',')) throw this.expected('"," or "]"')
      items.push(item())
    }
    return items
  }

  /** One part, or several joined by the word, as one flat node. */
  chain<N extends Node>(kind: 'and' | 'or', part: () => N | Chain<N>): N | Chain<N> {
    const first = part()
    if (!this.word(kind)) return first
    const parts = [...partsOf(first, kind)]
    do parts.push(...partsOf(part(), kind))
    while (this.word(kind))
    return { kind, parts }
  }

  /** The error for a next token that cannot stand here; a word near to one of `near` is taken for a slip of the finger. */
  expected(what: string, { near = [], advice = '' }: Expectation = {}): Misread {
    const token = this.peek()
    if (token.kind === 'bad') return new Misread(token.message, token)
    if (token.kind === 'end') return new Misread(`expected ${what}, but the rule ends here`, token)
    const found = this.#text.slice(token.at, token.end)
    const shown = found.length > FOUND_SHOWN ? `${found.slice(0, FOUND_SHOWN)}…` : found
    const meant = token.kind === 'word' ? nearest(token.text.toLowerCase(), near) : null
    const then = meant === null || meant === found ? advice : `did you mean ${meant}?`
    return new Misread(`expected ${what}, found ${shown}${then === '' ? '' : `: ${then}`}`, token)
  }
}

/** The parts of an `and` inside an `and`, of an `or` inside an `or`; any other node itself. */
function partsOf<N extends Node>(node: N | Chain<N>, kind: 'and' | 'or'): readonly N[] {
  return isChain(node, kind) ? node.parts : [node as N]
}

function isChain<N extends Node>(node: N | Chain<N>, kind: 'and' | 'or'): node is Chain<N> {
  return node.kind === kind
}
