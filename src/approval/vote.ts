/**
 * What somebody says about a run that waits for approval. Network: D1, the courier, the queue.
 *
 * Every check is made at the click, on the primary, and the write is guarded by what was read: by the run's change token, and by the
 * version of the policy. Whoever loses a race reads again.
 */
import { auditEvent } from '../audit/event.ts'
import { maskTokens } from '../audit/tokens.ts'
import { actorKey } from '../chat/invocation.ts'
import { typedLine } from '../chat/typed.ts'
import { decideApproval, insertVote } from '../db/approvals.ts'
import { appendAudit } from '../db/audit.ts'
import { commit } from '../db/database.ts'
import type { Change } from '../db/guard.ts'
import { expectVersion, isVersionConflict } from '../db/policy.ts'
import { changeState } from '../db/runs.ts'
import type { RunFacts } from '../runs/context.ts'
import { WAKE_GRACE_MS } from '../runs/limits.ts'
import type { Services } from '../runs/services.ts'
import { wakeOrLeaveToSweeper } from '../runs/wake.ts'
import { accountKeysOf } from './accounts.ts'
import { endOverdue, endVoid, endWaiting } from './end.ts'
import { showAsItStands, startsText, tellAsker } from './message.ts'
import { careOf, heldOf, isMet, personOf, standingOf } from './needs.ts'
import { readWaiting, type Waiting } from './read.ts'
import { agreedText, lateText, refusedBy } from './replies.ts'

/** Several who press at the same moment each read again what the others have done. */
export const TRIES_MAX = 4

/** Who says it: the run of his own command. */
export type Voter = Pick<RunFacts, 'run' | 'actor' | 'subject' | 'db'>

export interface Vote {
  readonly run: string
  readonly vote: 'approve' | 'refuse'
  readonly note: string | null
}

/** What a word came to. `message` is why it does not count. */
export type Said =
  | { readonly ok: true; readonly line: string; readonly state: 'open' | 'given' | 'refused'; readonly agreed: string }
  | { readonly ok: false; readonly reason: string; readonly message: string }

export type Rejection = Extract<Said, { ok: false }>

/** Counts a vote, or says why it does not count; either way it is in the audit, its note without tokens. Throws what D1 throws. */
export async function castVote(services: Services, voter: Voter, typed: Vote): Promise<Said> {
  const vote = { ...typed, note: typed.note === null ? null : maskTokens(typed.note) }
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const waiting = await readWaiting(services, voter.db, vote.run)
    const rejection = waiting === null ? UNKNOWN_RUN : await whyNot(services, voter, waiting)
    if (rejection) return await reject(services, voter, waiting ? vote.run : null, vote.run, rejection)
    if (waiting === null) continue
    const said =
      vote.vote === 'approve'
        ? await approve(services, voter, vote, waiting)
        : await refuse(services, voter, vote, waiting)
    if (said !== null) return said
  }
  return await reject(services, voter, vote.run, vote.run, {
    ok: false,
    reason: 'busy',
    message: 'others are deciding about it at this moment: try again',
  })
}

export const UNKNOWN_RUN: Rejection = {
  ok: false,
  reason: 'unknown',
  message: 'there is no run of this id that waits for approval here: approval list shows those that do',
}

/** He may be a user with another account: to be added a second time would make two people of one. */
function nobodyText(platform: string): string {
  const link = typedLine(platform, 'user link <your name>')
  return `only users of Pawl can decide: type ${link} if you are one with another account, else an administrator adds you with user add`
}

/** Why a word of this person does not count; null when it does. What can never be decided any more is ended on the way. */
async function whyNot(services: Services, { actor, subject, db }: Voter, waiting: Waiting): Promise<Rejection | null> {
  const { row, approval, votes, asker, spoilt } = waiting
  const no = (reason: string, message: string): Rejection => ({ ok: false, reason, message })
  // Where it was asked there are people who vouch for each other; a run's id may be known elsewhere.
  if (row.platform !== actor.platform || row.workspace !== actor.workspace)
    return { ...UNKNOWN_RUN, reason: 'elsewhere' }
  // What its asker alone was asked about is nobody else's to know.
  if (careOf(approval).approvals.length === 0) return UNKNOWN_RUN
  if (approval.state !== 'open' || row.state !== 'awaiting_approval')
    return no('already_decided', lateText(row.line, approval, votes))
  const person = personOf(subject, actor)
  if (person === null) return no('no_person', nobodyText(actor.platform))
  const accounts = new Set(await accountKeysOf(db, subject, actor))
  if (accounts.has(actorKey(asker))) return no('own', 'you asked for it, so that somebody else has to decide')
  if ((JSON.parse(approval.barred) as string[]).some((key) => accounts.has(key)))
    return no(
      'barred',
      'you wrote the alias that it was asked with, or asked for it with another account: somebody else has to decide',
    )
  const care = careOf(approval)
  const held = heldOf(care, subject)
  if (held.length === 0)
    return no(
      'no_permission',
      `to decide about it needs ${care.approvals.map(({ permission }) => permission).join(' or ')}`,
    )
  if (approval.stage === 'confirmation') return no('unconfirmed', 'whoever asked for it has not confirmed it yet')
  if (services.now() >= approval.expires_at) {
    await endOverdue(services, db, row)
    return no('expired', `the time to decide about run ${row.id} is over`)
  }
  if (spoilt !== null) {
    await endVoid(services, db, row, spoilt)
    return no('void', spoilt.again ? `${spoilt.why}: it has to be asked again` : spoilt.why)
  }
  if (votes.some((vote) => vote.person === person))
    return no('already_voted', `you have said so already: ${agreedText(standingOf(care, votes))}`)
  return null
}

/** The row and the audit line of a vote, to be part of the batch that changes the run. */
function recordsOf(services: Services, { run: byRun, actor, subject, db }: Voter, vote: Vote, { approval }: Waiting) {
  const at = services.now()
  const permissions = heldOf(careOf(approval), subject)
  const row = {
    person: personOf(subject, actor) ?? '',
    name: subject.user?.name ?? actor.id,
    vote: vote.vote,
    permissions: JSON.stringify(permissions),
    note: vote.note,
    by_run: byRun,
    at,
  }
  const code = vote.vote === 'approve' ? 'approval.approved' : 'approval.refused'
  const facts = { run: vote.run, by_run: byRun, permissions, digest: approval.digest, note: vote.note ?? undefined }
  return {
    row,
    event: auditEvent(at, code, actor, facts),
    insert: (change: Change) => insertVote(db, change, row),
  }
}

/** Null when somebody else was faster. */
async function approve(services: Services, voter: Voter, vote: Vote, waiting: Waiting): Promise<Said | null> {
  const { row, approval, votes, plan, version } = waiting
  const { db, actor } = voter
  const { run } = vote
  const { row: mine, event, insert } = recordsOf(services, voter, vote, waiting)
  const standing = standingOf(careOf(approval), [...votes, mine])
  const met = isMet(standing)
  const now = services.now()
  const change = { run, change: services.token() }
  try {
    const [, update] = await commit(db, run, change.change, [
      // Who may what is as it was read, also for whoever presses.
      expectVersion(db, version),
      changeState(db, {
        ...change,
        from: ['awaiting_approval'],
        to: met ? 'queued' : 'awaiting_approval',
        seen: row.change,
        set: met && plan ? { due_at: now + WAKE_GRACE_MS, start_by: now + plan.startWithinMs } : {},
      }),
      ...(met ? [decideApproval(db, change, 'given', now)] : []),
      insert(change),
      appendAudit(db, { when: 'changed', ...change }, [
        event,
        ...(met
          ? [
              auditEvent(now, 'approval.given', actor, { run, by_run: voter.run, digest: approval.digest }),
              auditEvent(now, 'run.queued', actor, { run, channel: JSON.parse(row.channel).id }),
            ]
          : []),
      ]),
    ])
    if (update && update.meta.changes !== 1) return null
  } catch (error) {
    if (isVersionConflict(error)) return null
    throw error
  }
  // Before it starts: from then on the message is the run's own.
  await Promise.all([
    showAsItStands(services, db, run),
    ...(met ? [tellAsker(services, row, startsText(row), 'plain')] : []),
  ])
  if (met) await wakeOrLeaveToSweeper(services, run)
  return { ok: true, line: row.line, state: met ? 'given' : 'open', agreed: agreedText(standing) }
}

/** One refusal of somebody who could have approved ends it. Null when somebody else was faster. */
async function refuse(services: Services, voter: Voter, vote: Vote, waiting: Waiting): Promise<Said | null> {
  const { row } = waiting
  const { row: mine, event, insert } = recordsOf(services, voter, vote, waiting)
  const ended = await endWaiting(services, voter.db, row, {
    to: 'denied',
    code: 'refused',
    text: refusedBy(row.id, row.line, mine.name, vote.note),
    event,
    also: (change) => [insert({ run: row.id, change })],
  })
  return ended ? { ok: true, line: row.line, state: 'refused', agreed: '' } : null
}

/** Notes a word that does not count. `run` is null where there is no such run. */
export async function reject(
  services: Services,
  { run: byRun, actor, db }: Voter,
  run: string | null,
  target: string | null,
  rejection: Rejection,
  code: 'approval.rejected' | 'confirmation.rejected' = 'approval.rejected',
): Promise<Rejection> {
  const about = run === null ? { run: byRun, target: target ?? undefined } : { run, by_run: byRun }
  const event = auditEvent(services.now(), code, actor, { ...about, reason: rejection.reason })
  await appendAudit(db, { when: 'always' }, [event]).run()
  return rejection
}
