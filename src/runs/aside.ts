/**
 * Puts a job that is at work back into the queue: one that waits, to go on from its stored steps, and one that broke and may be
 * repeated. Network: D1, the locks, the queue.
 *
 * Nobody executes it meanwhile, so nobody renews its locks: they are kept until it is woken, and for as long again as a run in
 * line keeps its own. Who cancels it gives them back.
 */

import { boundedEvents } from '../audit/bound.ts'
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Actor } from '../chat/invocation.ts'
import { recordChange } from '../db/change.ts'
import { commit, type Database } from '../db/database.ts'
import { type RunRow, selectRun } from '../db/runs.ts'
import type { Suspended } from '../engine/execute.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { WAITING_LEASE_MS } from '../singleton/lock.ts'
import { type Journal, restStatements } from './journal.ts'
import { RETRY_PAUSES_MS, SAFE_TRIES, WAKE_GRACE_MS } from './limits.ts'
import { messageOf, type Services } from './services.ts'
import { wakeRunAt } from './wake.ts'

export type PutBack =
  | { readonly outcome: 'queued' }
  /** Somebody has asked it to stop: it is to end instead. */
  | { readonly outcome: 'cancelled'; readonly by: string }
  /** Another attempt, or another end, has taken over: nothing was written. */
  | { readonly outcome: 'lost' }

/** A run at work, with its journal. */
export interface AtWork {
  readonly row: RunRow
  readonly actor: Actor
  readonly journal: Journal
  /** Milliseconds since 1970. */
  readonly deadlineAt: number
}

/** Puts a waiting run aside; it is woken when its wait is over, or when its time is. Throws what D1 throws. */
export async function putAside(
  services: Services,
  db: Database,
  work: AtWork,
  { until, stage, step }: Suspended,
): Promise<PutBack> {
  const wakeAt = Math.min(until, work.deadlineAt)
  const event = auditEvent(services.now(), 'run.suspended', work.actor, {
    run: work.row.id,
    attempt: work.journal.claim?.attempt,
    stage,
    step,
    until: new Date(wakeAt).toISOString(),
  })
  return await putBack(services, db, work, wakeAt, {}, event)
}

/** The pause before the next try of a run that broke; null when it is not to be repeated. */
export function retryPause({ retry, mode }: Pick<RunnablePlan, 'retry' | 'mode'>, tries: number): number | null {
  if (retry !== 'safe' || mode !== 'job' || tries + 1 >= SAFE_TRIES) return null
  return RETRY_PAUSES_MS[tries] ?? null
}

/** Puts a run that broke with a fault back, to be tried again after a pause, which its deadline does not count. Throws what D1 throws. */
export async function tryAgain(services: Services, db: Database, work: AtWork, pauseMs: number): Promise<PutBack> {
  const { row, actor, journal, deadlineAt } = work
  const now = services.now()
  const tries = row.tries + 1
  const event = auditEvent(now, 'run.retried', actor, {
    run: row.id,
    attempt: journal.claim?.attempt,
    reason: 'fault',
    tries,
    pause_ms: pauseMs,
  })
  return await putBack(services, db, work, now + pauseMs, { tries, deadline_at: deadlineAt + pauseMs }, event)
}

async function putBack(
  services: Services,
  db: Database,
  { row, actor, journal }: AtWork,
  wakeAt: number,
  set: { readonly tries?: number; readonly deadline_at?: number },
  event: AuditEvent,
): Promise<PutBack> {
  const { claim } = journal
  if (claim === null) throw new Error('a run inside a request cannot be put back')
  const { run } = claim
  const leaseMs = wakeAt - services.now() + WAITING_LEASE_MS
  // Before the change: once it stands, this consumer holds nothing any more.
  const kept = await Promise.all(claim.held.map(({ key, epoch }) => services.lock(key).renew(run, epoch, leaseMs)))
  if (kept.includes(false)) return { outcome: 'lost' }
  const change = { run, change: services.token() }
  const rest = journal.rest()
  const results = await commit(db, run, change.change, [
    ...recordChange(
      db,
      {
        ...claim,
        ...change,
        from: ['running'],
        to: 'queued',
        uncancelled: true,
        set: { ...set, wake_at: wakeAt, due_at: wakeAt + WAKE_GRACE_MS },
      },
      [...boundedEvents(rest.events, run, actor, services.now()), event],
    ),
    ...restStatements(db, change, rest),
    selectRun(db, row.id),
  ])
  const now = results.at(-1)?.results[0] as RunRow | undefined
  if (now && now.change !== change.change) {
    const mine = now.state === 'running' && now.attempt === claim.attempt
    return mine && now.cancel_by !== null ? { outcome: 'cancelled', by: now.cancel_by } : { outcome: 'lost' }
  }
  await wakeLater(services, run, wakeAt)
  return { outcome: 'queued' }
}

/** Wakes a run when its time has come; a wake-up that cannot be sent now is sent by the sweeper. Never throws. */
export async function wakeLater(services: Services, run: string, wakeAt: number): Promise<void> {
  try {
    await wakeRunAt(services.queue, run, wakeAt - services.now())
  } catch (error) {
    services.log('wake-up not sent; the sweeper will', { run, error: messageOf(error) })
  }
}
