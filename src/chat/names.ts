/** Names of people and rooms in text that holds their ids. Pure. */
import type { Span } from './markdown.ts'

/** What a platform's ids look like; anything else that stands for one is shown as text. */
export interface Ids {
  readonly user: RegExp
  readonly channel: RegExp
  /**
   * A `room` or a `person` as typed in a text (`#C0123ABCD`, `@U0123ABCD`), the id in the group of that name: global, and for nothing
   * shorter than ids are.
   */
  readonly typed: RegExp
}

/**
 * What clients make of `#ops` and `@ada` in a line is an id, also where the word is a reason or a note: shown, it is the name again. In
 * code, too: the name stands between its two halves. No renderer lets a name call whom it names.
 */
export function withNames(span: Span, ids: Ids): Span[] {
  const out: Span[] = []
  let at = 0
  for (const { 0: typed, index, groups } of span.text.matchAll(ids.typed)) {
    const { room, person } = groups ?? {}
    if (index > at) out.push({ ...span, text: span.text.slice(at, index) })
    out.push({
      text: typed,
      ...(room !== undefined && { channel: room }),
      ...(person !== undefined && { user: person }),
    })
    at = index + typed.length
  }
  if (at < span.text.length) out.push({ ...span, text: span.text.slice(at) })
  return out
}

/** More than this are named under no code block. */
const LEGEND_MAX = 10

/**
 * Says under a code block, in which no platform shows a name, what its ids are; null where it has none.
 *
 * @param people false where a person could only be named by the id again
 */
export function legendOf(text: string, ids: Ids, people = true): Span[] | null {
  const found = withNames({ text }, ids).filter(
    (span) => span.channel !== undefined || (people && span.user !== undefined),
  )
  const names = new Map(found.map((span) => [span.text, span]))
  const shown = [...names.values()].slice(0, LEGEND_MAX)
  if (shown.length === 0) return null
  return shown.flatMap((span, i) => [
    ...(i > 0 ? [{ text: ' · ' }] : []),
    { text: span.text, code: true as const },
    { text: ' is ' },
    span,
  ])
}
