/** Ends a run that waited for somebody's word and will not start. Network: D1, the courier. */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Address } from '../chat/invocation.ts'
import type { Markdown } from '../chat/markdown.ts'
import { textReply } from '../chat/reply.ts'
import { type ApprovalRow, selectApproval } from '../db/approvals.ts'
import type { Database } from '../db/database.ts'
import type { RunRow } from '../db/runs.ts'
import { actorOf, type Closing, cancelQueued, endWithoutRunning } from '../runs/cancel.ts'
import { withdrawnText } from '../runs/replies.ts'
import { showAgain } from '../runs/retire.ts'
import type { Services } from '../runs/services.ts'
import { tellAsker } from './message.ts'
import type { Spoilt } from './read.ts'
import { expiredText, voidText } from './replies.ts'

export interface Ended extends Pick<Closing, 'also'> {
  readonly to: 'denied' | 'expired'
  readonly code: string
  readonly text: Markdown
  readonly event: AuditEvent
}

/** Ends it, in the room where that was asked, and tells who asked; false when it has moved on meanwhile. */
export async function endWaiting(
  services: Services,
  db: Database,
  row: RunRow,
  { to, code, text, event, also }: Ended,
): Promise<boolean> {
  const tone = to === 'expired' ? 'warning' : 'failure'
  // What the room was not asked about, it does not hear of.
  const visibility = row.message === null ? 'private' : 'channel'
  const reply = textReply(text, { visibility, tone })
  const written = await endWithoutRunning(services, db, row, {
    to,
    code,
    reply,
    events: [event],
    ...(also && { also }),
  })
  if (written && visibility === 'channel') await tellAsker(services, row, text, tone)
  return written
}

/** Its time is over: that is a refusal. */
export async function endOverdue(services: Services, db: Database, row: RunRow): Promise<boolean> {
  const approval = await selectApproval(db, row.id).first<ApprovalRow>()
  // Confirmed meanwhile, it waits for others, for as long as they have.
  if (approval?.state === 'open' && services.now() < approval.expires_at) return false
  const stage = approval?.stage ?? 'approval'
  const text = expiredText(row.id, row.line, stage)
  const event = auditEvent(services.now(), 'approval.expired', actorOf(row), { run: row.id, needed: stage })
  return await endWaiting(services, db, row, { to: 'expired', code: 'no_decision', text, event })
}

/** It is not any more what was asked about. */
export async function endVoid(services: Services, db: Database, row: RunRow, spoilt: Spoilt): Promise<boolean> {
  const event = auditEvent(services.now(), 'approval.void', actorOf(row), { run: row.id, reason: spoilt.noted })
  const text = voidText(row.id, row.line, spoilt)
  return await endWaiting(services, db, row, { to: 'denied', code: 'approval_void', text, event })
}

/** The asker takes it back himself: his question says so, where it stands, and his command's answer; `address` is where that was typed. */
export async function withdraw(
  services: Services,
  db: Database,
  row: RunRow,
  by: string,
  address: Address | undefined,
): Promise<boolean> {
  if (!(await cancelQueued(services, db, row, by))) return false
  // Where nobody else was asked, the run's own end has taken its place.
  if (row.message === null) return true
  const text = withdrawnText(row.id, row.line, by)
  if (address && (await showAgain(services, address, textReply(text), null))) return true
  await tellAsker(services, row, text, 'plain')
  return true
}

/** Cancels what has not started, as `cancelQueued` does; who asked is told in his own place, too, where others were asked. */
export async function cancelWaiting(services: Services, db: Database, row: RunRow, by: string): Promise<boolean> {
  const cancelled = await cancelQueued(services, db, row, by)
  if (cancelled && row.state === 'awaiting_approval' && row.message !== null)
    await tellAsker(services, row, withdrawnText(row.id, row.line, by), 'plain')
  return cancelled
}
