/**
 * How an answer gets to the person: in the HTTP response while that still waits, else through the outbox and the courier
 * (design, section 5, rule 4: the adaptive answer). Network: D1, the courier.
 */
import type { Invocation } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import { insertLateOutbox } from '../db/outbox.ts'
import type { Admitted } from './admit.ts'
import { deliverNow, send } from './deliver.ts'
import { type Ending, endRun } from './end.ts'
import { keptReply } from './kept.ts'
import { ANSWER_BUDGET_MS, ANSWER_LIMIT_MS, DELIVERY_LEASE_MS } from './limits.ts'
import { deliverCopies } from './redirect.ts'
import { unrecorded } from './replies.ts'
import { messageOf, type Services } from './services.ts'

/** Whether the HTTP response still waits for the answer. */
export interface AnswerSlot {
  /** True once the response has gone out with an interim answer, or when there is no response to carry one. */
  deferred: boolean
  /** True while the end is being written for the response to carry: it then waits a little longer. */
  closing: boolean
  /** What the response says if the work takes longer. */
  interim: Reply
}

/** The work's reply, or the slot's interim one when the budget ends first. `work` must not reject. */
export async function answerWithin(
  services: Services,
  invocation: Invocation,
  slot: AnswerSlot,
  work: Promise<Reply>,
): Promise<Reply> {
  if (slot.deferred) return slot.interim
  let timer: ReturnType<typeof setTimeout> | undefined
  const left = (budget: number) => Math.max(0, budget - (services.now() - invocation.receivedAt))
  const late = new Promise<Reply>((resolve) => {
    const giveUp = () => {
      slot.deferred = true
      resolve(slot.interim)
    }
    timer = setTimeout(() => {
      if (slot.closing) timer = setTimeout(giveUp, left(ANSWER_LIMIT_MS))
      else giveUp()
    }, left(ANSWER_BUDGET_MS))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

type Settling = Pick<Ending, 'from' | 'to' | 'code' | 'reply'> &
  Pick<Ending, 'events' | 'lines' | 'records' | 'actions' | 'copies' | 'details'>

/** Ends a run that was worked off inside the request, and gets its answer to the person. Never rejects. */
export async function settle(services: Services, admitted: Admitted, settling: Settling): Promise<Reply> {
  const { run, invocation, db, plan, answer, lifetime } = admitted
  const { actor, channel, receivedAt: createdAt } = invocation
  const outbox = answer.deferred
  answer.closing = true
  try {
    if (
      !(await endRun(services, db, {
        run,
        actor,
        channel: channel.id,
        outbox,
        createdAt,
        isAlone: true,
        dry: plan.ok && plan.dry,
        ...settling,
      }))
    )
      return await tell(services, admitted, unrecorded(run, plan.ok ? plan.effects : 'read'))
    if (settling.copies)
      lifetime.waitUntil(deliverCopies(services, db, { run, line: plan.line, actor }, settling.copies))
    if (!answer.deferred) return settling.reply
    if (!outbox && !(await insertLate(services, admitted, settling.reply)))
      return await tell(services, admitted, settling.reply)
    await deliverNow(services, db, {
      run,
      actor,
      channel: channel.id,
      address: invocation.address,
      reply: settling.reply,
      message: interimRef(invocation),
    })
    return settling.reply
  } catch (error) {
    services.log('end not recorded', { run, error: messageOf(error) })
    return await tell(services, admitted, unrecorded(run, plan.ok ? plan.effects : 'read'))
  }
}

/** Says something that no run's end stands behind: in the response if that still waits, else once through the courier. */
export async function tell(
  services: Services,
  { invocation, answer }: { readonly invocation: Invocation; readonly answer: AnswerSlot },
  reply: Reply,
): Promise<Reply> {
  if (!answer.deferred) return reply
  const delivery = await send(services, { address: invocation.address, reply, message: interimRef(invocation) })
  if (delivery.outcome !== 'delivered') services.log('not told', { reason: delivery.reason })
  return reply
}

/** What the HTTP response has shown, if there was one to show anything. */
function interimRef({ answersInResponse }: Invocation): 'deferred' | null {
  return answersInResponse ? 'deferred' : null
}

/**
 * The budget ended while the end was being written without an outbox row: adds it, so that the answer cannot be lost. False
 * when that failed: then it can only be told once.
 */
async function insertLate(services: Services, { run, db, invocation }: Admitted, reply: Reply): Promise<boolean> {
  const now = services.now()
  try {
    await db.batch(
      insertLateOutbox(db, {
        run,
        address: JSON.stringify(invocation.address),
        reply: keptReply(reply),
        now,
        nextAt: now + DELIVERY_LEASE_MS,
      }),
    )
    return true
  } catch (error) {
    services.log('answer not kept for delivery', { run, error: messageOf(error) })
    return false
  }
}
