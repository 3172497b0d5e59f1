/**
 * The sweeper, on cron each minute: every run reaches an end, and every answer its room. Network: D1, the locks, the queue, the
 * couriers.
 *
 * Queues lose messages (locally they die with the process) and workers die in the middle; the rows stay. What is overdue is
 * woken again, expired, repeated if its command says that this is safe, or declared lost.
 */

import { endOverdue } from '../approval/end.ts'
import { endOutdated } from '../approval/outdated.ts'
import { auditEvent } from '../audit/event.ts'
import { type Markdown, md, personName } from '../chat/markdown.ts'
import { selectOutdated } from '../db/approvals.ts'
import { recordChange } from '../db/change.ts'
import { commit, type Database } from '../db/database.ts'
import { selectDueOutbox } from '../db/outbox.ts'
import { type RunRow, selectDue } from '../db/runs.ts'
import { retryPause, wakeLater } from './aside.ts'
import { actorOf, endWithoutRunning } from './cancel.ts'
import { deliverDue } from './deliver.ts'
import type { EndState } from './end.ts'
import { expireGrants } from './expire.ts'
import { forgetForms } from './form-kept.ts'
import { CLAIM_LEASE_MS, SWEEP_LIMIT, SWEEP_WIDTH, WAKE_GRACE_MS } from './limits.ts'
import { visibilityOf } from './redirect.ts'
import { ended } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { wakeOrLeaveToSweeper } from './wake.ts'

/** One sweep; a run that cannot be mended now is logged and tried by the next. Throws only when D1 cannot be read. */
export async function sweep(services: Services): Promise<void> {
  const db = services.openDb()
  const now = services.now()
  const [runs, answers, outdated] = (await db.batch([
    selectDue(db, now, SWEEP_LIMIT),
    selectDueOutbox(db, now, SWEEP_LIMIT),
    selectOutdated(db, now, SWEEP_LIMIT),
  ])) as [D1Result<RunRow>, D1Result<{ run: string; target: number }>, D1Result<{ run: string }>]
  const work = [
    ...runs.results.map((row) => () => guarded(services, row.id, () => mend(services, db, row))),
    ...answers.results.map(
      ({ run, target }) =>
        () =>
          guarded(services, run, () => deliverDue(services, run, target)),
    ),
    ...outdated.results.map(
      ({ run }) =>
        () =>
          guarded(services, run, () => endOutdated(services, db, run)),
    ),
    () => guarded(services, null, () => expireGrants(services)),
    () => guarded(services, null, () => forgetForms(services, db)),
  ]
  // Side by side, so that a chat that hangs does not keep the sweep from what is behind it.
  for (let i = 0; i < work.length; i += SWEEP_WIDTH)
    await Promise.all(work.slice(i, i + SWEEP_WIDTH).map((mending) => mending()))
}

/** @param run null for what is about no run */
async function guarded(services: Services, run: string | null, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    services.log('a part of the sweep failed; the next one tries again', { run, error: messageOf(error) })
  }
}

async function mend(services: Services, db: Database, row: RunRow): Promise<void> {
  const now = services.now()
  switch (row.state) {
    case 'accepted':
      // A write command starts only after `running` was recorded: an accepted one has done nothing.
      return row.effects === 'write' || row.mode === 'job'
        ? await close(services, db, row, 'expired', 'never_started', '')
        : await close(services, db, row, 'lost', 'interrupted', ' (it only reads)')
    case 'queued':
      // Who joined another run is not to start, but to hear how that one ended.
      if (row.attempt === 0 && row.joins === null && row.start_by !== null && now > row.start_by)
        return await close(services, db, row, 'expired', 'start_by', '')
      return await again(services, db, row, 'no_claim')
    case 'running': {
      if (row.cancel_by !== null) return await cancelLapsed(services, db, row, row.cancel_by)
      const pause = retryPause(row, row.tries)
      if (pause !== null) return await repeat(services, db, row, pause)
      return await close(services, db, row, 'lost', 'interrupted', '')
    }
    case 'awaiting_approval':
      await endOverdue(services, db, row)
      return
    default:
      // Ended runs have no due_at; one that has is put right by looking away.
      return
  }
}

/** Back into the queue, with a new wake-up. */
async function again(services: Services, db: Database, row: RunRow, reason: string): Promise<void> {
  const change = services.token()
  const now = services.now()
  const results = await commit(
    db,
    row.id,
    change,
    recordChange(
      db,
      {
        run: row.id,
        change,
        from: [row.state],
        to: 'queued',
        attempt: row.attempt,
        set: { due_at: now + WAKE_GRACE_MS },
      },
      [auditEvent(now, 'run.woken', actorOf(row), { run: row.id, attempt: row.attempt, reason })],
    ),
  )
  if (results.length === 0 || results[0]?.meta.changes === 1) await wakeOrLeaveToSweeper(services, row.id)
}

/** It has not been heard of since its last heartbeat and may be repeated: after a pause, and its deadline counts neither. */
async function repeat(services: Services, db: Database, row: RunRow, pauseMs: number): Promise<void> {
  const change = { run: row.id, change: services.token() }
  const now = services.now()
  const wakeAt = now + pauseMs
  const heardAt = Math.max((row.due_at ?? now) - CLAIM_LEASE_MS, row.created_at)
  const tries = row.tries + 1
  const event = auditEvent(now, 'run.retried', actorOf(row), {
    run: row.id,
    attempt: row.attempt,
    reason: 'interrupted',
    tries,
    pause_ms: pauseMs,
  })
  const transition = {
    ...change,
    from: ['running'],
    to: 'queued',
    attempt: row.attempt,
    uncancelled: true,
    set: {
      tries,
      wake_at: wakeAt,
      due_at: wakeAt + WAKE_GRACE_MS,
      ...(row.deadline_at !== null && { deadline_at: row.deadline_at + wakeAt - heardAt }),
    },
  } as const
  const results = await commit(db, change.run, change.change, recordChange(db, transition, [event]))
  if (results.length === 0 || results[0]?.meta.changes === 1) await wakeLater(services, row.id, wakeAt)
}

/**
 * It was asked to stop and has not been heard of since: whether it stopped before it had done what must not be done twice, nobody
 * knows.
 */
async function cancelLapsed(services: Services, db: Database, row: RunRow, by: string): Promise<void> {
  if (row.retry === 'unsafe')
    return await close(services, db, row, 'lost', 'interrupted', md` after ${personName(by)} had asked it to stop`)
  const reply = ended(row.id, row.line, 'cancelled', by, row.mode === 'job' ? visibilityOf(row) : 'private')
  await endWithoutRunning(services, db, row, { to: 'cancelled', code: 'cancelled', reply })
}

/** Ends a run that nobody else will end, and tells the room. */
async function close(
  services: Services,
  db: Database,
  row: RunRow,
  to: Extract<EndState, 'expired' | 'lost'>,
  code: string,
  detail: string | Markdown,
): Promise<void> {
  // What was never started concerns nobody but the asker.
  const visibility = row.mode === 'job' && row.state !== 'accepted' ? visibilityOf(row) : 'private'
  await endWithoutRunning(services, db, row, { to, code, reply: ended(row.id, row.line, to, detail, visibility) })
}
