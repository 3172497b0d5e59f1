/** Moments that records and texts hold as text, shown as each platform shows one: in the reader's own time zone. Pure. */
import type { Markdown, Span } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { readMoment } from '../data/moment.ts'

/** Moments of a command's own view that are shown so; one with more is a list, which has to fit as it was written. */
const MOMENTS_MAX = 20

/** As records hold them (ISO), and as texts say them. What was told in another zone than UTC stays as it was told. */
const MOMENT =
  /(?<![\w:./+-])\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z| \d\d:\d\d(?::\d\d)? UTC)(?![\w:/+-]|\.\w)/g

/** As `2026-11-21T14:05Z` and `2026-11-21T14:05:09.123456789Z`: most cells of a table are not looked at any further. */
const MOMENT_LENGTH = { least: 17, most: 30 }

/** A value that is a moment and nothing else; null for any other. */
export function momentShown(value: string): Markdown | null {
  if (value.length < MOMENT_LENGTH.least || value.length > MOMENT_LENGTH.most) return null
  const { spans } = momentsShown(value)
  return spans.length === 1 && spans[0]?.time !== undefined ? { spans } : null
}

/** A text with the moments that stand in it. */
export function momentsShown(text: string): Markdown {
  return { spans: momentsIn({ text }) }
}

/**
 * A value where no platform shows a moment by itself, as in a table: in UTC, to the second.
 *
 * @example plainMoment('2026-11-21T14:05:09.123Z') // '2026-11-21 14:05:09 UTC'
 */
export function plainMoment(value: string): string {
  return momentShown(value)?.spans[0]?.text ?? value
}

/** The blocks of a command's own view with the moments in its sentences and fields shown as such; code stays to the letter. */
export function withMoments(blocks: readonly Block[]): readonly Block[] {
  let count = 0
  const shown = (text: Markdown): Markdown => {
    const spans = text.spans.flatMap(momentsIn)
    count += momentsAmong(spans) - momentsAmong(text.spans)
    return { spans }
  }
  const mended = blocks.map((block): Block => {
    if (block.kind === 'text' || block.kind === 'note') return { ...block, text: shown(block.text) }
    if (block.kind !== 'fields') return block
    return { ...block, fields: block.fields.map(({ name, value }) => ({ name, value: shown(value) })) }
  })
  return count > MOMENTS_MAX ? blocks : mended
}

function momentsAmong(spans: readonly Span[]): number {
  return spans.filter(({ time }) => time !== undefined).length
}

/** The pieces of a span of text; code, links, names and moments are one already. */
function momentsIn(span: Span): Span[] {
  const { text, bold, italic, ...rest } = span
  if (Object.keys(rest).length > 0) return [span]
  const spans: Span[] = []
  let at = 0
  for (const { 0: found, index } of text.matchAll(MOMENT)) {
    const time = readMoment(found.replace(' UTC', 'Z'), 0)
    // No day of the calendar, or before 1970, which no platform shows.
    if (time === null || time < 0) continue
    if (index > at) spans.push({ ...span, text: text.slice(at, index) })
    spans.push({ text: inUtc(found), time })
    at = index + found.length
  }
  if (at < text.length) spans.push({ ...span, text: text.slice(at) })
  return spans
}

function inUtc(moment: string): string {
  return moment.replace(/(?<=\d)T/, ' ').replace(/(?:\.\d+)?Z$/, ' UTC')
}
