/** A queued run whose lock somebody else has, or that has moved on while locks were taken for it. Network: D1, the locks. */
import { auditEvent } from '../audit/event.ts'
import type { Actor } from '../chat/invocation.ts'
import { recordChange } from '../db/change.ts'
import { commit, type Database } from '../db/database.ts'
import { type RunRow, selectRun } from '../db/runs.ts'
import { LINE_GRACE_MS, WAKE_GRACE_MS } from './limits.ts'
import { releaseLocks, type Taken } from './locks.ts'
import type { Services } from './services.ts'
import { isTerminal } from './state.ts'

interface InLine {
  readonly db: Database
  readonly row: RunRow
  readonly actor: Actor
}

/** Somebody else has a lock: that lock wakes the run in its turn. */
export async function waitInLine(
  services: Services,
  waiting: InLine,
  { held, key, holder }: Extract<Taken, { outcome: 'waiting' }>,
  locks: string,
): Promise<void> {
  const { db, row, actor } = waiting
  const { id: run, attempt } = row
  const change = services.token()
  const now = services.now()
  const event = auditEvent(now, 'lock.waiting', actor, { run, lock: key, holder: holder.run })
  const set = { due_at: dueInLine(row, held.length, now), locks }
  const transition = { run, change, from: ['queued'], to: 'queued', attempt, set } as const
  // Only where it has come further: it is woken again and again to wait in the same place.
  const events = locks === row.locks ? [] : [event]
  const postponed = await commit(db, run, change, recordChange(db, transition, events))
  if (postponed[0] && postponed[0].meta.changes !== 1)
    await leave(services, waiting, [...held.map((lock) => lock.key), key])
}

/**
 * When the sweeper is to look at a run that waits in line: each minute where it has to keep other locks meanwhile, else seldom; but
 * as soon as it is too late to start. Milliseconds since 1970.
 */
export function dueInLine(
  { attempt, start_by }: Pick<RunRow, 'attempt' | 'start_by'>,
  locksHeld: number,
  now: number,
): number {
  if (locksHeld > 0) return now + WAKE_GRACE_MS
  const late = attempt === 0 && start_by !== null ? start_by + 1 : Number.POSITIVE_INFINITY
  return Math.min(now + LINE_GRACE_MS, late)
}

/** The run has moved on while this consumer took locks for it: they are given back if nobody can be using them. */
export async function leave(services: Services, { db, row }: InLine, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  const now = await selectRun(db, row.id).first<RunRow>()
  // Queued when it was read, and ended without another attempt: nobody was at it.
  if (!now || (isTerminal(now.state) && now.attempt === row.attempt)) await releaseLocks(services, keys, row.id)
}

/** True when the run has ended and no consumer ever executed it: whoever did might still be at it. */
export function endedUnstarted({ state, attempt }: RunRow): boolean {
  return isTerminal(state) && attempt === 0
}
