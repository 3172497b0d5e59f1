/** How wide text stands in a fixed-width font, and cutting and padding by that. Pure. */

import { graphemesIn } from '../graphemes.ts'

/** One column each, whatever the font: by far the most text, and measured without looking at it twice. */
const PLAIN = /^[\x20-\x7e]*$/

/**
 * What stands two columns wide: pictures, and the Wide and Fullwidth letters of Unicode's Annex 11
 * (https://www.unicode.org/reports/tr11), by script, for JavaScript's patterns do not know the property itself.
 */
const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u

/** Halfwidth Katakana and Hangul: of a wide script, and narrow by their name. */
const HALF_WIDTH = /[\uff61-\uffdc]/

/** Marks and format characters with nothing to stand on take no column. */
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u

/** What makes one character of several code points; text without it needs no segmenter, which is some ten times slower. */
const JOINS = /[\p{M}\p{Cf}\p{Emoji_Modifier}\p{Regional_Indicator}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u

/** What a person sees as one character each, in order. */
function* graphemesOf(line: string): Generator<string> {
  if (JOINS.test(line)) for (const { segment } of graphemesIn(line)) yield segment
  else yield* line
}

/** A person's longest picture (a family with skin tones) has 19; what has more is marks piled up to break a layout. */
const GRAPHEME_MAX = 20

/** Stands at the end of what was cut. */
export const ELLIPSIS = '…'

/**
 * Columns that a line takes.
 *
 * @example widthOf('日本') // 4
 */
export function widthOf(line: string): number {
  if (PLAIN.test(line)) return line.length
  let width = 0
  for (const grapheme of graphemesOf(line)) width += widthOfGrapheme(grapheme)
  return width
}

function widthOfGrapheme(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0
  return WIDE.test(grapheme) && !HALF_WIDTH.test(grapheme) ? 2 : 1
}

/**
 * The line, or as much of it as fits with `…` at its end; what people see as one character is never cut in two.
 *
 * @example cutToWidth('deploy web', 8) // 'deploy …'
 */
export function cutToWidth(line: string, columns: number): string {
  if (PLAIN.test(line)) return line.length <= columns ? line : line.slice(0, columns - 1) + ELLIPSIS
  // Nothing behind this can be shown: a cell of a megabyte costs no more than one of a line.
  const head = line.slice(0, (columns + 1) * GRAPHEME_MAX).toWellFormed()
  let whole = ''
  let short = ''
  let width = 0
  for (const segment of graphemesOf(head)) {
    const grapheme = segment.length > GRAPHEME_MAX ? '\ufffd' : segment
    width += widthOfGrapheme(grapheme)
    if (width > columns) return short + ELLIPSIS
    whole += grapheme
    if (width < columns) short = whole
  }
  return head.length < line.length ? short + ELLIPSIS : whole
}

/** The line with spaces behind it (or before it, for numbers), up to so many columns. */
export function padToWidth(line: string, columns: number, side: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, columns - widthOf(line)))
  return side === 'left' ? line + space : space + line
}
