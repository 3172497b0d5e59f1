/**
 * Works off a wake-up: checks, takes the lock, claims, executes with a heartbeat, ends, delivers. Network: D1, the lock, the
 * platform's courier; timers.
 *
 * A claim is a conditional UPDATE: exactly one consumer wins, whatever the queue delivers twice. Every later write names the
 * attempt, and the lock's epoch is checked inside D1, so that a consumer that was replaced can write nothing.
 */
import { auditEvent } from '../audit/event.ts'
import type { Actor, Address, Channel } from '../chat/invocation.ts'
import { isAdministrator, servesWorkspace } from '../config.ts'
import { appendAudit } from '../db/audit.ts'
import { commit, type Database } from '../db/database.ts'
import { changeState, type HeldLock, postpone, type RunRow, raiseEpoch, selectRun } from '../db/runs.ts'
import { type RuleRow, type SubjectRow, selectSubjectOfRun } from '../db/subject.ts'
import type { Plan, RunnablePlan, StoredInput } from '../engine/plan.ts'
import { planInput } from '../engine/planner.ts'
import { subjectOf } from '../policy/cache.ts'
import type { Policy, Subject } from '../policy/decide.ts'
import { authorisePlan } from './authorise.ts'
import { actorOf, addressOf, type Closing, endWithoutRunning, releaseLock } from './cancel.ts'
import { deliverNow } from './deliver.ts'
import { type Ending, endRun } from './end.ts'
import { executePlan } from './execution.ts'
import { heartbeat } from './heartbeat.ts'
import { CLAIM_LEASE_MS, WAKE_GRACE_MS } from './limits.ts'
import { createProgress } from './progress.ts'
import { deliverCopies, type Redirect } from './redirect.ts'
import { denied, ended } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { isTerminal } from './state.ts'

/** How often, and after which growing pause, the end of a job is written when D1 fails. */
const END_TRIES = 4
const END_PAUSE_MS = 1_500

/** A queued run as the consumer sees it, before the claim. */
interface Waiting {
  readonly db: Database
  readonly row: RunRow
  readonly actor: Actor
  readonly address: Address
  readonly plan: Plan
  readonly redirects: readonly Redirect[]
  readonly policy: Policy
  readonly subject: Subject
}

/** Claims and executes a queued run; does nothing when it is not queued any more. Throws when D1 or the lock cannot be reached. */
export async function workRun(services: Services, run: string, grantedLock?: string): Promise<void> {
  const waiting = await load(services, run)
  if (!waiting.ok) {
    // The lock's turn came to a run that has ended meanwhile: the next in line must not wait for the lease.
    if (grantedLock !== undefined && waiting.ended) await releaseLock(services, grantedLock, run)
    return
  }
  const { db, row, actor, plan, policy, subject } = waiting
  const close = async (closing: Closing) => {
    await endWithoutRunning(services, db, row, closing)
  }
  // Only the first attempt can be late: a repeated one has started in time.
  if (row.attempt === 0 && row.start_by !== null && services.now() > row.start_by)
    return await close({ to: 'expired', code: 'start_by', reply: ended(run, row.line, 'expired', '', 'channel') })
  if (!plan.ok) {
    const detail = 'its command has changed since it was queued and does not take these arguments any more.'
    return await close({ to: 'failed', code: plan.code, reply: ended(run, row.line, 'failed', detail, 'channel') })
  }
  if (plan.approval !== null || !servesWorkspace(services.config, actor.platform, actor.workspace)) {
    const reply = ended(run, row.line, 'denied', '', 'private')
    return await close({
      to: 'denied',
      code: plan.approval === null ? 'workspace_not_allowed' : 'needs_approval',
      reply,
    })
  }
  // A revocation holds for queued runs too: the decision is made again, on the policy as it is now.
  const { events, refusal } = authorisePlan(services, run, actor, plan, policy, subject)
  if (refusal) {
    const grantors = { identities: [], names: await services.policy.grantors(db) }
    const reply = denied(run, refusal.command.name, refusal.decision, grantors)
    return await close({ to: 'denied', code: refusal.decision.reason, reply, events })
  }
  const held = await takeLock(services, waiting, plan)
  if (held === 'waiting') {
    await postpone(db, run, 'queued', services.now() + WAKE_GRACE_MS).run()
    return
  }
  const attempt = row.attempt + 1
  const change = services.token()
  const now = services.now()
  const claimed = await commit(db, run, change, [
    ...(held === null ? [] : [raiseEpoch(db, held)]),
    changeState(db, {
      run,
      change,
      from: ['queued'],
      to: 'running',
      held,
      set: { attempt, epoch: held?.epoch ?? null, due_at: now + CLAIM_LEASE_MS },
    }),
    appendAudit(db, { when: 'changed', run, change }, [
      ...(held === null ? [] : [auditEvent(now, 'lock.acquired', actor, { run, lock: held.key, epoch: held.epoch })]),
      auditEvent(now, 'run.running', actor, { run, attempt, epoch: held?.epoch, policy: policy.version }),
    ]),
  ])
  const update = claimed.at(-2)
  if (update && update.meta.changes !== 1) return
  await runClaimed(services, waiting, plan, { attempt, held })
}

type Loaded = ({ readonly ok: true } & Waiting) | { readonly ok: false; readonly ended: boolean }

async function load(services: Services, run: string): Promise<Loaded> {
  const db = services.openDb()
  const [rows, subjects, rules] = await db.batch([
    selectRun(db, run),
    selectSubjectOfRun(db, run),
    ...services.policy.statements(db),
  ])
  const row = rows?.results[0] as RunRow | undefined
  const subjectRow = subjects?.results[0] as SubjectRow | undefined
  if (!row || !subjectRow || row.state !== 'queued' || row.input === null)
    return { ok: false, ended: !row || isTerminal(row.state) }
  const input = JSON.parse(row.input) as StoredInput & { readonly redirects?: readonly Redirect[] }
  const actor = actorOf(row)
  const policy = await services.policy.at(db, subjectRow.version, rules as D1Result<RuleRow> | undefined)
  return {
    ok: true,
    db,
    row,
    actor,
    address: addressOf(row),
    plan: planInput(services.registry, input, row.platform),
    redirects: input.redirects ?? [],
    policy,
    subject: subjectOf(subjectRow, isAdministrator(services.config, actor)),
  }
}

/** The lock held, null without a singleton, or `'waiting'` when somebody else holds it: the lock wakes the run in its turn. */
async function takeLock(
  services: Services,
  { row, subject, actor }: Waiting,
  { singleton }: RunnablePlan,
): Promise<HeldLock | null | 'waiting'> {
  if (!singleton) return null
  const ticket = { run: row.id, who: subject.user?.name ?? actor.id, since: row.created_at }
  const place = await services.lock(singleton.key).acquire(ticket, 'queue')
  return place.outcome === 'held' ? { key: singleton.key, epoch: place.epoch } : 'waiting'
}

/** What this consumer holds of the run. */
interface Claim {
  readonly attempt: number
  readonly held: HeldLock | null
}

async function runClaimed(
  services: Services,
  { db, row, actor, address, policy, subject, redirects }: Waiting,
  plan: RunnablePlan,
  { attempt, held }: Claim,
): Promise<void> {
  const { id: run, line, message: kept, created_at: createdAt } = row
  const progress = createProgress(services, db, {
    run,
    line,
    address,
    message: kept,
    createdAt,
    quiet: plan.answer === 'private',
  })
  progress.show(null)
  const beat = heartbeat(services, { run, attempt, held })
  const facts = { run, actor, channel: JSON.parse(row.channel) as Channel, redirects, policy, subject, db }
  const { end, lost, events } = await executePlan(services, facts, plan, beat.signal, async (text, fraction) =>
    progress.show({ text, ...(fraction !== undefined && { fraction }) }),
  )
  const message = await progress.settled()
  // After a lost claim whoever took it over tells the room; the lock may already serve that attempt: it is not ours.
  if (lost) return beat.stop()
  const lockKey = held?.key ?? null
  const ending = {
    run,
    actor,
    from: ['running'] as const,
    attempt,
    held,
    lockKey,
    events,
    outbox: true,
    createdAt,
    ...end,
  }
  // The claim is kept alive until the end stands: a job that is over must not be taken for lost.
  const written = await endPersistently(services, db, ending)
  beat.stop()
  if (!written) return
  if (held !== null) await releaseLock(services, held.key, run)
  await deliverNow(services, db, { run, actor, address, reply: end.reply, message, attempts: 0, createdAt })
  if (end.copies) await deliverCopies(services, db, { run, actor, createdAt }, end.copies)
}

/** Writes the end of a job, again after a failure: what has been done must be told. Throws after {@link END_TRIES}. */
async function endPersistently(services: Services, db: Database, ending: Ending): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await endRun(services, db, ending)
    } catch (error) {
      if (attempt === END_TRIES) throw error
      services.log('end not recorded; trying again', { run: ending.run, error: messageOf(error) })
      await new Promise((resolve) => {
        setTimeout(resolve, END_PAUSE_MS * attempt)
      })
    }
  }
}
