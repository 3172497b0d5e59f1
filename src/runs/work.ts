/**
 * Works off a wake-up: checks, takes the locks, claims, and leaves the rest to `attempt.ts`. Network: D1, the locks, the
 * platform's courier.
 *
 * A claim is a conditional UPDATE: exactly one consumer wins, whatever the queue delivers twice. Every later write names the
 * attempt, and the locks' epochs are checked inside D1, so that a consumer that was replaced can write nothing.
 */

import { whyNotStarted } from '../approval/bound.ts'
import { voidText } from '../approval/replies.ts'
import { auditEvent } from '../audit/event.ts'
import type { Actor, Address, Channel } from '../chat/invocation.ts'
import { textReply } from '../chat/reply.ts'
import { servesWorkspace } from '../config.ts'
import { type ApprovalRow, selectApproval, selectVotes, type VoteRow } from '../db/approvals.ts'
import { recordChange } from '../db/change.ts'
import { commit, type Database } from '../db/database.ts'
import { moveJoiners } from '../db/joins.ts'
import { type LogState, selectLogState } from '../db/log.ts'
import { locksOf, type RunRow, raiseEpochs, recordOf, selectRun } from '../db/runs.ts'
import { type StepRow, selectSteps } from '../db/steps.ts'
import type { Plan, StoredInput } from '../engine/plan.ts'
import { planInput } from '../engine/planner.ts'
import { LOCK_LEASE_MS } from '../singleton/lock.ts'
import { runClaimed } from './attempt.ts'
import { authorisePlan } from './authorise.ts'
import { mayBreakGlass } from './break-glass.ts'
import { actorOf, addressOf, type Closing, endWithoutRunning } from './cancel.ts'
import { endAsJoined, joinLate, takeOrJoin } from './join.ts'
import { type Kept, NOTHING_KEPT } from './journal.ts'
import { CLAIM_LEASE_MS, WAKE_EARLY_MS } from './limits.ts'
import { endedUnstarted, leave, waitInLine } from './line.ts'
import { busy } from './lock-replies.ts'
import { noteLocks, owedClaims, reachedLocks, releaseLocks, type Taken } from './locks.ts'
import { hangsOnStanding, postpone } from './postpone.ts'
import { findRedirects, isElsewhere, visibilityOf } from './redirect.ts'
import { denied, ended, stopped } from './replies.ts'
import type { Services } from './services.ts'
import { askerOfRunStatements, type ReadAsker, readAsker } from './subject.ts'

/** Taking the locks may last this long: the first must still outlive the claim, until the heartbeat renews it. */
const TAKE_MS = LOCK_LEASE_MS - CLAIM_LEASE_MS

const NO_LOCKS: Taken = { outcome: 'held', held: [] }

/** A queued run as the consumer sees it, before the claim. */
interface Waiting extends ReadAsker {
  readonly db: Database
  readonly row: RunRow
  readonly actor: Actor
  readonly address: Address
  readonly plan: Plan
  /** What somebody said before it was queued; null where nobody had to be asked. */
  readonly approval: ApprovalRow | null
  /** Who has agreed to it. */
  readonly agreed: readonly string[]
  /** What earlier attempts have kept. No attempt can come between this and the claim, which is of the attempt in `row`. */
  readonly kept: Kept
}

/** Claims and executes a queued run; does nothing when it is not queued any more. Throws when it is to be tried again soon. */
export async function workRun(services: Services, run: string, grantedLock?: string): Promise<void> {
  const waiting = await load(services, run)
  if (!waiting.ok) {
    // Tried again soon: acknowledged, the lock would lapse before the sweeper comes by.
    if (grantedLock !== undefined && waiting.early) throw new Error('the turn of the run came before it was queued')
    // The lock's turn came to a run that has ended meanwhile: the next in line must not wait for the lease.
    if (grantedLock !== undefined && waiting.ended) await releaseLocks(services, [grantedLock], run)
    return
  }
  const { db, row, actor, plan, policy, approval } = waiting
  const channel = JSON.parse(row.channel) as Channel
  // A wake-up from before its wait: another one comes when that is over.
  if (row.wake_at !== null && row.wake_at - services.now() > WAKE_EARLY_MS) return
  // Where the room was asked, its message says how that ended.
  const isAsked = approval?.stage === 'approval' && row.message !== null && row.attempt === 0
  const close = async (closing: Closing) => {
    const reply = isAsked ? { ...closing.reply, visibility: 'channel' as const } : closing.reply
    await endWithoutRunning(services, db, row, { ...closing, reply })
  }
  /** What has been at work was not denied: it fails, and says that it had begun. */
  const refuse = (closing: Closing) =>
    close(row.attempt === 0 ? closing : { ...closing, to: 'failed', reply: stopped(run, row.line, visibilityOf(row)) })
  const expire = () =>
    close({ to: 'expired', code: 'start_by', reply: ended(run, row.line, 'expired', '', visibilityOf(row)) })
  // Only the first attempt can be late: a repeated one has started in time.
  const isLate = row.attempt === 0 && row.start_by !== null && services.now() > row.start_by
  // Who joined another run does not wait for its start.
  if (isLate && row.joins === null) return await expire()
  if (!plan.ok) {
    const detail = 'its command has changed since it was queued and does not take these arguments any more.'
    const reply = ended(run, row.line, 'failed', detail, visibilityOf(row))
    return await close({ to: 'failed', code: plan.code, reply })
  }
  if (!servesWorkspace(services.config, actor.platform, actor.workspace)) {
    const reply = ended(run, row.line, 'denied', '', 'private')
    return await refuse({ to: 'denied', code: 'workspace_not_allowed', reply })
  }
  // A run whose time is over only ends: neither the platform nor a lock is waited for.
  const isOver = row.deadline_at !== null && row.deadline_at <= services.now()
  const broken = approval?.stage === 'break_glass'
  const begun = row.attempt > 0
  if (!isOver && !isLate && hangsOnStanding(services, { ...waiting, run, channel, broken, begun }, plan))
    return await postpone(services, db, row)
  const subject = (isOver ? waiting.ifMember : null) ?? waiting.subject
  // A revocation holds for queued runs too: the decision is made again, on the policy as it is now.
  const asker = { run, actor, channel, policy, subject, broken, begun }
  const { events, refusal, care } = authorisePlan(services, asker, plan)
  if (refusal) {
    const grantors = { identities: [], names: await services.policy.grantors(db, services.now()) }
    const reply = denied(run, refusal.command.name, refusal.decision, grantors)
    return await refuse({ to: 'denied', code: refusal.decision.reason, reply, events })
  }
  const unheeded =
    broken && !begun && !mayBreakGlass(subject)
      ? 'whoever broke the glass may do so no longer'
      : await whyNotStarted(approval, { row, actor, plan, policy: policy.version, care })
  if (unheeded !== null) {
    const event = auditEvent(services.now(), 'approval.void', actor, { run, reason: unheeded })
    const visibility = row.message === null ? 'private' : visibilityOf(row)
    const reply = textReply(voidText(run, row.line, { why: unheeded, again: true }), { visibility, tone: 'failure' })
    return await refuse({ to: 'denied', code: 'approval_void', reply, events: [...events, event] })
  }
  if (row.joins !== null) {
    const facts = { run, actor, channel, redirects: [], policy, subject, db }
    if ((await endAsJoined(services, row, facts, plan)) !== 'gone') return
    if (isLate) return await expire()
  }
  const redirected = await findRedirects(services, { ...waiting, subject, run, channel }, plan, [])
  if (!redirected.ok) return await close(redirected.closing)
  const { redirects } = redirected
  const noted = locksOf(row)
  const ticket = { run, who: subject.user?.name ?? actor.id, since: row.created_at }
  const asked = services.now()
  const owed = owedClaims(plan.singletons, noted)
  const { command } = plan.stages[0]
  const taken = isOver ? NO_LOCKS : await takeOrJoin(services, db, ticket, owed, command.key)
  if (taken.outcome === 'joining') return await joinLate(services, waiting, taken)
  if (taken.outcome === 'busy') {
    const facts = { run, lock: taken.key, holder: taken.holder.run }
    const visibility = isElsewhere(plan.targets) ? 'private' : plan.answer
    const reply = { ...busy(run, { ...taken, now: services.now() }), visibility }
    const event = auditEvent(services.now(), 'lock.rejected', actor, facts)
    return await close({ to: 'failed', code: 'busy', reply, events: [event] })
  }
  const { held } = taken
  const locks = noteLocks(plan.singletons, held, noted)
  if (taken.outcome === 'waiting') return await waitInLine(services, waiting, taken, locks)
  if (services.now() - asked > TAKE_MS) throw new Error('taking the locks took too long')
  const attempt = row.attempt + 1
  const change = services.token()
  const now = services.now()
  const deadlineAt = row.deadline_at ?? now + plan.timeoutMs
  const claimed = await commit(db, run, change, [
    ...(held.length === 0 ? [] : [raiseEpochs(db, held)]),
    ...recordChange(
      db,
      {
        run,
        change,
        from: ['queued'],
        to: 'running',
        attempt: row.attempt,
        held,
        set: { attempt, locks, joins: null, due_at: now + CLAIM_LEASE_MS, wake_at: null, deadline_at: deadlineAt },
      },
      [
        ...held.map(({ key, epoch }) => auditEvent(now, 'lock.acquired', actor, { run, lock: key, epoch })),
        auditEvent(now, 'run.running', actor, { run, attempt, policy: policy.version }),
      ],
    ),
    ...(row.joins === null ? [] : [moveJoiners(db, { from: row.joins, run, change })]),
  ])
  const update = claimed[held.length === 0 ? 0 : 1]
  if (update && update.meta.changes !== 1) {
    return await leave(
      services,
      waiting,
      held.map(({ key }) => key),
    )
  }
  const keys = isOver ? reachedLocks(noted) : held.map(({ key }) => key)
  await runClaimed(services, { ...waiting, broken, begun, plan, attempt, held, locks: keys, redirects, deadlineAt })
}

type Loaded =
  | ({ readonly ok: true } & Waiting)
  | { readonly ok: false; readonly ended: boolean; readonly early: boolean }

async function load(services: Services, run: string): Promise<Loaded> {
  const db = services.openDb()
  const [rows, steps, log, approvals, votes, ...asked] = await db.batch([
    selectRun(db, run),
    selectSteps(db, run),
    selectLogState(db, run),
    selectApproval(db, run),
    selectVotes(db, run),
    ...askerOfRunStatements(services, db, run),
  ])
  const row = rows?.results[0] as RunRow | undefined
  if (row?.state !== 'queued' || row.input === null)
    return { ok: false, ended: !row || endedUnstarted(row), early: row?.state === 'accepted' }
  const input = JSON.parse(row.input) as StoredInput
  const actor = actorOf(row)
  const [logged] = (log?.results ?? []) as LogState[]
  const asker = await readAsker(services, db, { actor, standing: 'unknown' }, asked)
  if (!asker) throw new Error('the database has no policy: apply the migrations')
  return {
    ok: true,
    db,
    row,
    actor,
    address: addressOf(row),
    plan: fromQueue(planInput(services.registry, input, row.platform, recordOf(row))),
    approval: (approvals?.results[0] as ApprovalRow | undefined) ?? null,
    agreed: ((votes?.results ?? []) as VoteRow[]).map(({ name }) => name),
    kept: { steps: (steps?.results ?? []) as StepRow[], log: logged ?? NOTHING_KEPT.log },
    ...asker,
  }
}

/** What comes out of the queue is a job: also a short command that had to wait for somebody's word. */
function fromQueue(plan: Plan): Plan {
  return plan.ok ? { ...plan, mode: 'job' } : plan
}
