/**
 * Joining (`whenBusy: 'join'`): a run that executes nothing and ends as the run ends that holds its lock. Network: D1, the
 * locks, the queue, the platform's courier.
 *
 * It stands as queued with the other run in `joins`, and in no line. The batch that ends the other run reads who joined it and
 * wakes them (`joiners.ts`); woken, it is decided again like every queued run. If the other run never started, the first of
 * them goes on by itself, and its claim takes the others along.
 */
import { auditEvent } from '../audit/event.ts'
import { withoutButtons } from '../chat/button.ts'
import type { Actor, Channel } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { SingletonClaim } from '../command/command.ts'
import { recordChange } from '../db/change.ts'
import { commit, type Database } from '../db/database.ts'
import { type HeldLock, type RunRow, selectRun } from '../db/runs.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import type { Ticket } from '../singleton/lock.ts'
import { type Closing, endWithoutRunning } from './cancel.ts'
import type { RunFacts } from './context.ts'
import type { EndState } from './end.ts'
import { succeededEnd } from './execution.ts'
import { keptRecords } from './kept.ts'
import { WAKE_GRACE_MS } from './limits.ts'
import { joined } from './lock-replies.ts'
import { type Taken, takeLocks } from './locks.ts'
import { ended } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { isTerminal, type State } from './state.ts'
import { type Reader, wasToldHere } from './visibility.ts'
import { wakeRun } from './wake.ts'

/** The run that holds the lock, and does what was asked. */
export interface Joining {
  readonly outcome: 'joining'
  readonly key: string
  readonly holder: Ticket
  readonly held: readonly HeldLock[]
  /** The run that holds it, as it was found. */
  readonly row: RunRow
}

/** Takes the locks of a run, or finds whom it joins; in all other cases who would join waits in line. Throws like `takeLocks`. */
export async function takeOrJoin(
  services: Services,
  db: Database,
  ticket: Ticket,
  claims: readonly SingletonClaim[],
  command: string,
): Promise<Taken | Joining> {
  const taken = await takeLocks(services, ticket, claims)
  if (taken.outcome !== 'busy' || !claims.some(({ key, whenBusy }) => key === taken.key && whenBusy === 'join'))
    return taken
  const row = await selectRun(db, taken.holder.run).first<RunRow>()
  // The result of another command, or of a longer line, answers another question; what has ended is over.
  if (row && row.command === command && !isTerminal(row.state)) {
    const { key, holder, held } = taken
    return { outcome: 'joining', key, holder, held, row }
  }
  return await takeLocks(
    services,
    ticket,
    claims.map(({ key }) => ({ key, whenBusy: 'queue' })),
  )
}

/**
 * Where whoever joins a run can follow it. Another room is not named: it may be one that those who read this know nothing of.
 */
export function whereToFollow(reader: Reader, { row }: Joining): string {
  const { id, kind } = JSON.parse(row.channel) as Channel
  if (wasToldHere(reader, row)) return 'How far it is stands in this room, in the message of that run.'
  if (row.platform === reader.actor.platform && id === reader.channel.id) return 'It was asked here.'
  const where = kind === 'direct' ? 'in a direct conversation' : 'in another room'
  return `It was asked ${where}, and how far it is, is told there.`
}

/** For the end of the batch that writes `joins`: what {@link wakeIfOver} needs. */
export function selectJoined(db: Database, { holder }: Joining): D1PreparedStatement {
  return selectRun(db, holder.run)
}

/** The other run ended before this one had joined it: then nobody but this wakes the joiner. Never throws. */
export async function wakeIfOver(services: Services, run: string, result: D1Result | undefined): Promise<void> {
  const target = result?.results[0] as RunRow | undefined
  if (!target || !isTerminal(target.state)) return
  try {
    await wakeRun(services.queue, run)
  } catch (error) {
    services.log('joined run not woken; the sweeper will', { run, error: messageOf(error) })
  }
}

/** A queued run that finds its lock taken when it is to start joins, too. Throws what D1 throws. */
export async function joinLate(
  services: Services,
  { db, row, actor }: { readonly db: Database; readonly row: RunRow; readonly actor: Actor },
  joining: Joining,
): Promise<void> {
  const { key, holder } = joining
  const run = row.id
  const change = services.token()
  const now = services.now()
  const results = await commit(db, run, change, [
    ...recordChange(
      db,
      {
        run,
        change,
        from: ['queued'],
        to: 'queued',
        attempt: row.attempt,
        set: { joins: holder.run, locks: '[]', due_at: now + WAKE_GRACE_MS },
      },
      [auditEvent(now, 'run.joined', actor, { run, joins: holder.run, lock: key })],
    ),
    selectJoined(db, joining),
  ])
  await wakeIfOver(services, run, results.at(-1))
}

/**
 * Ends a joined run as the other one ended. `gone` when that one never started: then this run goes on by itself; `waits`
 * while it is under way. Throws what D1 throws.
 */
export async function endAsJoined(
  services: Services,
  row: RunRow,
  facts: RunFacts,
  plan: RunnablePlan,
): Promise<'ended' | 'waits' | 'gone'> {
  if (row.joins === null) return 'gone'
  const target = await selectRun(facts.db, row.joins).first<RunRow>()
  if (!target) return 'gone'
  if (!isTerminal(target.state)) return 'waits'
  if (neverStarted(target)) return 'gone'
  await endWithoutRunning(services, facts.db, row, closingOf(services, row, target, { facts, plan }))
  return 'ended'
}

/** True when it came to its end before anybody executed it, and was not called off: what was asked is still to be done. */
function neverStarted({ state, attempt, joins }: RunRow): boolean {
  if (attempt > 0) return false
  return state === 'denied' || state === 'expired' || (state === 'failed' && joins === null)
}

function closingOf(
  services: Services,
  row: RunRow,
  target: RunRow,
  { facts, plan }: { readonly facts: RunFacts; readonly plan: RunnablePlan },
): Closing {
  const { run } = facts
  const records = target.state === 'succeeded' ? keptRecords(target.records) : null
  const details = { joins: target.id }
  if (records) {
    // Shown anew, as the next pages of it are this run's.
    const { code, reply, actions = [] } = succeededEnd(services, facts, plan, records)
    return { to: 'succeeded', code, records, actions, details, reply: joined(run, target.id, reply, plan.answer) }
  }
  // The buttons under it are that run's.
  const told =
    target.reply === null
      ? ended(run, row.line, target.state, '', plan.answer)
      : withoutButtons(JSON.parse(target.reply) as Reply)
  return {
    to: target.state as Extract<State, EndState>,
    code: target.code,
    details,
    reply: joined(run, target.id, told, plan.answer),
  }
}
