/** A text that a pattern matches, for an example. Pure. */
import { compileWhole } from '../../pattern.ts'

/** Simple patterns as people write them (`web-.*`, `(?i)prod`, `[a-z]+`); none where a guess does not match. */
export function sampleOf(source: string): string[] {
  const pattern = compileWhole(source)
  if (!pattern.ok) return []
  const guess = source
    .replace(/^\(\?[a-z]+\)/, '')
    // Of alternatives in brackets the first.
    .replace(/\((?:\?:)?([^()|]*)(?:\|[^()]*)?\)/g, '$1')
    .replace(/\|.*$/, '')
    .replace(/\[\^[^\]]*\]/g, '~')
    .replace(/\[(\\?.)[^\]]*\]/g, '$1')
    .replace(/\\d/g, '1')
    .replace(/\\w/g, 'a')
    .replace(/(^|[^\\])\./g, '$1x')
    .replace(/(^|[^\\])(?:[*?]|\+|\{\d+(?:,\d*)?\})/g, '$1')
    .replace(/[$^]/g, '')
    .replace(/\\(.)/g, '$1')
  return [...new Set([guess, ''])].filter((text) => pattern.matches(text))
}
