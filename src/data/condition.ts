/**
 * Conditions over a record, in the words of the rule language: `size > 10 and not (env in [dev, test] or name matches /^old/)`.
 * A path alone holds when its field is there and not false. Missing is missing: a test on a field that is not there (or null)
 * is false, `!=` too; ask with `is missing`. Pure; linear in the text; never throws.
 */
import type { Json, PawlRecord } from '../json.ts'
import { type FieldPath, parsePath, valueAt } from './path.ts'
import { compilePattern } from './pattern.ts'
import { remember } from './remember.ts'
import { compareValues, isMissing, numberOf, textOfValue } from './value.ts'

/** More is a program, which belongs into a command; it also bounds how deep the reading nests. */
const CONDITION_MAX = 1_000

export type Condition = (record: PawlRecord) => boolean

export type ConditionReading =
  | { readonly ok: true; readonly holds: Condition }
  | { readonly ok: false; readonly message: string }

/** True for a value that is there and not false: what `filter`, `count` and `abort-when` mean by a bare field. */
export function holds(value: Json | undefined): boolean {
  return !isMissing(value) && value !== false
}

/** Reads a condition once; the same text is read only once. */
export const compileCondition: (text: string) => ConditionReading = remember((text): ConditionReading => {
  if (text.length > CONDITION_MAX)
    return { ok: false, message: `is a condition of ${text.length} characters: ${CONDITION_MAX} are the most` }
  try {
    return { ok: true, holds: new Reader(text).all() }
  } catch (error) {
    if (error instanceof Misread) return { ok: false, message: error.message }
    throw error
  }
})

/** Leaves the reader from any depth; never leaves this file. */
class Misread extends Error {}

/** What is compared with: as typed without quotes, a number or a word stands for the text that looks the same too. */
interface Literal {
  readonly value: string | number | boolean
  readonly typed: string
}

const SPACE = /\s*/y
const WORD = /[\p{L}\p{N}_$@#:/+*%.-]+/uy
const PATH =
  /[\p{L}\p{N}_$@](?:[\p{L}\p{N}_$@:-]|\.(?=[\p{L}\p{N}_$@]))*(?:\[(?:\d{1,15}|"(?:[^"\\]|\\.)*"|'[^']*')\](?:\.[\p{L}\p{N}_$@:.-]+)?)*/uy
const OPERATOR = /==|!=|<=|=<|>=|<|>/y
const QUOTED = /'([^']*)'|"((?:[^"\\]|\\.)*)"/y
/** What a literal may start with. */
const LITERAL = /['"\p{L}\p{N}_$@#:/+*%.-]/uy
const PATTERN = /\/(?:[^/\\]|\\.)*\/[a-z]*/y

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  all(): Condition {
    const condition = this.#either()
    this.#space()
    if (this.#at < this.#text.length) throw this.#misread('expected and, or, or the end')
    return condition
  }

  #either(): Condition {
    const branches = [this.#both()]
    while (this.#word('or')) branches.push(this.#both())
    const [only] = branches
    return branches.length === 1 && only ? only : (record) => branches.some((branch) => branch(record))
  }

  #both(): Condition {
    const parts = [this.#negated()]
    while (this.#word('and')) parts.push(this.#negated())
    const [only] = parts
    return parts.length === 1 && only ? only : (record) => parts.every((part) => part(record))
  }

  #negated(): Condition {
    if (this.#word('not')) {
      const inner = this.#negated()
      return (record) => !inner(record)
    }
    if (!this.#sign('(')) return this.#test()
    const inner = this.#either()
    if (!this.#sign(')')) throw this.#misread('expected )')
    return inner
  }

  #test(): Condition {
    const path = this.#path()
    if (this.#word('is')) {
      if (this.#word('missing')) return (record) => isMissing(valueAt(record, path))
      throw this.#misread('after is comes missing; for a comparison, write ==')
    }
    if (this.#word('in')) return this.#inList(path)
    if (this.#word('matches')) return this.#matches(path)
    const operator = this.#match(OPERATOR)?.[0]
    if (operator !== undefined) return comparison(path, operator, this.#literal())
    if (this.#sign('=')) throw this.#misread('to compare, write ==')
    return (record) => holds(valueAt(record, path))
  }

  #inList(path: FieldPath): Condition {
    if (!this.#sign('[')) throw this.#misread('after in comes a list, as in [dev, test]')
    const literals: Literal[] = []
    while (!this.#sign(']')) {
      if (literals.length > 0 && !this.#sign(',')) throw this.#misread('expected , or ]')
      literals.push(this.#literal())
    }
    return (record) => {
      const value = valueAt(record, path)
      return literals.some((literal) => isSame(value, literal))
    }
  }

  #matches(path: FieldPath): Condition {
    const source = this.#match(PATTERN)?.[0] ?? (this.#peek(LITERAL) ? this.#literal().typed : undefined)
    if (source === undefined) throw this.#misread('expected a pattern, as in /^web/')
    const pattern = compilePattern(source)
    if (!pattern.ok) throw new Misread(`the text after matches ${pattern.message}`)
    return (record) => {
      const value = valueAt(record, path)
      return !isMissing(value) && pattern.finds(textOfValue(value))
    }
  }

  #path(): FieldPath {
    const text = this.#match(PATH)?.[0]
    const path = text === undefined ? null : parsePath(text)
    if (!path?.ok) throw this.#misread('expected a field, as in size, spec.replicas or tags[0]')
    return path.path
  }

  #literal(): Literal {
    const quoted = this.#match(QUOTED)
    if (quoted) {
      const value = quoted[1] ?? (quoted[2] ?? '').replace(/\\(.)/gs, '$1')
      return { value, typed: value }
    }
    const typed = this.#match(WORD)?.[0]
    if (typed === undefined) throw this.#misread("expected a value, as in 10, prod or 'a text'")
    if (typed === 'null') throw this.#misread('null counts as missing: write is missing, or not … is missing')
    if (typed === 'true' || typed === 'false') return { value: typed === 'true', typed }
    return { value: numberOf(typed) ?? typed, typed }
  }

  /** A word of the language, whole: `order` does not start with `or`. */
  #word(word: string): boolean {
    this.#space()
    const end = this.#at + word.length
    if (!this.#text.startsWith(word, this.#at) || /[\p{L}\p{N}_.[-]/u.test(this.#text[end] ?? '')) return false
    this.#at = end
    return true
  }

  #sign(sign: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== sign) return false
    this.#at += 1
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    this.#space()
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at += match[0].length
    return match
  }

  #peek(pattern: RegExp): boolean {
    this.#space()
    pattern.lastIndex = this.#at
    return pattern.test(this.#text)
  }

  #space(): void {
    SPACE.lastIndex = this.#at
    SPACE.exec(this.#text)
    this.#at = SPACE.lastIndex
  }

  #misread(expected: string): Misread {
    this.#space()
    const rest = this.#text.slice(this.#at, this.#at + 20)
    const place = rest === '' ? 'at its end' : `at "${rest}"`
    const shell = /^(?:&&|\|\||!)/.test(rest) ? '; the words are and, or, not' : ''
    return new Misread(`is not a condition, ${place}: ${expected}${shell}`)
  }
}

function comparison(path: FieldPath, operator: string, literal: Literal): Condition {
  switch (operator) {
    case '==':
      return (record) => isSame(valueAt(record, path), literal)
    case '!=':
      return (record) => {
        const value = valueAt(record, path)
        return !isMissing(value) && !isSame(value, literal)
      }
    case '<':
      return (record) => (orderOf(valueAt(record, path), literal) ?? 0) < 0
    case '>':
      return (record) => (orderOf(valueAt(record, path), literal) ?? 0) > 0
    case '>=':
      return (record) => (orderOf(valueAt(record, path), literal) ?? -1) >= 0
    default:
      return (record) => (orderOf(valueAt(record, path), literal) ?? 1) <= 0
  }
}

function isSame(value: Json | undefined, { value: wanted, typed }: Literal): boolean {
  return value === wanted || value === typed
}

/** Numbers with numbers (a text that is one counts), text with text; null where the two have no order. */
function orderOf(value: Json | undefined, { value: wanted }: Literal): number | null {
  if (typeof wanted === 'number') {
    const number = numberOf(value)
    return number === null ? null : number - wanted
  }
  return typeof value === 'string' && typeof wanted === 'string' ? compareValues(value, wanted) : null
}
