/**
 * Cuts the text of a rule into tokens, one at a time, as the parser asks for them. Pure; every character is looked at a
 * bounded number of times. What a token means in its place belongs to `rule-parse.ts`.
 */
import type { Place } from './tree.ts'

export type Sign = '==' | '!=' | '<' | '<=' | '=<' | '>' | '>=' | '(' | ')' | '[' | ']' | ','

export type Token = Place &
  (
    | { readonly kind: 'word'; readonly text: string }
    | { readonly kind: 'quoted'; readonly text: string; readonly quote: "'" | '"' }
    | { readonly kind: 'pattern'; readonly source: string }
    | { readonly kind: 'sign'; readonly sign: Sign }
    | { readonly kind: 'end' }
    /** What cannot be read, with what to write instead. */
    | { readonly kind: 'bad'; readonly message: string }
  )

/** Words of the language: as values they need quotes. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'when command is with must have allow forbid because and or not in any all matches missing'.split(' '),
)

const SPACE = /\s*/y
const WORD = /[\p{L}\p{M}\p{N}_@#:.+*~-]+/uy
const SIGN = /==|!=|<=|=<|>=|[<>()[\],]/y
const SINGLE = /'[^']*'/y
const DOUBLE = /"(?:[^"\\]|\\.)*"/sy
const PATTERN = /\/(?:[^/\\]|\\.)*\//sy
const NAME = /\S+/y
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?$/

/** Signs of other languages, and what is written here; the first that fits. */
const FOREIGN: readonly (readonly [sign: string, advice: string])[] = [
  ['=~', 'to compare with a pattern, write matches /…/'],
  ['=', 'to compare, write =='],
  ['&', 'to join conditions, write and'],
  ['|', 'to say that one is enough, write or'],
  ['!', 'to turn a condition around, write not'],
  ['≠', 'write !='],
  ['≤', 'write <='],
  ['≥', 'write >='],
  ['“', 'quotes are straight here: write "…"'],
  ['”', 'quotes are straight here: write "…"'],
  ['‘', "quotes are straight here: write '…'"],
  ['’', "quotes are straight here: write '…'"],
]

/** True for a word of the language, which as a value stands in quotes. */
export function isKeyword(text: string): boolean {
  return KEYWORDS.has(text)
}

/** True for a permission like `site:all`, which stands in quotes: unquoted, its name is a word of the language. */
export function isReservedPermission(name: string): boolean {
  return isKeyword(name.slice(name.indexOf(':') + 1))
}

/** True for what is read as a number when it stands without quotes. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text)
}

/** True for a text that means itself without quotes. */
export function isBareText(text: string): boolean {
  const whole = matchAt(WORD, text, 0) === text && text !== ''
  return whole && !isKeyword(text) && !isNumber(text) && text !== 'true' && text !== 'false'
}

/** The token at or after a place; at the end of the text it is `end`, again and again. */
export function readToken(text: string, from: number): Token {
  const at = skipSpace(text, from)
  if (at === text.length) return { kind: 'end', at, end: at }
  const word = matchAt(WORD, text, at)
  if (word !== '') return { kind: 'word', text: word, at, end: at + word.length }
  const sign = matchAt(SIGN, text, at)
  if (sign !== '') return { kind: 'sign', sign: sign as Sign, at, end: at + sign.length }
  switch (text[at]) {
    case "'":
      return readSingle(text, at)
    case '"':
      return readDouble(text, at)
    case '/':
      return readPattern(text, at)
    default:
      return readForeign(text, at)
  }
}

/** As {@link readToken}, where a command's name must stand: everything up to the next white space is one word. */
export function readNameToken(text: string, from: number): Token {
  const at = skipSpace(text, from)
  if (at === text.length || text[at] === "'" || text[at] === '"') return readToken(text, at)
  const name = matchAt(NAME, text, at)
  return { kind: 'word', text: name, at, end: at + name.length }
}

function readSingle(text: string, at: number): Token {
  const advice = 'if it holds an apostrophe, put it in double quotes'
  return readQuoted(text, at, matchAt(SINGLE, text, at), "'", advice, (inside) => inside)
}

function readDouble(text: string, at: number): Token {
  const advice = 'if it holds one, write \\" there'
  return readQuoted(text, at, matchAt(DOUBLE, text, at), '"', advice, (inside) => inside.replace(/\\(["\\])/g, '$1'))
}

/** @param whole the text with its quotes; empty when it has no end */
function readQuoted(
  text: string,
  at: number,
  whole: string,
  quote: "'" | '"',
  advice: string,
  meaning: (inside: string) => string,
): Token {
  if (whole === '') return unclosed(text, at, `this text has no end: write another ${quote} after it`)
  const end = at + whole.length
  const glued = matchAt(WORD, text, end)
  if (glued === '') return { kind: 'quoted', text: meaning(whole.slice(1, -1)), quote, at, end }
  const message = `this text ends at the second ${quote}: ${advice}, else leave a space after it`
  return { kind: 'bad', message, at, end: end + glued.length }
}

function readPattern(text: string, at: number): Token {
  const whole = matchAt(PATTERN, text, at)
  if (whole === '') return unclosed(text, at, 'this pattern has no end: write another / after it')
  const end = at + whole.length
  const glued = matchAt(WORD, text, end)
  if (glued === '') return { kind: 'pattern', source: whole.slice(1, -1), at, end }
  const source = whole.slice(1, -1)
  const advice = /^[a-z]+$/.test(glued)
    ? `: to ignore case, write /(?i)${source}/`
    : ': a slash inside one is written \\/'
  return {
    kind: 'bad',
    message: `nothing may follow the / that ends a pattern${advice}`,
    at: end,
    end: end + glued.length,
  }
}

function readForeign(text: string, at: number): Token {
  const known = FOREIGN.find(([sign]) => text.startsWith(sign, at))
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  const message = known?.[1] ?? `${JSON.stringify(character)} has no meaning here: put a text that holds it in quotes`
  return { kind: 'bad', message, at, end: at + (known?.[0] ?? character).length }
}

function unclosed(text: string, at: number, message: string): Token {
  return { kind: 'bad', message, at, end: text.length }
}

function skipSpace(text: string, at: number): number {
  return at + matchAt(SPACE, text, at).length
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
