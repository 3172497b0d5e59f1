/**
 * What a door calls: admit, authorise, then run inside the request or queue. Network: D1, the lock, the queue, the platform's
 * courier; timers for the adaptive answer.
 */
import { auditEvent } from '../audit/event.ts'
import type { Hall, Refusal } from '../chat/hall.ts'
import type { Actor } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import { appendAudit } from '../db/audit.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { decide } from '../policy/decide.ts'
import { type Admitted, admitInvocation } from './admit.ts'
import { type AnswerSlot, answerWithin, settle, tell } from './answer.ts'
import { authorisePlan } from './authorise.ts'
import { complete } from './complete.ts'
import { runIdOf } from './identity.ts'
import { runInline } from './inline.ts'
import { queueJob } from './job.ts'
import { mayRedirect, REDIRECT_PERMISSION, resolveRedirects } from './redirect.ts'
import { denied, ended, type Grantors, needsApproval, unavailable, working } from './replies.ts'
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
      return await answerWithin(services, invocation, answer, work)
    },
    complete: (actor, typed) => complete(services, actor, typed),
    refuse(refusal, lifetime) {
      lifetime.waitUntil(recordRefusal(services, refusal))
    },
  }
}

async function proceed(services: Services, admitted: Admitted): Promise<Reply> {
  const { run, plan, policy, subject, db, invocation, answer } = admitted
  const { actor } = invocation
  const from = ['accepted'] as const
  // Whoever may not run a command learns nothing about its usage: the decision comes before every other complaint.
  const { events, refusal } = authorisePlan(services, run, actor, plan, policy, subject)
  if (refusal) {
    const grantors: Grantors = {
      identities: adminsIn(services.config.admins, actor),
      names: await services.policy.grantors(db),
    }
    const reply = denied(run, refusal.command.name, refusal.decision, grantors)
    return await settle(services, admitted, { from, to: 'denied', code: refusal.decision.reason, reply, events })
  }
  if (!plan.ok) {
    const allowed = services.registry.all().filter((command) => decide(policy, subject, command.key).allowed)
    const reply: Reply = { visibility: 'private', tone: 'warning', blocks: plan.explain(allowed) }
    return await settle(services, admitted, { from, to: 'failed', code: plan.code, reply })
  }
  if (plan.approval !== null) {
    // Asking for approval is not built yet: a command that needs it stays closed rather than run without.
    const reply = needsApproval(run, plan.line, plan.approval.permission)
    return await settle(services, admitted, { from, to: 'denied', code: 'needs_approval', reply, events })
  }
  const ready = plan.targets.length === 0 ? admitted : await withRedirects(services, admitted, plan)
  if ('visibility' in ready) return ready
  answer.interim = working(run, plan.targets.length === 0 ? plan.answer : 'private')
  return plan.mode === 'job'
    ? await queueJob(services, ready, plan, events)
    : await runInline(services, ready, plan, events)
}

/** Finds where the redirects lead before anything runs; the reply of a refusal when they lead nowhere. */
async function withRedirects(services: Services, admitted: Admitted, plan: RunnablePlan): Promise<Admitted | Reply> {
  const { run, invocation, subject, db, policy } = admitted
  const from = ['accepted'] as const
  if (!mayRedirect(plan, subject)) {
    const { actor } = invocation
    const missing = [REDIRECT_PERMISSION]
    const event = auditEvent(services.now(), 'policy.denied', actor, {
      run,
      decision: 'deny',
      reason: 'missing_permission',
      missing,
      redirects: plan.targets.map((target) => ('id' in target ? target.id : target.kind)),
      policy: policy.version,
    })
    const grantors = { identities: adminsIn(services.config.admins, actor), names: await services.policy.grantors(db) }
    const decision = { allowed: false, reason: 'missing_permission', rules: [], missing } as const
    const reply = denied(run, '> another room', decision, grantors)
    return await settle(services, admitted, { from, to: 'denied', code: 'missing_permission', reply, events: [event] })
  }
  const resolved = await resolveRedirects(services, invocation.address, plan)
  if (resolved.ok) return { ...admitted, redirects: resolved.redirects }
  const reply = ended(run, plan.line, 'failed', `${resolved.message} Nothing was run.`, 'private')
  return await settle(services, admitted, { from, to: 'failed', code: 'redirect', reply })
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

/** The administrators of the setting who can be shown as people to this actor: those of the same workspace. */
function adminsIn(admins: ReadonlySet<string>, { platform, workspace }: Actor): string[] {
  const prefix = `${platform}:${workspace}:`
  return [...admins].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
}
