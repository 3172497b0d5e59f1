/** The context that a handler gets. Pure wiring. */
import { deskOf } from '../approval/desk.ts'
import { cancelWaiting } from '../approval/end.ts'
import { HOUSE, type House } from '../builtins/house.ts'
import { builtins } from '../builtins/index.ts'
import type { Actor, Address, Channel } from '../chat/invocation.ts'
import type { Command, Context } from '../command/command.ts'
import type { Database } from '../db/database.ts'
import type { CallPlace } from '../engine/pipeline.ts'
import { isPossible } from '../policy/ask.ts'
import type { Policy } from '../policy/decide.ts'
import type { Subject } from '../policy/request.ts'
import { breakLock } from './break.ts'
import type { Room } from './courier.ts'
import { planAsked } from './expand.ts'
import { notify } from './notify.ts'
import type { Redirect } from './redirect.ts'
import { resolveRun } from './resolve.ts'
import { reviewWord } from './reviewed.ts'
import type { Services } from './services.ts'
import { standingOf } from './standing.ts'
import type { CallTools } from './steps.ts'

/** Built-in commands, and no others, find the house behind {@link HOUSE}. */
export const BUILTINS: ReadonlySet<Command> = new Set(builtins)

/** What a run knows of itself. */
export interface RunFacts {
  readonly run: string
  readonly actor: Actor
  readonly channel: Channel
  /** Where the answer goes beside the asker. */
  readonly redirects: readonly Redirect[]
  readonly policy: Policy
  readonly subject: Subject
  readonly db: Database
  /** Where its request came from, while that is under way. */
  readonly address?: Address
  /** Its glass was broken: nobody is asked first, and no freeze counts. What is missing or forbidden still is. */
  readonly broken?: boolean
  /** It was at work before, and goes on: a freeze does not stop it half-way. */
  readonly begun?: boolean
}

/** The context of one call; built-in commands, and no others, find the house behind {@link HOUSE}. */
export function contextOf(
  services: Services,
  { run, actor, channel, policy, subject, db, address }: RunFacts,
  { command }: Pick<CallPlace, 'command'>,
  signal: AbortSignal,
  tools: CallTools,
): Context {
  const context: Context = {
    run,
    actor,
    channel,
    record: {},
    records: [],
    signal,
    now: services.now,
    fetch: services.fetch,
    setting: services.setting,
    ...tools,
  }
  if (!BUILTINS.has(command)) return context
  const house: House = {
    registry: services.registry,
    commands: () => services.registry.all(),
    mayRun: (command) => isPossible({ policy, subject }, command),
    rulesOf: ({ key }) => policy.rulesOf(key).map(({ text }) => text),
    version: services.version,
    identity: () => ({
      user: subject.user?.name ?? null,
      administrator: subject.administrator,
      groups: subject.groups.map(({ name }) => name),
      permissions: [...subject.permissions].sort(),
    }),
    subject,
    plan: async (line) =>
      (
        await planAsked(services, db, {
          actor,
          channel,
          standing: 'unknown',
          input: { kind: 'line', text: line, plain: true },
        })
      ).plan,
    standing: (account) => standingOf(services, db, account),
    db,
    policy,
    admins: services.config.admins,
    workspaces: services.config.workspaces,
    room: (typed) => roomOf(services, actor, typed),
    token: services.token,
    notify: (account, reply) => notify(services, account, reply, run),
    ledger: services.ledger,
    audit: services.config.audit,
    lockStatus: (key) => services.lock(key).status(),
    breakLock: (key, reason) => breakLock(services, { run, actor, subject, db }, key, reason),
    resolve: (row, resolution) => resolveRun(services, db, row, resolution, { run, actor }),
    desk: deskOf(services, { run, actor, channel, subject, db, ...(address && { address }) }),
    reviewWord: (reviewed) => reviewWord(services, db, reviewed),
    cancelQueued: (row, by) => cancelWaiting(services, db, row, by),
  }
  return Object.assign(context, { [HOUSE]: house })
}

async function roomOf({ couriers }: Services, actor: Actor, typed: string): Promise<Room> {
  const courier = couriers.get(actor.platform)
  return courier
    ? await courier.room(actor, typed)
    : { ok: false, message: 'this platform has no rooms that Pawl knows' }
}
