/**
 * What a door calls: admit, authorise, then run inside the request or queue. Network: D1, the lock, the queue, the platform's
 * courier; timers for the adaptive answer.
 */

import { awaitCare } from '../approval/ask.ts'
import { retirePressed, wordAbout } from '../approval/pressed.ts'
import { asksItself } from '../approval/replies.ts'
import { auditEvent } from '../audit/event.ts'
import { maskTokens } from '../audit/tokens.ts'
import { cleanReply } from '../chat/clean.ts'
import type { Answer, Hall, Refusal } from '../chat/hall.ts'
import type { Reply } from '../chat/reply.ts'
import { needsCare } from '../command/care.ts'
import { adminsIn } from '../config.ts'
import { appendAudit } from '../db/audit.ts'
import type { FormLimits } from '../form/form.ts'
import { isPossible } from '../policy/ask.ts'
import { type Admitted, admitInvocation } from './admit.ts'
import { type AnswerSlot, answerWithin, settle, tell } from './answer.ts'
import { authorisePlan } from './authorise.ts'
import { breakGlass, tellSecurity } from './break-glass.ts'
import { complete, completeField, completeOption } from './complete.ts'
import { withFormButton } from './form-replies.ts'
import { type Desk, submitForm } from './form-submit.ts'
import { offerForm, openForm, openShortcut } from './forms.ts'
import { runIdOf } from './identity.ts'
import { runInline } from './inline.ts'
import { queueJob } from './job.ts'
import { findRedirects } from './redirect.ts'
import { denied, type Grantors, unavailable, working } from './replies.ts'
import { retireRetried } from './retire.ts'
import { whyYields } from './retry.ts'
import { messageOf, type Services } from './services.ts'

/** Reasons of refusals before the signature was verified; anybody can cause them. */
const UNVERIFIED = /^(?:secret|signature|timestamp|body)_/

export function createHall(services: Services): Hall {
  const hall: Hall = {
    async admit(invocation, lifetime, limits) {
      const run = await runIdOf(invocation.delivery)
      const answer: AnswerSlot = {
        deferred: !invocation.answersInResponse,
        closing: false,
        interim: working(run, 'private'),
      }
      const work = (async () => {
        try {
          const admission = await admitInvocation(services, run, invocation, lifetime, answer)
          if (admission.outcome === 'admitted') return await proceed(services, admission.admitted, limits)
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
    completeOption: (who, typed) => completeOption(services, who, typed),
    completeField: (who, typed) => completeField(services, who, typed),
    openForm: (who, id, limits) => openForm(services, who, id, limits),
    shortcut: (shortcut, limits) => openShortcut(services, shortcut, limits),
    submitForm(submission, lifetime, limits) {
      const { source: door, actor } = submission
      const desk: Desk = {
        admit: (invocation) => hall.admit(invocation, lifetime, limits),
        refuse: (reason) => hall.refuse({ door, reason, actor }, lifetime),
      }
      return submitForm(services, desk, submission, limits)
    },
    refuse(refusal, lifetime) {
      lifetime.waitUntil(recordRefusal(services, refusal))
    },
  }
  return hall
}

async function proceed(services: Services, admitted: Admitted, limits?: FormLimits): Promise<Answer> {
  const { run, plan, retried, authors, glass, typed, db, invocation, answer, lifetime } = admitted
  const { actor, channel } = invocation
  const asker = { ...admitted, actor, channel }
  const from = ['accepted'] as const
  // Whoever may not run a command learns nothing about its usage: the decision comes before every other complaint.
  // To ask for a line again is a command, too, beside those of the line.
  const before = typed === null ? null : authorisePlan(services, asker, typed)
  const decided = before?.refusal ? before : authorisePlan(services, { ...asker, broken: glass !== null }, plan)
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
    const offer = plan.form ? await offerForm(services, db, invocation, authors, plan.form, limits) : null
    const explained = plan.explain(allowed)
    const blocks = offer === null ? explained : withFormButton(plan, explained, offer.id)
    const reply: Reply = { visibility: 'private', tone: 'warning', blocks }
    const settled = await settle(services, admitted, { from, to: 'failed', code: plan.code, reply })
    // Beside the reply, never part of it: what is kept with the run has the button alone.
    return offer?.form && !answer.deferred ? { ...settled, form: offer.form } : settled
  }
  if (before !== null && needsCare(before.care)) {
    const reply = asksItself(run, typed?.line ?? '')
    return await settle(services, admitted, { from, to: 'denied', code: 'unsupported', reply, events })
  }
  const breaking = glass && (await breakGlass(services, admitted, glass, plan, decided))
  if (breaking?.ok === false)
    return await settle(services, admitted, { from, to: 'failed', code: 'glass', reply: breaking.reply, events })
  const yields = retried && (await whyYields(db, run, retried))
  if (yields) return await settle(services, admitted, { from, to: 'failed', code: 'repeated', reply: yields, events })
  const asked = { ...admitted, actor, channel, address: invocation.address }
  const found = await findRedirects(services, asked, plan, adminsIn(services.config.admins, actor))
  if (!found.ok) return await settle(services, admitted, { from, ...found.closing })
  const ready = { ...admitted, redirects: found.redirects }
  // What is to be confirmed, and that others are asked, is a word to the asker alone.
  const waits = !breaking && needsCare(decided.care)
  answer.interim = working(run, plan.targets.length > 0 || waits ? 'private' : plan.answer)
  const reply = breaking
    ? await queueJob(services, ready, plan, events, breaking.along)
    : waits
      ? await awaitCare(services, ready, plan, decided.care, events, limits)
      : plan.mode === 'job'
        ? await queueJob(services, ready, plan, events)
        : await runInline(services, ready, plan, events)
  if (breaking) lifetime.waitUntil(tellSecurity(services, run))
  const about = wordAbout(plan)
  if (about !== null) lifetime.waitUntil(retirePressed(services, admitted, about))
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
