/** Queues an allowed job: takes its place at the lock, records, wakes a consumer. Network: D1, the lock, the queue. */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Reply } from '../chat/reply.ts'
import { appendAudit } from '../db/audit.ts'
import { commit } from '../db/database.ts'
import { changeState, keepMessage } from '../db/runs.ts'
import { inputToJson, type RunnablePlan } from '../engine/plan.ts'
import type { Acquired } from '../singleton/lock.ts'
import type { Admitted } from './admit.ts'
import { settle, tell } from './answer.ts'
import { send } from './deliver.ts'
import { WAKE_GRACE_MS } from './limits.ts'
import { busy, queued, unconfirmed, waiting } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { wakeRun } from './wake.ts'

/** Queues a job; the reply is the interim one, the job's own message follows through the courier. */
export async function queueJob(
  services: Services,
  admitted: Admitted,
  plan: RunnablePlan,
  allowed: readonly AuditEvent[],
): Promise<Reply> {
  const { run, invocation, db } = admitted
  const { actor, channel } = invocation
  const { line, singleton } = plan
  const now = services.now()
  const lock = singleton && services.lock(singleton.key)
  const who = admitted.subject.user?.name ?? actor.id
  const place: Acquired | null =
    singleton && lock ? await lock.acquire({ run, who, since: now }, singleton.whenBusy) : null
  if (singleton && place?.outcome === 'busy') {
    const event = auditEvent(now, 'lock.rejected', actor, { run, lock: singleton.key, holder: place.holder.run })
    const reply = busy(run, singleton.key, place.holder, now)
    return await settle(services, admitted, {
      from: ['accepted'],
      to: 'failed',
      code: 'busy',
      reply,
      events: [...allowed, event],
    })
  }
  const reply =
    singleton && place?.outcome === 'waiting'
      ? waiting(run, line, plan.answer, { key: singleton.key, position: place.position, holder: place.holder, now })
      : queued(run, line, plan.answer)
  const change = services.token()
  // The lock itself is recorded by the claim, with the epoch that the run then holds.
  const waitingEvent =
    singleton && place?.outcome === 'waiting'
      ? [auditEvent(now, 'lock.waiting', actor, { run, lock: singleton.key, holder: place.holder.run })]
      : []
  try {
    const results = await commit(db, run, change, [
      changeState(db, {
        run,
        change,
        from: ['accepted'],
        to: 'queued',
        set: {
          due_at: now + WAKE_GRACE_MS,
          start_by: now + plan.startWithinMs,
          lock_key: singleton?.key ?? null,
          input: JSON.stringify({ ...inputToJson(invocation.input), redirects: admitted.redirects }),
          reply: JSON.stringify(reply),
        },
      }),
      appendAudit(db, { when: 'changed', run, change }, [
        ...allowed,
        ...waitingEvent,
        auditEvent(now, 'run.queued', actor, { run, channel: channel.id }),
      ]),
    ])
    if (results.length > 0 && results[0]?.meta.changes !== 1) throw new Error('the run was no longer accepted')
  } catch (error) {
    services.log('not queued', { run, error: messageOf(error) })
    // The lock is left to its lease: D1 could not say whether the run is queued after all.
    return await tell(services, admitted, unconfirmed(run))
  }
  if (place?.outcome !== 'waiting') await wakeOrLeaveToSweeper(services, run)
  else if (admitted.answer.deferred) await showWaiting(services, admitted, reply)
  return reply
}

/** Where no response can say it, the courier tells who waits; the job's own message then takes its place. */
async function showWaiting(services: Services, { run, db, invocation }: Admitted, reply: Reply): Promise<void> {
  const message = invocation.answersInResponse ? 'deferred' : null
  const delivery = await send(services, { address: invocation.address, reply, message })
  if (delivery.outcome === 'delivered') await keepMessage(db, run, JSON.stringify(delivery.message)).run()
  else services.log('waiting not shown', { run, reason: delivery.reason })
}

/** The row is the truth: a wake-up that cannot be sent now is sent by the sweeper. */
export async function wakeOrLeaveToSweeper(services: Services, run: string): Promise<void> {
  try {
    await wakeRun(services.queue, run)
  } catch (error) {
    services.log('wake-up not sent; the sweeper will', { run, error: messageOf(error) })
  }
}
