/**
 * The one parser of pipelines: a line becomes a tree, or an error with its place and what to write instead. Pure.
 * Never throws and takes linear time, whatever the text. It knows no command: names and options are bound later.
 */
import { type Lexeme, lex, type Piece } from './lex.ts'
import { isCommandName, isOptionName, isShortName } from './names.ts'
import { normalise, type Platform } from './normalise.ts'
import type { LanguageError, ParseResult, Path, Place, Redirect, Stage, Token, Value } from './tree.ts'

/** UTF-16 units. Discord's options hold 6,000 and Slack's messages are cut at 40,000: nobody types more than this by hand. */
export const MAX_LINE_LENGTH = 10_000

export interface ParseOptions {
  /** The chat client whose changes to the text are undone first; without it the line is read to the letter. */
  readonly platform?: Platform
}

type Word = Extract<Lexeme, { kind: 'word' }>

/**
 * Reads one pipeline. Positions in the result are offsets into `line` of the result, which is the line after
 * {@link normalise}.
 *
 * @example
 * const result = parsePipeline('seed 1 | raw > #ops', { platform: 'slack' })
 * if (!result.ok) return codeBlock(markError(result.line, result.error))
 */
export function parsePipeline(line: string, { platform }: ParseOptions = {}): ParseResult {
  if (line.length > MAX_LINE_LENGTH) {
    const message = `This line has ${line.length} characters; ${MAX_LINE_LENGTH} is the most that one line may have. Split it, or put its data where a command can fetch it.`
    return { ok: false, line, error: { message, at: MAX_LINE_LENGTH, end: line.length } }
  }
  const text = platform === undefined ? line : normalise(line, { platform })
  const lexed = lex(text)
  if (!lexed.ok) return { ok: false, line: text, error: lexed.error }
  const pipeline = new Parser(text, lexed.lexemes).read()
  return 'message' in pipeline ? { ok: false, line: text, error: pipeline } : { ok: true, line: text, pipeline }
}

class Parser {
  readonly #line: string
  readonly #lexemes: readonly Lexeme[]
  #next = 0

  constructor(line: string, lexemes: readonly Lexeme[]) {
    this.#line = line
    this.#lexemes = lexemes
  }

  read(): Extract<ParseResult, { ok: true }>['pipeline'] | LanguageError {
    const first = this.#readStage()
    if ('message' in first) return first
    const rest: Stage[] = []
    while (this.#peek()?.kind === 'pipe') {
      this.#next += 1
      const stage = this.#readStage()
      if ('message' in stage) return stage
      rest.push(stage)
    }
    const redirects = this.#readRedirects()
    return 'message' in redirects ? redirects : { stages: [first, ...rest], redirects }
  }

  #peek(): Lexeme | undefined {
    return this.#lexemes[this.#next]
  }

  #readStage(): Stage | LanguageError {
    const head = this.#peek()
    if (head?.kind !== 'word') return this.#missingCommand(head)
    const refused = refuseName(head)
    if (refused !== null) return refused
    const tokens: Token[] = []
    let optionsEnded = false
    let end = head.end
    for (let word = this.#peek(); word?.kind === 'word'; word = this.#peek()) {
      this.#next += 1
      end = word.end
      if (!optionsEnded && isEndOfOptions(word)) {
        optionsEnded = true
        continue
      }
      const token = (optionsEnded ? null : readOption(word)) ?? {
        kind: 'word',
        value: toWord(word, optionsEnded),
        at: word.at,
        end,
      }
      if ('message' in token) return token
      tokens.push(token)
    }
    return { tokens, at: head.at, end }
  }

  /** Where a command should stand there is the end, a pipe or a redirect. */
  #missingCommand(found: Lexeme | undefined): LanguageError {
    if (this.#lexemes.length === 0) {
      return { message: 'There is no command here. Type one, or help to see what there is.', at: 0, end: 0 }
    }
    const pipe = this.#lexemes[this.#next - 1]
    if (pipe?.kind === 'pipe') {
      return { message: 'A command must follow this |. Name one, or leave the | out.', at: pipe.at, end: pipe.end }
    }
    const { at, end } = found ?? { at: this.#line.length, end: this.#line.length }
    const sign = this.#line.slice(at, end)
    return { message: `The line starts with ${sign}. Write a command before it, or quote it if it is text.`, at, end }
  }

  #readRedirects(): Redirect[] | LanguageError {
    const redirects: Redirect[] = []
    for (let sign = this.#peek(); sign !== undefined; sign = this.#peek()) {
      if (sign.kind !== 'redirect') return this.#afterRedirect(sign, redirects.at(-1))
      this.#next += 1
      let taken = 0
      for (let word = this.#peek(); word?.kind === 'word' && (sign.all || taken === 0); word = this.#peek()) {
        const to = readTarget(word)
        if ('message' in to) return to
        this.#next += 1
        taken += 1
        redirects.push({ to, all: sign.all, at: word.at, end: word.end })
      }
      if (taken === 0) {
        const shown = this.#line.slice(sign.at, sign.end)
        const message = `Nothing follows this ${shown}. Name where the answer goes: here, me, thread, #channel or @user.`
        return { message, at: sign.at, end: sign.end }
      }
    }
    return redirects
  }

  /** After a complete redirect comes a pipe, or one word too many. */
  #afterRedirect(found: Lexeme, last: Redirect | undefined): LanguageError {
    const { at, end } = found
    if (found.kind !== 'word') {
      return { message: 'A redirect stands only after the last stage. Move it to the end of the line.', at, end }
    }
    const target = readTarget(found)
    if ('message' in target) return target
    const both = `${this.#line.slice(last?.at, last?.end)} ${this.#line.slice(at, end)}`
    return { message: `One > takes one place. Use *> for several: *> ${both}`, at, end }
  }
}

/** Why this word cannot start a stage; null when it can. */
function refuseName({ pieces, at, end }: Word): LanguageError | null {
  const [piece, ...others] = pieces
  if (others.length > 0 || piece.kind !== 'text' || !piece.bare) {
    const message = pieces.every((p) => p.kind === 'text')
      ? "A stage starts with a command's name, and a name is never quoted or escaped."
      : "A stage starts with a command's name, written out: it cannot come from a variable."
    return { message, at, end }
  }
  const { text } = piece
  if (isCommandName(text)) return null
  if (text.startsWith('-'))
    return { message: "A stage starts with a command's name; its options come after it.", at, end }
  if (isCommandName(text.replace(/^\//, ''))) {
    return { message: `Leave out the slash here: write ${text.slice(1)}.`, at, end: at + 1 }
  }
  return {
    message:
      "This cannot be a command's name. A name starts with a letter and has letters, digits, - and _, up to three words joined by colons, as in pack:install.",
    at,
    end,
  }
}

function isEndOfOptions({ pieces: [first, ...others] }: Word): boolean {
  return others.length === 0 && first.kind === 'text' && first.bare && first.text === '--'
}

/** An option, or what is wrong with it; null for any other word. */
function readOption({ pieces, at, end }: Word): Token | LanguageError | null {
  const [first, ...others] = pieces
  // `-5` and `-.5` are numbers; a quoted or escaped dash is text.
  if (first.kind !== 'text' || !first.bare || !/^-(?!\.?[0-9])/.test(first.text)) return null
  const quoteIt = 'Quote the word if it is text, or put -- before it.'
  const long = first.text.startsWith('--')
  const dashes = long ? 2 : 1
  const equals = first.text.indexOf('=')
  const name = first.text.slice(dashes, equals === -1 ? undefined : equals)
  const place: Place = { at, end: equals === -1 ? end : at + equals }
  if (equals === -1 && others.length > 0) {
    return { message: `An option's name is written out, and = comes before its value. ${quoteIt}`, ...place }
  }
  if (name === '') {
    return { message: `The name of an option must follow this ${long ? '--' : '-'}. ${quoteIt}`, ...place }
  }
  if (long ? !isOptionName(name) : !isShortName(name)) {
    const advice = long
      ? "An option's name has letters, digits, - and _."
      : isOptionName(name)
        ? `One dash takes one letter; write --${name} for the option of that name, or each letter on its own.`
        : 'One dash takes one letter.'
    return { message: `${advice} ${quoteIt}`, ...place }
  }
  if (equals === -1) return { kind: 'option', name, long, value: null, at, end }
  const rest = first.text.slice(equals + 1)
  const [head, ...tail] = rest === '' ? others : [{ ...first, text: rest }, ...others]
  if (head !== undefined) return { kind: 'option', name, long, value: toValue(head, tail, false), at, end }
  const written = `${'-'.repeat(dashes)}${name}`
  return { message: `No value follows ${written}=. Write it right after the =, or "" for an empty one.`, at, end }
}

function toWord({ pieces: [first, ...others] }: Word, afterOptions: boolean): Value {
  return toValue(first, others, afterOptions)
}

/** The pieces of a word as one value. */
function toValue(first: Piece, others: readonly Piece[], afterOptions: boolean): Value {
  if (first.kind === 'variable' && first.bare && others.length === 0) return { kind: 'variable', path: first.path }
  const joined: (string | Path)[] = []
  let quoted = afterOptions
  for (const piece of [first, ...others]) {
    quoted ||= !piece.bare
    const last = joined.at(-1)
    if (piece.kind === 'variable') joined.push(piece.path)
    else if (typeof last === 'string') joined[joined.length - 1] = last + piece.text
    else if (piece.text !== '') joined.push(piece.text)
  }
  const [text = '', ...more] = joined
  return typeof text === 'string' && more.length === 0
    ? { kind: 'text', text, quoted }
    : { kind: 'template', pieces: joined }
}

const PLACES: ReadonlySet<string> = new Set(['here', 'me', 'thread'])

function readTarget(word: Word): Value | LanguageError {
  const { at, end } = word
  const option = readOption(word)
  if (option !== null || isEndOfOptions(word)) {
    return { message: 'Options stand before the redirect, next to the command they belong to.', at, end }
  }
  const to = toWord(word, false)
  if (to.kind !== 'text' || to.quoted || PLACES.has(to.text) || /^[#@]./u.test(to.text)) return to
  if (to.text.startsWith('{{'))
    return { message: `A parameter of an alias stands in quotes behind a redirect: '${to.text}'.`, at, end }
  const advice = /^[\p{L}\p{N}_-]+$/u.test(to.text) ? ` Did you mean #${to.text} or @${to.text}?` : ''
  return { message: `A redirect goes to here, me, thread, #channel or @user.${advice}`, at, end }
}
