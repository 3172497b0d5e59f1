/** Patterns of rules: the whole value or nothing, in linear time (RE2 has no backtracking). Pure. */
import { RE2JS } from 're2js'
import { sizeOf } from '../pattern-size.ts'

/** A longer one is a list of names, which belongs into `in […]`; RE2's own memory grows with the pattern. */
export const PATTERN_MAX = 200

/** Counted repeats written out: each step costs memory in every isolate, and time for each character that is compared. */
export const PATTERN_SIZE_MAX = 500

export type PatternReading =
  | { readonly ok: true; readonly matches: (text: string) => boolean }
  | { readonly ok: false; readonly message: string }

/**
 * Compiles what stands between the slashes of a rule's pattern.
 *
 * @example
 * const pattern = compileWhole('web-.*')
 * if (pattern.ok) pattern.matches('web-1') // true
 */
export function compileWhole(source: string): PatternReading {
  if (source.length > PATTERN_MAX)
    return { ok: false, message: `the pattern has ${source.length} characters: ${PATTERN_MAX} are the most` }
  const size = sizeOf(source)
  if (size > PATTERN_SIZE_MAX)
    return {
      ok: false,
      message: `the pattern's repeats make ${size} steps of it: ${PATTERN_SIZE_MAX} are the most, so count less or write + or *`,
    }
  try {
    const pattern = RE2JS.compile(source, RE2JS.DOTALL)
    return { ok: true, matches: (text) => pattern.matches(text) }
  } catch (error) {
    // RE2JSSyntaxException; anything else would be its own fault, which the person can only get around the same way.
    const reason = error instanceof Error ? error.message : String(error)
    return { ok: false, message: `this is no pattern (${reason}): put a backslash before what is meant to the letter` }
  }
}
