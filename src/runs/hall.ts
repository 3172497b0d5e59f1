/**
 * What a door calls: admit, authorise, then run inside the request or queue. Network: D1, the lock, the queue, the platform's
 * courier; timers for the adaptive answer.
 */
import { auditEvent } from '../audit/event.ts'
import { maskTokens } from '../audit/tokens.ts'
import { cleanReply } from '../chat/clean.ts'
import type { Hall, Refusal } from '../chat/hall.ts'
import type { Reply } from '../chat/reply.ts'
import { adminsIn } from '../config.ts'
import { appendAudit } from '../db/audit.ts'
import { isPossible } from '../policy/ask.ts'
import { type Admitted, admitInvocation } from './admit.ts'
import { type AnswerSlot, answerWithin, settle, tell } from './answer.ts'
import { authorisePlan } from './authorise.ts'
import { complete } from './complete.ts'
import { runIdOf } from './identity.ts'
import { runInline } from './inline.ts'
import { queueJob } from './job.ts'
import { findRedirects } from './redirect.ts'
import { denied, type Grantors, needsApproval, unavailable, working } from './replies.ts'
import { retireRetried } from './retire.ts'
import { whyYields } from './retry.ts'
import { messageOf, type Services } from './services.ts'

/** Reasons of refusals before the signature was verified; anybody can cause them. */
const UNVERIFIED = /^(?:secret|signature|timestamp|body)_/

export function createHall(services: Services): Hall {
  return {
    async admit(invocation, lifetime) {
      const run = await runIdOf(invocation.delivery)
      const answer: AnswerSlot = {
        deferred: !invocation.answersInResponse,
        closing: false,
        interim: working(run, 'private'),
      }
      const work = (async () => {
        try {
          const admission = await admitInvocation(services, run, invocation, lifetime, answer)
          if (admission.outcome === 'admitted') return await proceed(services, admission.admitted)
          // Where no response carries answers, the first delivery's was or will be brought: a second would be one too many.
          if (admission.outcome === 'duplicate' && !invocation.answersInResponse) return admission.reply
          return await tell(services, { invocation, answer }, admission.reply)
        } catch (error) {
          services.log('the hall failed', { run, error: messageOf(error) })
          return await tell(services, { invocation, answer }, unavailable(run))
        }
      })()
      lifetime.waitUntil(work)
      return cleanReply(await answerWithin(services, invocation, answer, work), maskTokens)
    },
    complete: (who, typed) => complete(services, who, typed),
    refuse(refusal, lifetime) {
      lifetime.waitUntil(recordRefusal(services, refusal))
    },
  }
}

async function proceed(services: Services, admitted: Admitted): Promise<Reply> {
  const { run, plan, retried, db, invocation, answer, lifetime } = admitted
  const { actor, channel } = invocation
  const asker = { ...admitted, actor, channel }
  const from = ['accepted'] as const
  // Whoever may not run a command learns nothing about its usage: the decision comes before every other complaint.
  // To ask for a line again is a command, too, beside those of the line.
  const before = retried === null ? null : authorisePlan(services, asker, retried.plan)
  const decided = before?.refusal ? before : authorisePlan(services, asker, plan)
  const { refusal } = decided
  const events = decided === before ? before.events : [...(before?.events ?? []), ...decided.events]
  if (refusal) {
    const grantors: Grantors = {
      identities: adminsIn(services.config.admins, actor),
      names: await services.policy.grantors(db, services.now()),
    }
    const reply = denied(run, refusal.command.name, refusal.decision, grantors)
    return await settle(services, admitted, { from, to: 'denied', code: refusal.decision.reason, reply, events })
  }
  if (!plan.ok) {
    const allowed = services.registry.all().filter((command) => isPossible(admitted, command))
    const reply: Reply = { visibility: 'private', tone: 'warning', blocks: plan.explain(allowed) }
    return await settle(services, admitted, { from, to: 'failed', code: plan.code, reply })
  }
  if (plan.approval !== null) {
    // Asking for approval is not built yet: a command that needs it stays closed rather than run without.
    const reply = needsApproval(run, plan.line, plan.approval.permission)
    return await settle(services, admitted, { from, to: 'denied', code: 'needs_approval', reply, events })
  }
  const yields = retried && (await whyYields(db, run, retried))
  if (yields) return await settle(services, admitted, { from, to: 'failed', code: 'repeated', reply: yields, events })
  const asked = { ...admitted, actor, channel, address: invocation.address }
  const found = await findRedirects(services, asked, plan, adminsIn(services.config.admins, actor))
  if (!found.ok) return await settle(services, admitted, { from, ...found.closing })
  const ready = { ...admitted, redirects: found.redirects }
  answer.interim = working(run, plan.targets.length === 0 ? plan.answer : 'private')
  const reply =
    plan.mode === 'job' ? await queueJob(services, ready, plan, events) : await runInline(services, ready, plan, events)
  if (retried !== null) lifetime.waitUntil(retireRetried(services, retried.row, admitted))
  return reply
}

async function recordRefusal(services: Services, { door, reason, actor }: Refusal): Promise<void> {
  try {
    // Forged requests must not use up the rows of verified ones.
    const key = UNVERIFIED.test(reason) ? `${door}:unverified` : door
    if (!(await services.mayRecordRefusal(key))) return
    const event = auditEvent(services.now(), 'delivery.refused', actor ?? null, { source: door, reason })
    await appendAudit(services.openDb(), { when: 'always' }, [event]).run()
  } catch (error) {
    services.log('refusal not recorded', { door, reason, error: messageOf(error) })
  }
}
