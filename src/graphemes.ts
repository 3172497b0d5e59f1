/** What a person sees as one character. Pure; a leaf that any room may use. */

let segmenter: Intl.Segmenter | null = null

/** The characters of a text as people count them, several code points together where they stand for one. */
export function graphemesIn(text: string): Intl.Segments {
  // Made when it is first wanted: that takes milliseconds, and most requests want none.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}
