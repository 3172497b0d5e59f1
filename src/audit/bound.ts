/** How much of an event, and of the events of one run, the log takes: what ends a run must always be writable. Pure. */
import type { Actor } from '../chat/invocation.ts'
import type { Json } from '../json.ts'
import { type AuditEvent, auditEvent } from './event.ts'

/** Characters of JSON in one field: a whole line of 10,000 characters fits, also with each of them escaped. */
export const FIELD_MAX = 20_000

/** Bytes of the events that one run leaves at its end; D1 gives a batch 30 s, and nobody reads more. */
export const EVENTS_MAX_BYTES = 4_000_000

/** D1 takes 2 MB in one string; a list of events is JSON of JSON, which can double its quotes. */
const CHUNK_MAX_BYTES = 900_000

const encoder = new TextEncoder()

/** An event without overlong fields: such a field becomes the beginning of its JSON, and says how long it was. */
export function cutEvent(event: AuditEvent): AuditEvent {
  const long = Object.entries(event).filter(([, value]) => jsonOf(value).length > FIELD_MAX)
  if (long.length === 0) return event
  const cut = long.map(([field, value]): [string, Json] => {
    const text = jsonOf(value)
    return [field, `${text.slice(0, FIELD_MAX).toWellFormed()}… (${text.length} characters)`]
  })
  return { ...event, ...Object.fromEntries(cut) }
}

function jsonOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The first of the events, as many as fit, and how many are left out. */
export function fittingEvents(events: readonly AuditEvent[]): {
  readonly events: readonly AuditEvent[]
  readonly leftOut: number
} {
  const fitting: AuditEvent[] = []
  let bytes = 0
  for (const event of events) {
    const cut = cutEvent(event)
    bytes += bytesOf(JSON.stringify(cut))
    if (bytes > EVENTS_MAX_BYTES) break
    fitting.push(cut)
  }
  return { events: fitting, leftOut: events.length - fitting.length }
}

/** The events of a run as they are written: what does not fit is counted, and said. `at` is in milliseconds since 1970. */
export function boundedEvents(
  events: readonly AuditEvent[],
  run: string,
  actor: Actor | null,
  at: number,
): AuditEvent[] {
  const { events: fitting, leftOut } = fittingEvents(events)
  return leftOut === 0 ? [...fitting] : [...fitting, auditEvent(at, 'audit.cut', actor, { run, left_out: leftOut })]
}

/** JSON lists of the given JSON texts, in order, none larger than D1 takes. */
export function chunked(lines: readonly string[]): string[] {
  const chunks: string[][] = [[]]
  let bytes = 0
  for (const line of lines) {
    const size = bytesOf(line) + 1
    if (bytes > 0 && bytes + size > CHUNK_MAX_BYTES) {
      chunks.push([])
      bytes = 0
    }
    chunks.at(-1)?.push(line)
    bytes += size
  }
  return chunks.map((chunk) => `[${chunk.join(',')}]`)
}

function bytesOf(text: string): number {
  return encoder.encode(text).length
}
