/** Queues an allowed job: takes its locks or its place in line, records, wakes a consumer. Network: D1, the locks, the queue. */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import { plain } from '../chat/markdown.ts'
import type { Block, Reply } from '../chat/reply.ts'
import { recordChange } from '../db/change.ts'
import { commit } from '../db/database.ts'
import { keepInterimMessage, type RunRow, selectRun } from '../db/runs.ts'
import { upsertStanding } from '../db/standing.ts'
import { inputToJson, type RunnablePlan } from '../engine/plan.ts'
import type { Admitted } from './admit.ts'
import { settle, tell } from './answer.ts'
import { send } from './deliver.ts'
import { type Joining, selectJoined, takeOrJoin, wakeIfOver, whereToFollow } from './join.ts'
import { keptReply } from './kept.ts'
import { busy, joining, waiting } from './lock-replies.ts'
import { noteLocks, releaseLocks, type Taken } from './locks.ts'
import { queued, unconfirmed } from './replies.ts'
import { offerRetry } from './retry.ts'
import { messageOf, type Services } from './services.ts'
import { wakeOrLeaveToSweeper } from './wake.ts'

/** What is written in the batch that queues a run, and what is said with it. */
export interface Alongside {
  /** Of what is not queued nothing of it is said. */
  readonly events: readonly AuditEvent[]
  /** Each must hold only where the run carries this change token. */
  statements(change: string): readonly D1PreparedStatement[]
  readonly blocks: readonly Block[]
}

/** Queues a job; the reply is the interim one, the job's own message follows through the courier. */
export async function queueJob(
  services: Services,
  admitted: Admitted,
  plan: RunnablePlan,
  allowed: readonly AuditEvent[],
  along: Alongside | null = null,
): Promise<Reply> {
  const { run, invocation, db } = admitted
  const { actor, channel } = invocation
  const { singletons } = plan
  const now = services.now()
  const who = admitted.subject.user?.name ?? actor.id
  const [{ command }] = plan.stages
  const taken = await takeOrJoin(services, db, { run, who, since: now }, singletons, command.key)
  if (taken.outcome === 'busy') {
    // Nothing is queued yet, so nobody else can be using what this run has taken.
    await releaseLocks(
      services,
      taken.held.map(({ key }) => key),
      run,
    )
    const event = auditEvent(now, 'lock.rejected', actor, { run, lock: taken.key, holder: taken.holder.run })
    const reply = await offerRetryOf(admitted, busy(run, { ...taken, now }))
    return await settle(services, admitted, {
      from: ['accepted'],
      to: 'failed',
      code: 'busy',
      reply,
      events: [...allowed, event],
    })
  }
  const joins = taken.outcome === 'joining' ? taken.holder.run : null
  const interim = interimOf(admitted, plan, taken, now)
  const reply = along === null ? interim : { ...interim, blocks: [...along.blocks, ...interim.blocks] }
  const change = services.token()
  // The locks themselves are recorded by the claim, with the epochs that the run then holds.
  const taking: AuditEvent[] = []
  if (taken.outcome === 'waiting')
    taking.push(auditEvent(now, 'lock.waiting', actor, { run, lock: taken.key, holder: taken.holder.run }))
  if (taken.outcome === 'joining')
    taking.push(auditEvent(now, 'run.joined', actor, { run, joins: taken.holder.run, lock: taken.key }))
  try {
    const results = await commit(db, run, change, [
      ...recordChange(
        db,
        {
          run,
          change,
          from: ['accepted'],
          to: 'queued',
          // Its time is still the one that it was admitted with: another would be a row more in an index, and hardly later.
          set: {
            mode: 'job',
            start_by: now + plan.startWithinMs,
            // Who joins another run needs no lock.
            locks: joins === null ? noteLocks(singletons, taken.held) : '[]',
            joins,
            input: JSON.stringify(inputToJson(invocation.input)),
            reply: keptReply(reply),
          },
        },
        [
          ...allowed,
          ...(along?.events ?? []),
          ...taking,
          auditEvent(now, 'run.queued', actor, { run, channel: channel.id }),
        ],
      ),
      // Kept for the claim, which no envelope tells who is a full member. That somebody is outside holds for that room alone.
      ...(invocation.standing === 'member' ? [upsertStanding(db, actor, 'member', now)] : []),
      ...(along?.statements(change) ?? []),
      ...(taken.outcome === 'joining' ? [selectJoined(db, taken)] : []),
    ])
    if (results.length > 0 && results[0]?.meta.changes !== 1) throw new Error('the run was no longer accepted')
    if (taken.outcome === 'joining') await wakeIfOver(services, run, results.at(-1))
  } catch (error) {
    services.log('not queued', { run, error: messageOf(error) })
    // The locks are left to their leases: D1 could not say whether the run is queued after all.
    return await tell(services, admitted, unconfirmed(run))
  }
  // Of a job that starts at once its own message is enough; what else is to be said stands there before it starts.
  if (admitted.answer.deferred && (taken.outcome !== 'held' || along !== null))
    await showWaiting(services, admitted, reply)
  if (taken.outcome === 'held') await wakeOrLeaveToSweeper(services, run)
  return reply
}

/** What the asker reads until the job's own message follows, or the end of the run that it joined. */
function interimOf(
  { run, invocation }: Admitted,
  { line, answer, singletons }: RunnablePlan,
  taken: Taken | Joining,
  now: number,
): Reply {
  if (taken.outcome === 'joining') {
    const reply = joining(run, line, answer, { ...taken, now })
    const [first, ...rest] = reply.blocks
    const where: Block = { kind: 'text', text: plain(whereToFollow(invocation, taken)) }
    return { ...reply, blocks: first ? [first, where, ...rest] : [where] }
  }
  if (taken.outcome !== 'waiting') return queued(run, line, answer)
  const later = singletons.slice(taken.held.length + 1).map(({ key }) => key)
  return waiting(run, line, answer, { ...taken, later, now })
}

/** A job that was refused, with a button for later; how much of its line was kept, its row alone knows. */
async function offerRetryOf({ run, db }: Admitted, reply: Reply): Promise<Reply> {
  const row = await selectRun(db, run).first<RunRow>()
  return row ? offerRetry(row, 'failed', reply) : reply
}

/** Where no response can say it, the courier tells who waits; the job's own message then takes its place. */
async function showWaiting(services: Services, { run, db, invocation }: Admitted, reply: Reply): Promise<void> {
  const message = invocation.answersInResponse ? 'deferred' : null
  const delivery = await send(services, { address: invocation.address, reply, message })
  if (delivery.outcome === 'delivered') await keepInterimMessage(db, run, JSON.stringify(delivery.message)).run()
  else services.log('waiting not shown', { run, reason: delivery.reason })
}
