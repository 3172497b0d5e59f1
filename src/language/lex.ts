/**
 * Cuts a line into words, pipes and redirect signs. Pure; one pass, every character looked at a bounded number of times.
 * It knows quoting and variables; what an option or a name is belongs to `parse.ts`.
 */
import type { LanguageError, Path, Place } from './tree.ts'
import { readVariable } from './variable.ts'

/** A part of a word. `bare` text stood outside quotes and was not escaped: only that can be syntax (`--env=`, a name). */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly bare: boolean }
  | { readonly kind: 'variable'; readonly path: Path; readonly bare: boolean }

export type Lexeme = Place &
  (
    | { readonly kind: 'word'; readonly pieces: readonly [Piece, ...Piece[]] }
    | { readonly kind: 'pipe' }
    | { readonly kind: 'redirect'; readonly all: boolean }
  )

export type Lexed =
  | { readonly ok: true; readonly lexemes: readonly Lexeme[] }
  | { readonly ok: false; readonly error: LanguageError }

/** White space separates; so does a backslash at the end of a line, which only continues it. */
const SPACE = /(?:[ \t\r\n]|\\\r?\n)+/y
/** Text that means nothing but itself. */
const PLAIN = /[^ \t\r\n'"\\$|&;<>`]+/y
const PLAIN_IN_DOUBLE = /[^"\\$`]+/y
const LINE_CONTINUATION = /\\\r?\n/y
/** What double quotes know after a backslash; before anything else the backslash stays, as in a shell. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['$', '$'],
  ['`', '`'],
  ['n', '\n'],
  ['t', '\t'],
])

function matchAt(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(line)?.[0] ?? ''
}

/**
 * The lexemes of a line, or the first thing in it that cannot be read.
 *
 * @example lex("echo 'a b' | raw") // word echo, word "a b", pipe, word raw
 */
export function lex(line: string): Lexed {
  const lexemes: Lexeme[] = []
  for (let at = 0; at < line.length; ) {
    const space = matchAt(SPACE, line, at)
    if (space !== '') {
      at += space.length
      continue
    }
    const next = readSign(line, at) ?? readWord(line, at)
    if ('message' in next) return { ok: false, error: next }
    lexemes.push(next)
    at = next.end
  }
  return { ok: true, lexemes }
}

/** A pipe anywhere; a redirect sign only where a word would start, which is where this is called. */
function readSign(line: string, at: number): Lexeme | LanguageError | null {
  if (line[at] === '|') {
    return line[at + 1] === '|'
      ? shellOnly(at, '||', 'chain commands; a | hands records on, and separate runs are separate lines')
      : { kind: 'pipe', at, end: at + 1 }
  }
  const all = line.startsWith('*>', at)
  if (!all && line[at] !== '>') return null
  const end = at + (all ? 2 : 1)
  return refusedArrow(line, end - 1) ?? { kind: 'redirect', all, at, end }
}

function readWord(line: string, start: number): Lexeme | LanguageError {
  const pieces: Piece[] = []
  let at = start
  while (at < line.length && !/[ \t\r\n|]/.test(line.charAt(at))) {
    const plain = matchAt(PLAIN, line, at)
    const continuation = matchAt(LINE_CONTINUATION, line, at)
    if (plain !== '') {
      push(pieces, plain, true)
      at += plain.length
    } else if (continuation !== '') {
      at += continuation.length
    } else {
      const end = readSpecial(line, at, start, pieces)
      if (typeof end !== 'number') return end
      at = end
    }
  }
  const [first, ...rest] = pieces
  // Unreachable: where a word starts there is a character that is neither space nor pipe, and each of those makes a piece.
  if (first === undefined) return { message: 'Nothing can be read here.', at: start, end: start + 1 }
  return { kind: 'word', pieces: [first, ...rest], at: start, end: at }
}

/** One quote, escape, variable or sign inside a word that began at `start`; the place after it. */
function readSpecial(line: string, at: number, start: number, pieces: Piece[]): number | LanguageError {
  switch (line[at]) {
    case "'":
      return readSingle(line, at, pieces)
    case '"':
      return readDouble(line, at, pieces)
    case '\\':
      return readEscape(line, at, pieces)
    case '$':
      return readDollar(line, at, pieces, 'bare')
    case '>': {
      const refused = refusedArrow(line, at)
      if (refused !== null) return refused
      break
    }
    case '&': {
      // Inside a word it is text, or every pasted address with a query would be refused.
      if (line[at + 1] === '&')
        return shellOnly(at, '&&', 'chain commands; a | hands records on, and separate runs are separate lines')
      if (line[at + 1] === '>') return shellOnly(at, '&>', 'redirect error output')
      if (at === start || at + 1 === line.length || /[ \t\r\n|;]/.test(line.charAt(at + 1))) {
        return shellOnly(at, '&', 'run a command in the background')
      }
      break
    }
    case ';':
      return shellOnly(at, ';', 'chain commands; a | hands records on, and separate runs are separate lines')
    case '<':
      return shellOnly(at, '<', 'read from files')
    case '`':
      return shellOnly(at, '`', 'put the output of one command into another; use a pipe and $variables')
  }
  push(pieces, line.charAt(at), true)
  return at + 1
}

/** The `>` at this place as a shell would read more into it than Pawl does; null when it is just a `>`. */
function refusedArrow(line: string, at: number): LanguageError | null {
  if (line[at + 1] === '>')
    return shellOnly(at, '>>', 'append; a single > already adds to the place and overwrites nothing')
  if (line[at + 1] === '&') return shellOnly(at, '>&', 'redirect error output')
  return null
}

function readSingle(line: string, at: number, pieces: Piece[]): number | LanguageError {
  const close = line.indexOf("'", at + 1)
  if (close === -1)
    return unclosed(line, at, 'single', "An apostrophe in a word is written \\' or stands in double quotes.")
  push(pieces, line.slice(at + 1, close), false)
  return close + 1
}

function readDouble(line: string, open: number, pieces: Piece[]): number | LanguageError {
  push(pieces, '', false) // "" is an empty word
  for (let at = open + 1; at < line.length; ) {
    const plain = matchAt(PLAIN_IN_DOUBLE, line, at)
    const c = line.charAt(at)
    if (plain !== '') {
      push(pieces, plain, false)
      at += plain.length
    } else if (c === '"') {
      return at + 1
    } else if (c === '\\') {
      const continuation = matchAt(LINE_CONTINUATION, line, at)
      const next = line.charAt(at + 1)
      if (continuation === '') push(pieces, ESCAPES.get(next) ?? `\\${next}`, false)
      at += continuation === '' ? 1 + next.length : continuation.length
    } else if (c === '$') {
      const end = readDollar(line, at, pieces, 'double')
      if (typeof end !== 'number') return end
      at = end
    } else {
      return shellOnly(at, '`', 'put the output of one command into another; write \\` for the sign itself')
    }
  }
  return unclosed(line, open, 'double', 'A double quote inside double quotes is written \\".')
}

/** A bare backslash makes the next character text, surrogate pairs whole. */
function readEscape(line: string, at: number, pieces: Piece[]): number | LanguageError {
  const code = line.codePointAt(at + 1)
  if (code === undefined) {
    return { message: 'The line ends after a backslash. Write \\\\ for a backslash itself.', at, end: at + 1 }
  }
  const escaped = String.fromCodePoint(code)
  push(pieces, escaped, false)
  return at + 1 + escaped.length
}

function readDollar(line: string, at: number, pieces: Piece[], within: 'bare' | 'double'): number | LanguageError {
  if (line[at + 1] === '(') return shellOnly(at, '$(', 'put the output of one command into another')
  const variable = readVariable(line, at, within)
  if (variable !== null) {
    if ('message' in variable) return variable
    pieces.push({ kind: 'variable', path: variable.path, bare: within === 'bare' })
    return variable.end
  }
  // At the end of a bare word a shell takes it as text, too: patterns end so (^5$).
  if (within === 'bare' && /^(?:[ \t\r\n|]|$)/.test(line.charAt(at + 1))) {
    push(pieces, '$', true)
    return at + 1
  }
  // A price in a sentence; every other lone dollar is some special variable of a shell ($?, $@, $$ …).
  if (within === 'double' && /[0-9]/.test(line.charAt(at + 1))) {
    push(pieces, '$', false)
    return at + 1
  }
  return {
    message: `No variable's name follows this $. Write $name or \${name} to read the record, and \\$ for a dollar sign.`,
    at,
    end: at + 1,
  }
}

function push(pieces: Piece[], text: string, bare: boolean): void {
  const last = pieces.at(-1)
  if (last?.kind === 'text' && last.bare === bare)
    pieces[pieces.length - 1] = { kind: 'text', text: last.text + text, bare }
  else pieces.push({ kind: 'text', text, bare })
}

function unclosed(line: string, at: number, which: 'single' | 'double', advice: string): LanguageError {
  return { message: `This ${which} quote is never closed. ${advice}`, at, end: Math.min(at + 1, line.length) }
}

/** What a shell would do and Pawl does not: refused where it stands, never taken for something else. */
function shellOnly(at: number, sign: string, meaning: string): LanguageError {
  return {
    message: `Unlike a shell, Pawl does not use ${sign} to ${meaning}. Put it in quotes if it is text: '${sign}'.`,
    at,
    end: at + sign.length,
  }
}
