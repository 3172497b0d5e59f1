/** Patterns that people write, matched in linear time: RE2 has no backtracking, so no pattern can hold the Worker up. Pure. */
import { RE2JS } from 're2js'
import { sizeOf } from '../pattern-size.ts'
import { remember } from './remember.ts'

/** A longer one is a list of names, which belongs into `in […]`; RE2's own memory grows with the pattern. */
const PATTERN_MAX = 500

/** Counted repeats written out: 50,000 of them keep the Worker busy for seconds. */
const PATTERN_SIZE_MAX = 1_000

export type PatternReading =
  | { readonly ok: true; readonly finds: (text: string) => boolean }
  | { readonly ok: false; readonly message: string }

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['i', RE2JS.CASE_INSENSITIVE],
  ['m', RE2JS.MULTILINE],
  ['s', RE2JS.DOTALL],
])

/**
 * Reads `st.ff` or `/st.ff/i`; it is found anywhere in a text unless it says `^` and `$`.
 *
 * @example
 * const pattern = compilePattern('/foo/i')
 * if (pattern.ok) pattern.finds('a FOO') // true
 */
export const compilePattern: (text: string) => PatternReading = remember((text): PatternReading => {
  if (text.length > PATTERN_MAX)
    return { ok: false, message: `is a pattern of ${text.length} characters: ${PATTERN_MAX} are the most` }
  const delimited = /^\/(.*)\/([a-z]*)$/is.exec(text)
  let flags = 0
  for (const letter of delimited?.[2] ?? '') {
    const flag = FLAGS.get(letter)
    if (flag === undefined)
      return { ok: false, message: `is a pattern with the flag ${letter}: only i, m and s are known` }
    flags |= flag
  }
  const source = delimited?.[1] ?? text
  const size = sizeOf(source)
  if (size > PATTERN_SIZE_MAX)
    return {
      ok: false,
      message: `is a pattern whose repeats make ${size} steps of it: ${PATTERN_SIZE_MAX} are the most`,
    }
  try {
    const pattern = RE2JS.compile(source, flags)
    return { ok: true, finds: (subject) => pattern.matcher(subject).find() }
  } catch (error) {
    // RE2JSSyntaxException; anything else would be its own fault, which the person can only get around the same way.
    const reason = error instanceof Error ? error.message : String(error)
    return {
      ok: false,
      message: `is not a pattern (${reason}): put a backslash before [ ( * + ? if it is meant to the letter`,
    }
  }
})
