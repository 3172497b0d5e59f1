/** Ends a run that is still queued, whoever decides it, and tells its room. Network: D1, the locks, the courier. */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Actor, Address, Channel } from '../chat/invocation.ts'
import { md, personName } from '../chat/markdown.ts'
import { type Reply, textReply } from '../chat/reply.ts'
import { type Decided, decideApproval } from '../db/approvals.ts'
import type { Database } from '../db/database.ts'
import { locksOf, type RunRow } from '../db/runs.ts'
import type { MessageRef } from './courier.ts'
import { deliverNow } from './deliver.ts'
import { type Ending, type EndState, endRun } from './end.ts'
import { reachedLocks, releaseLocks } from './locks.ts'
import { visibilityOf } from './redirect.ts'
import { ended, withdrawnText } from './replies.ts'
import { offerRetry } from './retry.ts'
import type { Services } from './services.ts'

/** Cancels a run that is queued, or waits to be approved; false when it has started or ended meanwhile. */
export async function cancelQueued(services: Services, db: Database, row: RunRow, by: string): Promise<boolean> {
  const waits = row.state === 'awaiting_approval'
  // Of what still waits for its asker's own word the room knows nothing.
  const visibility = waits && row.message === null ? 'private' : visibilityOf(row)
  const how = row.attempt === 0 ? md`${personName(by)} before it started` : by
  const reply = waits
    ? textReply(withdrawnText(row.id, row.line, by), { visibility })
    : ended(row.id, row.line, 'cancelled', how, visibility)
  const now = services.now()
  const events = waits ? [auditEvent(now, 'approval.withdrawn', actorOf(row), { run: row.id, by })] : []
  return await endWithoutRunning(services, db, row, { to: 'cancelled', code: 'cancelled', reply, events })
}

export interface Closing extends Pick<Ending, 'records' | 'actions' | 'details' | 'fence' | 'also'> {
  /** Written before the event of the end. */
  readonly events?: readonly AuditEvent[]
  readonly to: EndState
  readonly code: string | null
  readonly reply: Reply
}

/**
 * Ends a run that is not being executed, as it stands in `row`; gives back its locks and tells the room. False when the run
 * has moved on meanwhile: then nothing was written and nobody is told.
 */
export async function endWithoutRunning(
  services: Services,
  db: Database,
  row: RunRow,
  { to, code, reply: told, events = [], also, ...more }: Closing,
): Promise<boolean> {
  const reply = offerRetry(row, to, told)
  const { id: run, attempt, created_at: createdAt } = row
  const actor = actorOf(row)
  const { id: channel } = JSON.parse(row.channel) as Channel
  // Whoever executed it may still be at it: the locks of a run that was running are free when their leases end, not earlier.
  const locks = row.state === 'running' ? [] : locksOf(row)
  if (
    !(await endRun(services, db, {
      run,
      actor,
      channel,
      from: [row.state],
      attempt,
      to,
      code,
      reply,
      locks: reachedLocks(locks),
      events,
      outbox: true,
      createdAt,
      also: (change) => [
        // No run that waits for a word ends without saying what became of that.
        ...(row.state === 'awaiting_approval'
          ? [decideApproval(db, { run, change }, decidedBy(to, code), services.now())]
          : []),
        ...(also?.(change) ?? []),
      ],
      ...more,
    }))
  )
    return false
  await releaseLocks(
    services,
    locks.map(({ key }) => key),
    run,
  )
  await deliverNow(services, db, {
    run,
    actor,
    channel,
    address: addressOf(row),
    reply,
    message: messageRefOf(row),
  })
  return true
}

/** What became of an approval whose run ends. */
function decidedBy(to: EndState, code: string | null): Decided {
  if (to === 'cancelled') return 'withdrawn'
  if (to === 'expired') return 'expired'
  return code === 'refused' ? 'refused' : 'void'
}

export function actorOf(row: Pick<RunRow, 'platform' | 'workspace' | 'actor'>): Actor {
  return { platform: row.platform, workspace: row.workspace, id: row.actor }
}

/** Where to answer a run; without a kept address only its platform is known, and the courier says that this is not enough. */
export function addressOf(row: Pick<RunRow, 'platform' | 'address'>): Address {
  return row.address === null ? { platform: row.platform } : (JSON.parse(row.address) as Address)
}

/** Where the run's message is; a job's interim answer went out in the HTTP response. */
function messageRefOf(row: Pick<RunRow, 'mode' | 'message'>): MessageRef | null {
  if (row.message !== null) return JSON.parse(row.message) as MessageRef
  return row.mode === 'job' ? 'deferred' : null
}
