/**
 * Has an allowed line wait for somebody's word: the asker's own, then that of others. Network: D1, the courier; what a dry run of its
 * commands uses.
 */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import { type Markdown, md } from '../chat/markdown.ts'
import type { Reply } from '../chat/reply.ts'
import { type Care, needsCare } from '../command/care.ts'
import { insertApproval, selectBarred } from '../db/approvals.ts'
import { appendAudit } from '../db/audit.ts'
import { commit, type Database } from '../db/database.ts'
import { changeState } from '../db/runs.ts'
import { upsertStanding } from '../db/standing.ts'
import { dryPlan } from '../engine/assemble.ts'
import { inputToJson, type RunnablePlan } from '../engine/plan.ts'
import type { Admitted } from '../runs/admit.ts'
import { settle, tell } from '../runs/answer.ts'
import { authorisePlan } from '../runs/authorise.ts'
import { dryRunOf } from '../runs/preview.ts'
import { isElsewhere } from '../runs/redirect.ts'
import { unavailable } from '../runs/replies.ts'
import { messageOf, type Services } from '../runs/services.ts'
import { digestOf } from './digest.ts'
import { askRoom } from './message.ts'
import { approvalMs, CONFIRM_MS, standingOf } from './needs.ts'
import { cannotAsk, confirmation, waitingForApproval } from './replies.ts'

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
): Promise<Reply> {
  const { run, db, invocation, policy } = admitted
  const { actor, channel } = invocation
  const impossible = whyImpossible(admitted, plan, care)
  if (impossible !== null) {
    const reply = cannotAsk(run, impossible.why)
    return await settle(services, admitted, { from: ['accepted'], to: 'denied', code: impossible.code, reply, events })
  }
  const preview = care.confirmation === null ? null : await previewOf(services, admitted, plan)
  const barred = await barredFrom(db, admitted)
  const now = services.now()
  const stage = care.confirmation === null ? 'approval' : 'confirmation'
  const expiresAt = now + (stage === 'confirmation' ? CONFIRM_MS : approvalMs(care))
  const digest = await digestOf({ run, plan, actor, channel: channel.id, policy: policy.version, care, expiresAt })
  const asked = { run, line: plan.line, expiresAt }
  const waiting = (posted: boolean) => waitingForApproval(asked, standingOf(care, []), posted)
  const reply =
    stage === 'confirmation' ? confirmation(asked, plan, care, whereOf(admitted, plan), preview) : waiting(true)
  const change = services.token()
  try {
    const results = await commit(db, run, change, [
      changeState(db, {
        run,
        change,
        from: ['accepted'],
        to: 'awaiting_approval',
        set: {
          mode: 'job',
          due_at: expiresAt,
          input: JSON.stringify(inputToJson(invocation.input)),
          reply: JSON.stringify(reply),
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
    if (results.length > 0 && results[0]?.meta.changes !== 1) throw new Error('the run was no longer accepted')
  } catch (error) {
    // Whether or not it waits, nobody was asked and nothing can start.
    services.log('not asked', { run, error: messageOf(error) })
    return await tell(services, admitted, unavailable(run))
  }
  if (stage === 'confirmation') return await tell(services, admitted, reply)
  return await tell(services, admitted, waiting(await askRoom(services, db, run)))
}

/** What the line would do; null where that cannot be said, or would read what somebody's word is needed for. */
async function previewOf(services: Services, admitted: Admitted, plan: RunnablePlan) {
  const { actor, channel } = admitted.invocation
  const facts = { ...admitted, actor, channel }
  const { refusal, care } = authorisePlan(services, facts, dryPlan(plan))
  return refusal || needsCare(care) ? null : await dryRunOf(services, facts, plan)
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
  if (plan.line.endsWith('…'))
    return {
      code: 'limit',
      why: md`It needs ${what}, and the line is too long to be shown whole to those who decide: make it shorter.`,
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

/** The accounts whose person may not approve: of whoever wrote an alias in it, now or in the run that it is taken from. */
async function barredFrom(db: Database, { authors, earlier }: Admitted): Promise<string[]> {
  if (earlier.length === 0) return [...new Set(authors)]
  const { results } = await selectBarred(db, earlier).all<{ barred: string }>()
  return [...new Set([...authors, ...results.flatMap(({ barred }) => JSON.parse(barred) as string[])])]
}

/** Where the answer goes, for who is to confirm that. */
function whereOf({ redirects, invocation }: Admitted, { targets, answer }: RunnablePlan): string {
  const here = answer === 'private' ? 'to you alone' : invocation.channel.kind === 'direct' ? 'here' : 'to this room'
  const others = redirects.map(({ label }) => label)
  if (others.length === 0) return here
  return isElsewhere(targets) ? `to ${others.join(', ')}` : `${here}, and to ${others.join(', ')}`
}
