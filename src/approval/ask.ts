/**
 * Has an allowed line wait for somebody's word: the asker's own, then that of others. Network: D1, the courier; what a dry run of its
 * commands uses.
 */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Answer } from '../chat/hall.ts'
import { type Markdown, md } from '../chat/markdown.ts'
import { type Care, needsCare } from '../command/care.ts'
import { expectFewOpen, insertApproval } from '../db/approvals.ts'
import { appendAudit } from '../db/audit.ts'
import { commit } from '../db/database.ts'
import { isVersionConflict } from '../db/policy.ts'
import { changeState } from '../db/runs.ts'
import { upsertStanding } from '../db/standing.ts'
import { dryPlan } from '../engine/assemble.ts'
import { inputToJson, type RunnablePlan } from '../engine/plan.ts'
import { isCut } from '../engine/planner.ts'
import type { FormLimits } from '../form/form.ts'
import type { Admitted } from '../runs/admit.ts'
import { settle, tell } from '../runs/answer.ts'
import { authorisePlan } from '../runs/authorise.ts'
import { fillIn } from '../runs/form-replies.ts'
import { offerForm } from '../runs/forms.ts'
import { keptReply } from '../runs/kept.ts'
import { dryRunOf } from '../runs/preview.ts'
import { isElsewhere } from '../runs/redirect.ts'
import { unavailable } from '../runs/replies.ts'
import { messageOf, type Services } from '../runs/services.ts'
import { accountKeysOf } from './accounts.ts'
import { digestOf } from './digest.ts'
import { shortOf } from './holders.ts'
import { askRoom } from './message.ts'
import { approvalMs, CONFIRM_MS, OPEN_MAX, standingOf } from './needs.ts'
import { cannotAsk, confirmation, tooManyOpen, waitingForApproval } from './replies.ts'
import { isMasked } from './shown.ts'
import { isMoreThanShown } from './whole.ts'

/**
 * Records that the run waits, and asks. `events` are those of its decisions. Rejects only before that is recorded.
 *
 * @returns what the asker reads: what he has to confirm, or that others are asked
 */
export async function awaitCare(
  services: Services,
  admitted: Admitted,
  plan: RunnablePlan,
  care: Care,
  events: readonly AuditEvent[],
  limits?: FormLimits,
): Promise<Answer> {
  const { run, db, invocation, policy, subject, authors } = admitted
  const { actor, channel } = invocation
  const impossible = whyImpossible(admitted, plan, care)
  if (impossible !== null) {
    const offer = impossible.code === 'usage' ? await offerReason(services, admitted, plan, limits) : null
    const said = cannotAsk(run, impossible.why)
    const reply = offer === null ? said : { ...said, blocks: [...said.blocks, fillIn(offer.id)] }
    const to = { to: 'denied', code: impossible.code } as const
    const settled = await settle(services, admitted, { from: ['accepted'], ...to, reply, events })
    // Beside the reply, never part of it: what is kept with the run has the button alone.
    return offer?.form && !admitted.answer.deferred ? { ...settled, form: offer.form } : settled
  }
  const preview = care.confirmation === null ? null : await previewOf(services, admitted, plan)
  // Of the asker all accounts: one that he has taken away from himself by the click is still his.
  const accounts = await accountKeysOf(db, subject, actor)
  const barred = [...new Set([...accounts, ...authors])]
  const now = services.now()
  const stage = care.confirmation === null ? 'approval' : 'confirmation'
  const expiresAt = now + (stage === 'confirmation' ? CONFIRM_MS : approvalMs(care))
  const digest = await digestOf({ run, plan, actor, channel: channel.id, policy: policy.version, care, expiresAt })
  const asked = { run, line: plan.line, expiresAt }
  const waiting = (posted: boolean, short: string | null) =>
    waitingForApproval(asked, standingOf(care, []), posted, short)
  const reply =
    stage === 'confirmation'
      ? confirmation(asked, plan, care, whereOf(admitted, plan), preview, actor.platform)
      : waiting(true, null)
  const change = services.token()
  try {
    const [, changed] = await commit(db, run, change, [
      expectFewOpen(db, accounts, now, OPEN_MAX),
      changeState(db, {
        run,
        change,
        from: ['accepted'],
        to: 'awaiting_approval',
        set: {
          mode: 'job',
          due_at: expiresAt,
          input: JSON.stringify(inputToJson(invocation.input)),
          reply: keptReply(reply),
        },
      }),
      insertApproval(db, change, {
        run,
        stage,
        state: 'open',
        digest,
        policy: policy.version,
        care,
        barred,
        because: plan.because,
        createdAt: now,
        expiresAt,
      }),
      // Kept for the start, as for a job that is queued at once.
      ...(invocation.standing === 'member' ? [upsertStanding(db, actor, 'member', now)] : []),
      appendAudit(db, { when: 'changed', run, change }, [
        ...events,
        auditEvent(now, `${stage}.asked`, actor, {
          run,
          channel: channel.id,
          permissions: care.approvals.map(({ permission }) => permission),
          until: new Date(expiresAt).toISOString(),
          digest,
          reason_text: plan.because ?? undefined,
        }),
      ]),
    ])
    if (changed && changed.meta.changes !== 1) throw new Error('the run was no longer accepted')
  } catch (error) {
    if (isVersionConflict(error)) {
      const denied = cannotAsk(run, tooManyOpen(OPEN_MAX))
      return await settle(services, admitted, {
        from: ['accepted'],
        to: 'denied',
        code: 'limit',
        reply: denied,
        events,
      })
    }
    // Whether or not it waits, nobody was asked and nothing can start.
    services.log('not asked', { run, error: messageOf(error) })
    return await tell(services, admitted, unavailable(run))
  }
  if (stage === 'confirmation') return await tell(services, admitted, reply)
  const [posted, short] = await Promise.all([
    askRoom(services, db, run),
    shortOf(services, db, { actor, subject, barred }, care),
  ])
  return await tell(services, admitted, waiting(posted, short))
}

/** What the line would do; null where that cannot be said, or would read what somebody's word is needed for. */
async function previewOf(services: Services, admitted: Admitted, plan: RunnablePlan) {
  const { actor, channel } = admitted.invocation
  const facts = { ...admitted, actor, channel }
  const { refusal, care } = authorisePlan(services, facts, dryPlan(plan))
  return refusal || needsCare(care) ? null : await dryRunOf(services, facts, plan)
}

/** The form of a line that lacks its reason, with all that it said. */
async function offerReason(
  services: Services,
  { db, invocation, authors }: Admitted,
  { stages: [stage, more], targets }: RunnablePlan,
  limits: FormLimits | undefined,
) {
  if (!stage?.args || more || targets.length > 0) return null
  const given = Object.entries(stage.args).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  const wanted = { command: stage.command, given: Object.fromEntries(given), flags: {} }
  return await offerForm(services, db, invocation, authors, wanted, limits)
}

/** Why nobody can be asked about this line, and what to do. */
function whyImpossible(
  { invocation }: Admitted,
  plan: RunnablePlan,
  care: Care,
): { readonly code: string; readonly why: Markdown } | null {
  const what = care.approvals.length === 0 ? 'a confirmation' : 'an approval'
  if (plan.dry)
    return {
      code: 'unsupported',
      why: md`A dry run reads for real, and what this line reads needs ${what}: type it without \`--dry-run\`, in a room that does not practise.`,
    }
  if (plan.secretive)
    return {
      code: 'unsupported',
      why: md`It needs ${what}, and a line with a secret option cannot wait for one: what waits is kept in the database, where no secret may be.`,
    }
  if (isMasked(plan))
    return {
      code: 'unsupported',
      why: md`It needs ${what}, and it holds something that is masked: nobody can agree to what he cannot see.`,
    }
  if (isCut(plan.line) || isMoreThanShown(plan))
    return {
      code: 'limit',
      why: md`It needs ${what}, and the line with its arguments is too long to be shown whole to those who decide: make it shorter.`,
    }
  if (care.approvals.some(({ reason }) => reason) && plan.because === null)
    return {
      code: 'usage',
      why: md`Those who approve it want to know why: type it again with the reason, as in \`--why "the shop is down"\`.`,
    }
  if (care.approvals.length > 0 && invocation.channel.kind === 'direct')
    return {
      code: 'needs_room',
      why: md`It needs the approval of somebody else, who does not read this conversation: type it in a room.`,
    }
  return null
}

/** Where the answer goes, for who is to confirm that. */
function whereOf({ redirects, invocation }: Admitted, { targets, answer }: RunnablePlan): string {
  const here = answer === 'private' ? 'to you alone' : invocation.channel.kind === 'direct' ? 'here' : 'to this room'
  const others = redirects.map(({ label }) => label)
  if (others.length === 0) return here
  return isElsewhere(targets) ? `to ${others.join(', ')}` : `${here}, and to ${others.join(', ')}`
}
