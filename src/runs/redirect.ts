/** Where redirects lead: decided and found before anything runs. Network: D1, and the platform through its courier. */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Actor, Address } from '../chat/invocation.ts'
import { oneLine } from '../chat/label.ts'
import { accountName, channelName, type Markdown, md, plain } from '../chat/markdown.ts'
import type { Reply } from '../chat/reply.ts'
import { servesWorkspace } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { RunRow } from '../db/runs.ts'
import type { RunnablePlan, StoredInput } from '../engine/plan.ts'
import { targetsIn } from '../engine/planner.ts'
import { heldBy, placeOf } from '../policy/ask.ts'
import { covers } from '../policy/freeze.ts'
import { missingForTargets, REDIRECT_POST } from '../policy/house-permissions.ts'
import type { RoomSettings } from '../policy/site.ts'
import type { RunFacts } from './context.ts'
import type { Resolved, Target } from './courier.ts'
import { deliverNow } from './deliver.ts'
import type { Copy } from './end.ts'
import { denied, ended } from './replies.ts'
import { roomAsked } from './room-settings.ts'
import type { Services } from './services.ts'

/** A place that an answer goes to beside, or instead of, where it was asked. */
export interface Redirect {
  /** As people see it: `#ops`, `@ada`. */
  readonly label: string
  readonly address: Address
  /** Nobody but the asker reads there. */
  readonly own: boolean
  /** It is a thread of the room where it was asked. */
  readonly thread: boolean
  /** Not the line sends it there: the room always gets the answers of one of its commands. */
  readonly always?: true
}

/** Where the answer goes, or how the run ends that may not send it there. */
export type Redirects =
  | { readonly ok: true; readonly redirects: readonly Redirect[] }
  | { readonly ok: false; readonly closing: Refused }

export interface Refused {
  readonly to: 'denied' | 'failed'
  readonly code: string
  readonly reply: Reply
  readonly events: readonly AuditEvent[]
}

/** What redirects are decided and found with. */
type Asked = Pick<RunFacts, 'run' | 'actor' | 'channel' | 'policy' | 'subject' | 'db'> & {
  readonly address: Address
  /** At the start of a queued run: the run. */
  readonly row?: Pick<RunRow, 'attempt' | 'deadline_at'>
}

/**
 * Decides and finds where an answer goes; at admission, and again when a queued run starts: a right and a room may be gone by
 * then. `admins` are the administrators of the setting who can be shown
 * as people. Throws what D1 throws; and when the platform cannot be asked just now about a queued run, which has time to wait.
 */
export async function findRedirects(
  services: Services,
  { run, actor, channel, policy, subject, db, address, row }: Asked,
  plan: RunnablePlan,
  admins: readonly string[],
): Promise<Redirects> {
  const always = roomsAlways(services, { run, actor, channel, policy }, plan)
  if (plan.targets.length === 0) return { ok: true, redirects: always }
  if (missingForTargets(plan.targets, heldBy(subject)) !== null) {
    const reason = 'missing_permission'
    const missing = [REDIRECT_POST]
    const event = auditEvent(services.now(), 'policy.denied', actor, {
      run,
      channel: channel.id,
      decision: 'deny',
      reason,
      missing,
      redirects: plan.targets.map((target) => ('id' in target ? target.id : target.kind)),
      policy: policy.version,
    })
    const because = `it needs ${REDIRECT_POST}`
    const grantors = { identities: admins, names: await services.policy.grantors(db, services.now()) }
    const reply = denied(run, '> another room', { allowed: false, reason, rules: [], missing, because }, grantors)
    return { ok: false, closing: { to: 'denied', code: reason, reply, events: [event] } }
  }
  const resolved = await resolveRedirects(services, address, plan)
  if (resolved.ok) {
    const isNamed = (room: Redirect) =>
      resolved.redirects.some(({ label, address: to }) => label === room.label && to.platform === room.address.platform)
    return { ok: true, redirects: [...resolved.redirects, ...always.filter((room) => !isNamed(room))] }
  }
  // Before its first attempt whoever calls has seen to it that it is not too late to start.
  if (resolved.later && row && (row.deadline_at === null || services.now() < row.deadline_at))
    throw new Error('the platform cannot say just now where the answer may go')
  const done = row && row.attempt > 0 ? 'It had begun: look at what it did before.' : 'Nothing was run.'
  const reply = ended(run, plan.line, 'failed', `${resolved.message} ${done}`, 'private')
  return { ok: false, closing: { to: 'failed', code: 'redirect', reply, events: [] } }
}

type Resolution = { readonly ok: true; readonly redirects: readonly Redirect[] } | Extract<Resolved, { ok: false }>

/**
 * Rooms that are to have the answers of one of the line's commands, whoever asks: who administers Pawl has decided that, so it
 * needs no permission of the asker's. What is private, or changes nothing, stays where it was asked. Pure.
 */
export function answeredRooms(
  { actor, channel, policy }: Pick<Asked, 'actor' | 'channel' | 'policy'>,
  { commands, dry, answer, targets }: RunnablePlan,
): readonly RoomSettings[] {
  if (dry || answer === 'private' || roomAsked(policy, { actor, channel })?.practice) return []
  const here = isElsewhere(targets) ? null : placeOf(actor, channel).channel
  const named = targets.map((target) => ('id' in target ? `${actor.platform}:${target.id}` : ''))
  return [...policy.site.rooms.values()].filter(
    ({ ref, answersOf }) => ref !== here && !named.includes(ref) && commands.some(({ key }) => covers(answersOf, key)),
  )
}

/** The same as places to post to. */
function roomsAlways(
  { couriers, config }: Pick<Services, 'couriers' | 'config'>,
  asked: Pick<Asked, 'run' | 'actor' | 'channel' | 'policy'>,
  plan: RunnablePlan,
): readonly Redirect[] {
  return answeredRooms(asked, plan).flatMap(({ ref, workspace, name }): Redirect[] => {
    const [platform = '', id = ''] = ref.split(':')
    const courier = couriers.get(platform)
    if (!courier || !servesWorkspace(config, platform, workspace)) return []
    // Nobody there asked: the answer is for the room.
    const address = courier.asked({ platform, workspace, id: '' }, id, `${asked.run}:${ref}`)
    return [{ label: name, address, own: false, thread: false, always: true }]
  })
}

/** True when the line sends its answer elsewhere and not, too, where it was asked. */
export function isElsewhere(targets: readonly Target[]): boolean {
  return targets.length > 0 && !targets.some(({ kind }) => kind === 'here')
}

/** Who is told of the end of a queued or running job that gives no answer: the asker alone where that was to go elsewhere. */
export function visibilityOf({ input, platform }: Pick<RunRow, 'input' | 'platform'>): Reply['visibility'] {
  return input !== null && isElsewhere(targetsIn(JSON.parse(input) as StoredInput, platform)) ? 'private' : 'channel'
}

/** The places of a plan's redirects, all of them or none; `here` is where the answer goes anyway. Never throws. */
async function resolveRedirects(
  services: Services,
  address: Address,
  { targets, answer }: RunnablePlan,
): Promise<Resolution> {
  const courier = services.couriers.get(address.platform)
  const elsewhere = targets.filter(({ kind }) => kind !== 'here')
  if (!courier) return { ok: false, message: 'nothing can be sent on this platform' }
  const resolved = await Promise.all(elsewhere.map((target) => courier.resolve(address, target)))
  const saidHere = !isElsewhere(targets) && answer === 'channel'
  const failed = resolved.filter((one) => !one.ok)
  const redirects: Redirect[] = []
  for (const [i, one] of resolved.entries()) {
    // What will not pass by itself says more.
    if (!one.ok) return failed.find(({ later }) => !later) ?? one
    // `*> here #ops` in #ops, and `*> @ada me` from ada, are one place.
    const known = redirects.some(({ address: other }) => JSON.stringify(other) === JSON.stringify(one.address))
    if (known || (one.here && saidHere)) continue
    redirects.push({
      label: one.label,
      address: one.address,
      own: one.own ?? false,
      thread: elsewhere[i]?.kind === 'thread',
    })
  }
  return { ok: true, redirects }
}

/** Who had an answer sent, and from where, as those who read it at a place may know. */
export function senderOf(
  { actor, channel, subject }: Pick<RunFacts, 'actor' | 'channel' | 'subject'>,
  { thread, address }: Redirect,
): Markdown {
  const near = address.platform === actor.platform
  const account = accountName(actor.id, subject.administrator ? 'an administrator' : undefined)
  const who = subject.user === null ? account : plain(subject.user.name)
  if (thread) return md`sent by ${who}`
  if (channel.kind === 'direct') return md`sent by ${who} from a direct message`
  // A mention of Pawl names its room by id alone.
  const unnamed = near ? channelName(channel.id) : 'another room'
  const room = channel.name === undefined ? unnamed : `#${oneLine(channel.name)}`
  return near ? md`sent by ${who} from ${room}` : md`sent by ${who} from ${room} on ${actor.platform}`
}

/** Brings the copies of an answer where redirects lead; the outbox has them, too. */
export async function deliverCopies(
  services: Services,
  db: Database,
  { line, ...run }: { readonly run: string; readonly line: string; readonly actor: Actor },
  copies: readonly Copy[],
): Promise<void> {
  await Promise.all(
    copies.map(({ label, address, reply }, i) =>
      deliverNow(services, db, {
        ...run,
        target: i + 1,
        redirect: { label, line },
        address,
        reply,
        message: null,
      }),
    ),
  )
}
