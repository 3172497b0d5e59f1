/**
 * Takes a lock from the run that holds it, before its lease ends. Network: D1, the lock, the courier.
 *
 * First the run is fenced and ended, in one batch: from then on it can write nothing, whatever it still does. Then the lock
 * passes on. In between, or when the lock cannot be reached, its lease ends by itself: no heartbeat of an ended run renews it.
 */
import { auditEvent } from '../audit/event.ts'
import { appendAudit } from '../db/audit.ts'
import { type RunRow, raiseEpochs, selectRun } from '../db/runs.ts'
import { endWithoutRunning } from './cancel.ts'
import type { RunFacts } from './context.ts'
import { broken } from './lock-replies.ts'
import { visibilityOf } from './redirect.ts'
import type { Services } from './services.ts'
import type { State } from './state.ts'

export type Broken =
  | {
      readonly ok: true
      readonly run: string
      readonly who: string
      readonly epoch: number
      /** How the holder ended; null for a run that is not known, or not on its way yet. */
      readonly state: State | null
      /** The run that has the lock now. */
      readonly next: string | null
    }
  | { readonly ok: false; readonly message: string }

/** Breaks a lock for the person of these facts. Throws when D1 or the lock cannot be reached: then it may be tried again. */
export async function breakLock(
  services: Services,
  { run: byRun, actor, subject, db }: Pick<RunFacts, 'run' | 'actor' | 'subject' | 'db'>,
  key: string,
  reason: string,
): Promise<Broken> {
  const lock = services.lock(key)
  const { holder, epoch } = await lock.status()
  if (holder === null)
    return { ok: false, message: `nobody holds the lock ${key}: lock list shows those that are held` }
  const { run, who } = holder
  const row = await selectRun(db, run).first<RunRow>()
  const event = auditEvent(services.now(), 'lock.broken', actor, {
    run,
    lock: key,
    epoch,
    holder: who,
    reason_text: reason,
    by_run: byRun,
  })
  // The next holder's epoch is this one: what it writes passes, what the broken one writes does not.
  const fence = [{ key, epoch: epoch + 1 }]
  let state = row?.state ?? null
  if (row?.state === 'running' || row?.state === 'queued') {
    state = row.state === 'running' ? 'lost' : 'cancelled'
    const by = subject.user?.name ?? actor.id
    const reply = broken(run, row.line, { key, by, reason, begun: row.attempt > 0 }, visibilityOf(row))
    if (
      !(await endWithoutRunning(services, db, row, { to: state, code: 'lock_broken', reply, events: [event], fence }))
    )
      return { ok: false, message: `run ${run} has moved on meanwhile: try again if lock list still shows it` }
  } else await db.batch([raiseEpochs(db, fence), appendAudit(db, { when: 'always' }, [event])])
  await lock.revoke(run, epoch)
  const after = await lock.status()
  return { ok: true, run, who, epoch, state, next: after.holder?.run ?? null }
}
