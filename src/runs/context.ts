/** The context that a handler gets. Pure wiring. */
import { HOUSE, type House } from '../builtins/house.ts'
import { builtins } from '../builtins/index.ts'
import type { Actor, Channel } from '../chat/invocation.ts'
import type { Command, Context } from '../command/command.ts'
import type { Database } from '../db/database.ts'
import { decide, type Policy, type Subject } from '../policy/decide.ts'
import { cancelQueued } from './cancel.ts'
import type { Redirect } from './redirect.ts'
import type { Services } from './services.ts'

const BUILTINS: ReadonlySet<Command> = new Set(builtins)

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
}

/** The context of one stage; built-in commands, and no others, find the house behind {@link HOUSE}. */
export function contextOf(
  services: Services,
  { run, actor, channel, policy, subject, db }: RunFacts,
  command: Command,
  signal: AbortSignal,
  progress: Context['progress'],
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
    progress,
  }
  if (!BUILTINS.has(command)) return context
  const house: House = {
    registry: services.registry,
    commands: () => services.registry.all(),
    mayRun: ({ key }) => decide(policy, subject, key).allowed,
    rulesOf: ({ key }) => (policy.rules.get(key) ?? []).map(({ text }) => text),
    version: services.version,
    identity: () => ({
      user: subject.user?.name ?? null,
      administrator: subject.administrator,
      groups: subject.groups,
      permissions: [...subject.permissions].sort(),
    }),
    db,
    policy,
    token: services.token,
    cancelQueued: (row, by) => cancelQueued(services, db, row, by),
  }
  return Object.assign(context, { [HOUSE]: house })
}
