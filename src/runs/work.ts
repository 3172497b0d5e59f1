/**
 * Works off a wake-up: checks, takes the locks, claims, executes with a heartbeat, ends, delivers. Network: D1, the locks, the
 * platform's courier; timers.
 *
 * A claim is a conditional UPDATE: exactly one consumer wins, whatever the queue delivers twice. Every later write names the
 * attempt, and the locks' epochs are checked inside D1, so that a consumer that was replaced can write nothing.
 */
import { auditEvent } from '../audit/event.ts'
import type { Actor, Address, Channel } from '../chat/invocation.ts'
import { servesWorkspace } from '../config.ts'
import { appendAudit } from '../db/audit.ts'
import { commit, type Database } from '../db/database.ts'
import { changeState, type HeldLock, locksOf, type RunRow, raiseEpochs, selectRun } from '../db/runs.ts'
import type { Plan, RunnablePlan, StoredInput } from '../engine/plan.ts'
import { planInput } from '../engine/planner.ts'
import { LOCK_LEASE_MS } from '../singleton/lock.ts'
import { authorisePlan } from './authorise.ts'
import { actorOf, addressOf, type Closing, endWithoutRunning } from './cancel.ts'
import { deliverNow } from './deliver.ts'
import { type Ending, endRun } from './end.ts'
import { executePlan } from './execution.ts'
import { heartbeat } from './heartbeat.ts'
import { CLAIM_LEASE_MS } from './limits.ts'
import { endedUnstarted, leave, waitInLine } from './line.ts'
import { noteLocks, owedClaims, releaseLocks, takeLocks } from './locks.ts'
import { createProgress } from './progress.ts'
import { deliverCopies, findRedirects, isElsewhere, type Redirect, visibilityOf } from './redirect.ts'
import { busy, denied, ended } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { type Asker, askerOfRunStatements, readAsker } from './subject.ts'

/** How often, and after which growing pause, the end of a job is written when D1 fails. */
const END_TRIES = 4
const END_PAUSE_MS = 1_500

/** Taking the locks may last this long: the first must still outlive the claim, until the heartbeat renews it. */
const TAKE_MS = LOCK_LEASE_MS - CLAIM_LEASE_MS

/** A queued run as the consumer sees it, before the claim. */
interface Waiting extends Asker {
  readonly db: Database
  readonly row: RunRow
  readonly actor: Actor
  readonly address: Address
  readonly plan: Plan
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
  const { db, row, actor, plan, policy, subject } = waiting
  const close = async (closing: Closing) => {
    await endWithoutRunning(services, db, row, closing)
  }
  // Only the first attempt can be late: a repeated one has started in time.
  if (row.attempt === 0 && row.start_by !== null && services.now() > row.start_by)
    return await close({
      to: 'expired',
      code: 'start_by',
      reply: ended(run, row.line, 'expired', '', visibilityOf(row)),
    })
  if (!plan.ok) {
    const detail = 'its command has changed since it was queued and does not take these arguments any more.'
    const reply = ended(run, row.line, 'failed', detail, visibilityOf(row))
    return await close({ to: 'failed', code: plan.code, reply })
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
  const { events, refusal } = authorisePlan(
    services,
    { run, actor, channel: JSON.parse(row.channel) as Channel, policy, subject },
    plan,
  )
  if (refusal) {
    const grantors = { identities: [], names: await services.policy.grantors(db, services.now()) }
    const reply = denied(run, refusal.command.name, refusal.decision, grantors)
    return await close({ to: 'denied', code: refusal.decision.reason, reply, events })
  }
  const redirected = await findRedirects(services, { ...waiting, run }, plan, [])
  if (!redirected.ok) return await close(redirected.closing)
  const { redirects } = redirected
  const noted = locksOf(row)
  const ticket = { run, who: subject.user?.name ?? actor.id, since: row.created_at }
  const asked = services.now()
  const taken = await takeLocks(services, ticket, owedClaims(plan.singletons, noted))
  if (taken.outcome === 'busy') {
    const facts = { run, lock: taken.key, holder: taken.holder.run }
    const visibility = isElsewhere(plan.targets) ? 'private' : plan.answer
    const reply = { ...busy(run, taken.key, taken.holder, services.now()), visibility }
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
  const claimed = await commit(db, run, change, [
    ...(held.length === 0 ? [] : [raiseEpochs(db, held)]),
    changeState(db, {
      run,
      change,
      from: ['queued'],
      to: 'running',
      held,
      set: { attempt, locks, due_at: now + CLAIM_LEASE_MS },
    }),
    appendAudit(db, { when: 'changed', run, change }, [
      ...held.map(({ key, epoch }) => auditEvent(now, 'lock.acquired', actor, { run, lock: key, epoch })),
      auditEvent(now, 'run.running', actor, { run, attempt, policy: policy.version }),
    ]),
  ])
  const update = claimed.at(-2)
  if (update && update.meta.changes !== 1) {
    return await leave(
      services,
      waiting,
      held.map(({ key }) => key),
    )
  }
  await runClaimed(services, waiting, plan, { attempt, held, redirects })
}

type Loaded =
  | ({ readonly ok: true } & Waiting)
  | { readonly ok: false; readonly ended: boolean; readonly early: boolean }

async function load(services: Services, run: string): Promise<Loaded> {
  const db = services.openDb()
  const [rows, ...asked] = await db.batch([selectRun(db, run), ...askerOfRunStatements(services, db, run)])
  const row = rows?.results[0] as RunRow | undefined
  if (row?.state !== 'queued' || row.input === null)
    return { ok: false, ended: !row || endedUnstarted(row), early: row?.state === 'accepted' }
  const input = JSON.parse(row.input) as StoredInput
  const actor = actorOf(row)
  const asker = await readAsker(services, db, { actor, standing: 'unknown' }, asked)
  if (!asker) throw new Error('the database has no policy: apply the migrations')
  return {
    ok: true,
    db,
    row,
    actor,
    address: addressOf(row),
    plan: planInput(services.registry, input, row.platform),
    ...asker,
  }
}

/** What this consumer holds of the run. */
interface Claim {
  readonly attempt: number
  readonly held: readonly HeldLock[]
  /** Where its answer goes, as found before the claim. */
  readonly redirects: readonly Redirect[]
}

async function runClaimed(
  services: Services,
  { db, row, actor, address, policy, subject }: Waiting,
  plan: RunnablePlan,
  { attempt, held, redirects }: Claim,
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
  const locks = held.map(({ key }) => key)
  const ending = {
    run,
    actor,
    from: ['running'] as const,
    attempt,
    held,
    locks,
    events,
    outbox: true,
    createdAt,
    ...end,
  }
  // The claim is kept alive until the end stands: a job that is over must not be taken for lost.
  const written = await endPersistently(services, db, ending)
  beat.stop()
  if (!written) return
  await releaseLocks(services, locks, run)
  await deliverNow(services, db, { run, actor, address, reply: end.reply, message, attempts: 0, createdAt })
  if (end.copies) await deliverCopies(services, db, { run, line, actor, createdAt }, end.copies)
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
