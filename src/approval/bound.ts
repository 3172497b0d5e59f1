/** Whether what was agreed to is still what would run. Pure but for WebCrypto. */
import type { Actor, Channel } from '../chat/invocation.ts'
import { type Care, needsCare } from '../command/care.ts'
import type { ApprovalRow } from '../db/approvals.ts'
import type { RunRow } from '../db/runs.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { digestOf } from './digest.ts'
import { careOf } from './needs.ts'

/** A run as it would be started now. */
export interface Now {
  readonly row: Pick<RunRow, 'id' | 'attempt' | 'channel'>
  readonly actor: Actor
  readonly plan: RunnablePlan
  /** The version of the policy. */
  readonly policy: string
  /** What the modules and rules ask for now. */
  readonly care: Care
}

/** Why an approval counts no more; null when everything is as it was when it was asked. */
export async function whySpoilt(
  approval: ApprovalRow,
  { row, actor, plan, policy, care }: Now,
): Promise<string | null> {
  // A run that has begun is past what comes before the start: of it, only what it does must be the same.
  const begun = row.attempt > 0
  if (!begun && approval.policy !== policy) return 'rules, rights, freezes or rooms have changed since it was asked'
  const { id: channel } = JSON.parse(row.channel) as Channel
  const digest = await digestOf({
    run: row.id,
    plan,
    actor,
    channel,
    policy: approval.policy,
    care: begun ? careOf(approval) : care,
    expiresAt: approval.expires_at,
  })
  return digest === approval.digest ? null : 'what it would do, or what that needs, has changed since it was asked'
}

/** Why a queued run may not start, as far as somebody's word is needed for it; null when it may. */
export async function whyNotStarted(approval: ApprovalRow | null, now: Now): Promise<string | null> {
  if (approval === null)
    return now.row.attempt === 0 && needsCare(now.care) ? 'it needs a confirmation or an approval by now' : null
  return approval.state === 'given' ? await whySpoilt(approval, now) : 'nobody has agreed to it'
}
