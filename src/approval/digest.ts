/**
 * What an approval is bound to: a SHA-256 over everything that was decided when it was asked. Pure but for WebCrypto.
 *
 * It is no secret and proves nothing by itself: the row that keeps it is believed, and what is about to run is compared with it.
 */
import { canonical } from '../audit/canonical.ts'
import { type Actor, actorKey } from '../chat/invocation.ts'
import type { Care } from '../command/care.ts'
import { hex, sha256 } from '../digest.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import type { Json } from '../json.ts'
import { printStage } from '../language/print.ts'

/** What is bound. */
export interface Bound {
  readonly run: string
  readonly plan: RunnablePlan
  /** Who asked. */
  readonly actor: Actor
  /** The id of the room where it was asked. */
  readonly channel: string
  /** The version of the policy. */
  readonly policy: string
  readonly care: Care
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** The digest, in hex; of two things that differ in anything that counts it is not the same. */
export async function digestOf({ run, plan, actor, channel, policy, care, expiresAt }: Bound): Promise<string> {
  const bound = {
    v: 1,
    run,
    line: plan.line,
    // A stage that waits for records is bound to what was typed.
    stages: plan.stages.map(
      ({ command, args, tokens }): Json => ({
        command: command.key,
        ...(args === null ? { tokens: printStage({ tokens }) } : { args: given(args) }),
      }),
    ),
    targets: plan.targets,
    record: plan.record,
    asker: actorKey(actor),
    channel,
    policy,
    because: plan.because,
    care,
    expires_at: expiresAt,
  }
  // Through text: what JSON leaves out is no part of it.
  return hex(await sha256(`pawl:approval\n${canonical(JSON.parse(JSON.stringify(bound)))}`))
}

function given(args: { readonly [option: string]: Json | undefined }): Json {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, value]): [string, Json][] => (value === undefined ? [] : [[name, value]])),
  )
}
