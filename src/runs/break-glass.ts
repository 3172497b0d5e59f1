/**
 * `break-glass`: a line without the confirmation, the approval and the freezes that stand in its way; never without a permission. The
 * security room is told, and somebody else has to look at it. Network: D1, the courier.
 *
 * Everything that makes it known is in the batch that queues the run: it is known, or nothing runs.
 */
import { accountKeysOf } from '../approval/accounts.ts'
import { digestOf } from '../approval/digest.ts'
import { goesTo } from '../approval/goes-to.ts'
import { personOf } from '../approval/needs.ts'
import { flat, shownFields, shownParts } from '../approval/shown.ts'
import { isMoreThanShown } from '../approval/whole.ts'
import { auditEvent } from '../audit/event.ts'
import { maskTokens } from '../audit/tokens.ts'
import { oneLine } from '../chat/label.ts'
import { accountName, code, type Markdown, md, plain, textOf, userNamed } from '../chat/markdown.ts'
import { type Reply, textReply } from '../chat/reply.ts'
import type { Care } from '../command/care.ts'
import type { ServedRoom } from '../config.ts'
import { insertApproval } from '../db/approvals.ts'
import { insertOutbox, SECURITY_TARGET } from '../db/outbox.ts'
import { insertReview } from '../db/reviews.ts'
import { hasSecrets } from '../engine/assemble.ts'
import type { Plan, RunnablePlan } from '../engine/plan.ts'
import { heldBy } from '../policy/ask.ts'
import { BREAK_GLASS, isHouseCommand } from '../policy/house-permissions.ts'
import type { Subject } from '../policy/request.ts'
import type { Freeze } from '../policy/site.ts'
import type { Admitted } from './admit.ts'
import type { Authorised } from './authorise.ts'
import { deliverDue } from './deliver.ts'
import type { Alongside } from './job.ts'
import { keptReply } from './kept.ts'
import { lateCareTexts } from './late-care.ts'
import { runNote } from './replies.ts'
import { roomAsked } from './room-settings.ts'
import { messageOf, type Services } from './services.ts'

/** The key of the command; its line is written out before it would run. */
const COMMAND = 'break-glass'

/** The first word of the commands about the audit log: who may read it is decided there alone. */
const AUDIT = 'audit'

/** What it is called where its delivery is told. */
export const SECURITY_LABEL = 'the security room'

/** A line that is to run without what stands in its way. */
export interface Glass {
  readonly reason: string
  /** What was typed: `break-glass "<reason>" <line>`, which is authorised, too. */
  readonly plan: RunnablePlan
}

/** True for `break-glass` alone on its line; in a pipeline, or with a redirect, the command itself refuses. */
export function isGlass(plan: Plan): plan is RunnablePlan {
  return plan.ok && plan.stages.length === 1 && plan.targets.length === 0 && plan.stages[0].command.key === COMMAND
}

/** The line behind it, and why. */
export function glassOf({ stages: [{ args }] }: RunnablePlan): { readonly reason: string; readonly line: string } {
  return { reason: maskTokens(String(args?.reason)), line: String(args?.line) }
}

/** Whether somebody holds what breaking the glass needs; it is asked once more at the start, for a grant may have ended. */
export function mayBreakGlass(subject: Subject): boolean {
  return heldBy(subject)?.has(BREAK_GLASS) ?? true
}

export type Breaking =
  /** `along` goes into the batch that queues the run. */
  | { readonly ok: true; readonly along: Alongside }
  /** The glass stays whole, and nothing runs. */
  | { readonly ok: false; readonly reply: Reply }

/** What breaking the glass for an allowed plan comes to. */
export async function breakGlass(
  services: Services,
  admitted: Admitted,
  { reason }: Glass,
  plan: RunnablePlan,
  { care, passed }: Pick<Authorised, 'care' | 'passed'>,
): Promise<Breaking> {
  const { run, invocation, policy, subject, db } = admitted
  const { actor, channel } = invocation
  const person = personOf(subject, actor)
  const { securityRoom } = services.config
  // What rules ask for then does not count, either.
  const late = lateCareTexts({ policy, subject, actor, channel }, plan)
  const skipped = [...skippedOf(care, passed), ...late]
  if (plan.dry) return refuse(run, plain('a dry run changes nothing, here or elsewhere: type the line itself'))
  if (roomAsked(policy, invocation)?.practice) return refuse(run, plain('this room practises: break it in another one'))
  if (person === null)
    return refuse(run, plain('only a user of Pawl can break the glass, as somebody else has to look at it afterwards'))
  const own = plan.commands.find(
    ({ key, path, effects }) => isHouseCommand(services.registry, key) && (effects === 'write' || path[0] === AUDIT),
  )
  if (own)
    return refuse(
      run,
      md`no glass is broken for ${code(own.name)}: it is one of Pawl's own commands that change something or read the audit log`,
    )
  if (plan.commands.some(hasSecrets))
    return refuse(run, plain('its line has secret options, and it would wait in the database, where no secret may be'))
  if (isMoreThanShown(plan))
    return refuse(run, plain('its arguments are too long to be shown whole to those who look at it: make them shorter'))
  // What a module asks for arguments out of records is not known yet, and cannot be told to anybody.
  if (skipped.length === 0 && plan.stages.some(({ args }) => args === null))
    return refuse(
      run,
      plain('nothing stands in the way of what is written out: write out what comes from records, too'),
    )
  if (skipped.length === 0) return refuse(run, plain('nothing stands in the way: type the line itself'))
  if (securityRoom === null)
    return refuse(
      run,
      md`somebody has to hear of it: an operator sets ${code('PAWL_SECURITY_ROOM')} first, as in slack:T…:C…`,
    )
  const who = subject.user?.name ?? actor.id
  const expiresAt = services.now() + plan.startWithinMs
  const bound = { run, plan, actor, channel: channel.id, policy: policy.version, care, expiresAt }
  const digest = await digestOf(bound)
  const accounts = await accountKeysOf(db, subject, actor)
  const now = services.now()
  const post = postOf(admitted, plan, { reason, skipped, room: securityRoom })
  const address = addressFor(services, securityRoom, `${run}:${SECURITY_TARGET}`)
  // Without the reasons of the freezes: what people wrote stands in fields that can be erased.
  const facts = {
    run,
    channel: channel.id,
    reason_text: reason,
    skipped: [...skippedOf(care, passed, ({ id }) => `freeze ${id}`), ...late],
  }
  return {
    ok: true,
    along: {
      events: [
        auditEvent(now, 'glass.broken', actor, { ...facts, digest, policy: policy.version }),
        auditEvent(now, 'review.opened', actor, { run, person }),
      ],
      blocks: [
        {
          kind: 'text',
          text: md`**The glass is broken**: without ${skipped.join(', ')}. The security room is told, and somebody else closes the review.`,
        },
      ],
      statements: (change) => [
        insertApproval(db, change, {
          run,
          stage: 'break_glass',
          state: 'given',
          digest,
          policy: policy.version,
          care,
          barred: [],
          because: reason,
          createdAt: now,
          expiresAt,
        }),
        insertReview(db, change, { run, person, accounts, name: who, reason, skipped, openedAt: now }),
        insertOutbox(db, change, {
          run,
          target: SECURITY_TARGET,
          address,
          label: SECURITY_LABEL,
          reply: keptReply(post),
          now,
          nextAt: now,
        }),
      ],
    },
  }
}

/** Where the security room is written to, as the outbox keeps it. */
export function addressFor({ couriers }: Services, { platform, workspace, channel }: ServedRoom, key: string): string {
  return JSON.stringify(couriers.get(platform)?.asked({ platform, workspace, id: '' }, channel, key) ?? { platform })
}

/** Brings a word to the security room, if there is one; what fails is brought by the sweeper. Never throws. */
export async function tellSecurity(services: Services, run: string, target = SECURITY_TARGET): Promise<void> {
  try {
    await deliverDue(services, run, target)
  } catch (error) {
    services.log('the security room is not told; the sweeper will', { run, error: messageOf(error) })
  }
}

/** The controls that do not count, each as people know it. */
function skippedOf(
  { confirmation, approvals }: Care,
  freezes: readonly Freeze[],
  freezeNamed: (freeze: Freeze) => string = ({ id, reason }) => `freeze ${id} (${reason})`,
): string[] {
  return [
    ...(confirmation === null ? [] : ['confirmation']),
    ...approvals.map(({ permission, count }) => `approval by ${count} with ${permission}`),
    ...freezes.map(freezeNamed),
  ]
}

function postOf(
  { run, invocation: { actor, channel }, subject }: Admitted,
  plan: RunnablePlan,
  {
    reason,
    skipped,
    room,
  }: { readonly reason: string; readonly skipped: readonly string[]; readonly room: ServedRoom },
): Reply {
  const where = channel.kind === 'direct' ? 'a direct message' : `#${oneLine(channel.name ?? channel.id)}`
  const text = md`**Glass broken** by ${whoOf(actor, subject, room)} in ${where} on ${actor.platform}: ${code(flat(plan.line))}`
  return {
    visibility: 'channel',
    tone: 'failure',
    blocks: [
      { kind: 'text', text },
      // What its defaults are, what it takes from a message, and what of the line is cut or masked, the line does not show.
      { kind: 'fields', fields: shownFields([...shownParts(plan), ...goesTo(plan)]) },
      { kind: 'text', text: md`**Why**: ${flat(reason)}` },
      { kind: 'text', text: md`**It runs without**: ${flat(skipped.join(', '))}` },
      {
        kind: 'text',
        text: md`Somebody else looks at it, and says so with ${code(`review close ${run} <what you found>`)}`,
      },
      runNote(run),
    ],
  }
}

/** A mention means something in its own workspace alone. */
function whoOf(actor: Admitted['invocation']['actor'], { user }: Admitted['subject'], room: ServedRoom): Markdown {
  const near = actor.platform === room.platform && actor.workspace === room.workspace
  const who = user === null ? accountName(actor.id, 'an administrator') : userNamed(actor.id, user.name)
  return near ? who : plain(textOf(who))
}

function refuse(run: string, why: Markdown): Breaking {
  return {
    ok: false,
    reply: textReply(md`The glass stays whole: ${why}. Nothing was run (run ${code(run)}).`, { tone: 'failure' }),
  }
}
