/**
 * Gives the sealed lines of the log to the places outside that the deployment names: in order, at least once, one sender at a time.
 * Only changes of a sink's state are events: one for each delivery would be a line to deliver, for ever. Network: D1, the sink.
 */
import type { Database } from '../db/database.ts'
import {
  appendForSink,
  changeSink,
  leaseSink,
  type SinkChange,
  type SinkLease,
  type SinkState,
  selectFailingSince,
  selectSinkState,
} from '../db/sinks.ts'
import { backoff } from '../runs/deliver.ts'
import type { Services } from '../runs/services.ts'
import { type AuditEvent, auditEvent } from './event.ts'
import { nextOf, type PartLimit, readPart, type SealedPart } from './sink-part.ts'

/** What became of one part. */
export type Sent =
  | { readonly outcome: 'taken' }
  /** Not now. `afterMs` is what was asked for. */
  | { readonly outcome: 'later'; readonly reason: string; readonly afterMs?: number; readonly seq?: number }
  /** Not any more. */
  | { readonly outcome: 'stopped' }

/** A place outside. */
export interface Sink {
  readonly name: string
  readonly limit: PartLimit
  /** How long lines may wait for others, so that they go together. */
  readonly patienceMs: number
  /** The reason under which it is stopped until somebody sets it anew; null: it cannot be. */
  readonly stopped: string | null
  /** Never rejects for what the sink does. */
  send(part: SealedPart): Promise<Sent>
}

type SinkServices = Pick<Services, 'openDb' | 'now'>

/** No part is begun after this: cron comes again in a minute. */
const SWEEP_MS = 25_000

/** A sweep, and the last part that it began, which may take 15 s; behind a sender that died, the next but one cron goes on. */
const LEASE_MS = 50_000

/** Gives a sink what it does not have, as far as it comes in 25 s. Throws what D1 throws; then its lease ends by itself. */
export async function serveSink({ openDb, now }: SinkServices, sink: Sink): Promise<void> {
  const db = openDb()
  const begun = now()
  if (!hasWork(await stateOf(db, sink), sink, begun)) return
  const lease = { name: sink.name, until: begun + LEASE_MS }
  if ((await leaseSink(db, lease, begun).run()).meta.changes !== 1) return
  while (now() < begun + SWEEP_MS) {
    const state = await stateOf(db, sink)
    if (state.lease_until !== lease.until) return
    if (!hasWork(state, sink, now())) break
    const { sent, to } = await sendNext(db, lease, sink, state)
    await settle(db, lease, sink, { state, sent, to, now: now() })
    if (sent.outcome !== 'taken') return
  }
  await changeSink(db, lease, { lease_until: null }).run()
}

async function stateOf(db: Database, { name }: Sink): Promise<SinkState> {
  const state = await selectSinkState(db, name).first<SinkState>()
  if (!state) throw new Error('the audit log has no bounds: apply the migrations')
  return state
}

/** Whether there is something to send, and it is time; a quiet log costs one read. */
function hasWork(state: SinkState, { limit, patienceMs, stopped }: Sink, now: number): boolean {
  const waiting = state.sealed - nextOf(state) + 1
  if (waiting <= 0 || (state.next_at ?? 0) > now || (stopped !== null && state.reason === stopped)) return false
  return state.sending_to !== null || waiting >= limit.rows || (state.waiting_since ?? 0) + patienceMs <= now
}

async function sendNext(
  db: Database,
  lease: SinkLease,
  sink: Sink,
  state: SinkState,
): Promise<{ readonly sent: Sent; readonly to: number }> {
  const read = await readPart(db, state, sink.limit)
  if (!read.ok) return { sent: { outcome: 'later', reason: read.reason, seq: read.seq }, to: state.cursor }
  const { to } = read.part
  // Noted before: whoever repeats it after a crash sends the same lines under the same name.
  if (to !== state.sending_to) await changeSink(db, lease, { sending_to: to }).run()
  return { sent: await sink.send(read.part), to }
}

interface Attempt {
  readonly state: SinkState
  readonly sent: Sent
  /** The last line of it. */
  readonly to: number
  readonly now: number
}

async function settle(db: Database, lease: SinkLease, sink: Sink, attempt: Attempt): Promise<void> {
  const { change, event } = await outcomeOf(db, sink, attempt)
  await db.batch([...(event ? [appendForSink(db, lease, event)] : []), changeSink(db, lease, change)])
}

async function outcomeOf(
  db: Database,
  { name, stopped }: Sink,
  { state, sent, to, now }: Attempt,
): Promise<{ readonly change: SinkChange; readonly event: AuditEvent | null }> {
  const failures = state.failures + 1
  switch (sent.outcome) {
    case 'taken': {
      const change = { cursor: to, sending_to: null, failures: 0, reason: null, next_at: null }
      if (state.failures === 0) return { change, event: null }
      const since = await selectFailingSince(db, name).first<{ at: number }>()
      const details = { sink: name, ...(since && { after_ms: now - since.at }) }
      return { change, event: auditEvent(now, 'sink.recovered', null, details) }
    }
    case 'later': {
      const { reason, afterMs = 0, seq: line_no } = sent
      const change = { failures, reason, next_at: now + Math.max(backoff(state.failures), afterMs), lease_until: null }
      const details = { sink: name, reason, line_no }
      return { change, event: state.failures === 0 ? auditEvent(now, 'sink.failing', null, details) : null }
    }
    case 'stopped': {
      const change = { failures, reason: stopped, next_at: null, lease_until: null }
      return { change, event: auditEvent(now, 'sink.stopped', null, { sink: name, reason: 'gone' }) }
    }
  }
}
