/** Shows a person where a line went wrong: the line with carets under the place, for a fixed-width block. Pure. */
import { graphemesIn } from '../graphemes.ts'
import type { LanguageError, Place } from './tree.ts'

/** Columns of the line that are shown: what a phone shows of a code block without wrapping is near this. */
const MAX_COLUMNS = 72
/** Columns kept before the place when a long line is cut. */
const COLUMNS_BEFORE = 30

/** Takes two columns in the fixed-width fonts of both platforms: East Asian scripts, fullwidth forms, emoji. */
const WIDE =
  /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\ufe0f/u

interface Cell {
  readonly shown: string
  readonly width: number
  readonly marked: boolean
}

/**
 * What is wrong, then the line with its place marked.
 *
 * @example markError('echo a ; b', error)
 * // Unlike a shell, …
 * //
 * // echo a ; b
 * //        ^
 */
export function markError(line: string, error: LanguageError): string {
  return `${error.message}\n\n${markPlace(line, error)}`
}

/** Two rows: the line, cut around the place where it is long, and the carets. At least one caret is always drawn. */
export function markPlace(line: string, { at, end }: Place): string {
  const cells = toCells(line, at, Math.max(end, at + 1))
  const first = cells.findIndex((cell) => cell.marked)
  const [from, to] = cut(cells, first)
  const shown = cells.slice(from, to)
  const head = from > 0 ? '…' : ''
  const tail = to < cells.length ? '…' : ''
  const row = head + shown.map((cell) => cell.shown).join('') + tail
  const carets = shown.map((cell) => (cell.marked ? '^' : ' ').repeat(cell.width)).join('')
  return `${row.trimEnd()}\n${' '.repeat(head.length)}${carets.trimEnd()}`
}

/** One cell a grapheme, and an empty one at the end for a place behind the text. */
function toCells(line: string, at: number, end: number): Cell[] {
  const cells: Cell[] = []
  for (const { segment, index } of graphemesIn(line)) {
    const shown = visible(segment)
    const marked = index < end && index + segment.length > at
    cells.push({ shown, width: WIDE.test(shown) ? 2 : 1, marked })
  }
  cells.push({ shown: ' ', width: 1, marked: at >= line.length })
  return cells
}

/** What would move the following text, or hide, is shown as one column: tabs, line breaks, controls, invisible formatting. */
function visible(segment: string): string {
  if (segment === '\t') return ' '
  if (/^[\r\n]/.test(segment)) return '⏎'
  return /^[\p{C}\p{Zl}\p{Zp}\p{M}]/u.test(segment) ? '·' : segment
}

/** The range of cells to show: everything, or a window that begins a little before the place. */
function cut(cells: readonly Cell[], first: number): readonly [number, number] {
  const total = cells.reduce((sum, cell) => sum + cell.width, 0)
  if (total <= MAX_COLUMNS) return [0, cells.length]
  let from = first
  for (let columns = 0; from > 0; from--) {
    columns += cells[from - 1]?.width ?? 0
    if (columns > COLUMNS_BEFORE) break
  }
  let to = from
  for (let columns = 0; to < cells.length; to++) {
    columns += cells[to]?.width ?? 0
    if (columns > MAX_COLUMNS) break
  }
  return [from, to]
}
