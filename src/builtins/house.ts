/**
 * What a builtin sees of the house beyond what a module sees: the commands there are, and what the asker may do. Pure
 * types and one accessor; `src/runs/context.ts` sets the property when it makes the context of a run.
 */
import type { Desk } from '../approval/desk.ts'
import type { Ledger } from '../audit/ledger.ts'
import type { AuditConfig } from '../audit/sink-settings.ts'
import type { Actor } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { Command, CompletionContext, Context } from '../command/command.ts'
import type { Registry } from '../command/registry.ts'
import type { Database } from '../db/database.ts'
import type { Resolution, RunRow } from '../db/runs.ts'
import type { Plan } from '../engine/plan.ts'
import type { Policy } from '../policy/decide.ts'
import type { Subject } from '../policy/request.ts'
import type { Broken } from '../runs/break.ts'
import type { Room } from '../runs/courier.ts'
import type { Notified } from '../runs/notify.ts'
import type { Reviewed, ReviewWord } from '../runs/reviewed.ts'
import type { LockState } from '../singleton/lock.ts'

/** The key of the house in a builtin's context. A symbol, so that no module comes across it by name. */
export const HOUSE = Symbol('pawl.house')

export interface House {
  /** The commands of the install, and how words find them. */
  readonly registry: Registry
  /** Every command of the install, sorted by name. */
  commands(): readonly Command[]
  /** Whether the asker may run it at all, with some arguments and in some room. */
  mayRun(command: Command): boolean
  /** The rules that decide about it, shipped and the site's own. */
  rulesOf(command: Command): readonly string[]
  /** The version of this deployment. */
  readonly version: string
  /** Who the asker is here. `user` is null for an identity that no user of Pawl owns. */
  identity(): {
    readonly user: string | null
    readonly administrator: boolean
    readonly groups: readonly string[]
    readonly permissions: readonly string[]
  }
  /** The same for the evaluator. */
  readonly subject: Subject
  /** What a line of the asker would run, with aliases written out; it is not run. Network: D1. */
  plan(line: string): Promise<Plan>
  /** Whether an account of the asker's workspace is a full member of it. Network: D1, and the platform. */
  standing(account: Actor): Promise<'member' | 'outside'>
  /** The session of this run, on the primary. */
  readonly db: Database
  /** The policy that this run was decided by. */
  readonly policy: Policy
  /** Actor keys of the administrators that the deployment names. */
  readonly admins: ReadonlySet<string>
  /** `slack:T1`: the workspaces that the deployment serves. */
  readonly workspaces: ReadonlySet<string>
  /** The room of the asker's workspace that an id out of a mention, or a name without `#`, stands for. Network: the platform. */
  room(typed: string): Promise<Room>
  /** A fresh change token. */
  token(): string
  /** Sends an account a direct message at once; says when it did not arrive. One message an account and run. */
  notify(actor: Actor, reply: Reply): Promise<Notified>
  /** What seals the audit log. Network: the Ledger. */
  ledger(): Pick<DurableObjectStub<Ledger>, 'status' | 'rotate'>
  /** Where the audit log goes beside D1. */
  readonly audit: AuditConfig
  /** Who holds a lock, and who waits for it. Network: the lock. */
  lockStatus(key: string): Promise<LockState>
  /** Takes a lock from the run that holds it, which ends, and tells its room. */
  breakLock(key: string, reason: string): Promise<Broken>
  /** Notes what became of a lost run and tells its room; false when the run has changed meanwhile. Its state stays. */
  resolve(row: RunRow, resolution: Resolution): Promise<boolean>
  /** What the asker says about a run that waits for somebody's word. */
  readonly desk: Desk
  /** The word to the security room that a review is closed. Network, once it is brought: the courier. */
  reviewWord(reviewed: Reviewed): ReviewWord
  /** Cancels a run that has not started, tells its room, and gives up its place at the lock; false when it was too late. */
  cancelQueued(row: RunRow, by: string): Promise<boolean>
}

/** What a completer of a builtin may use of it: it looks up what may be said, and no more. */
export type CompletionHouse = Pick<House, 'db' | 'subject' | 'policy'>

/**
 * The house behind the context of a builtin's completer.
 *
 * @throws Error when completion has not set it: then nothing is offered.
 */
export function completionHouseOf(ctx: CompletionContext): CompletionHouse {
  const house = (ctx as CompletionContext & { readonly [HOUSE]?: CompletionHouse })[HOUSE]
  if (!house) throw new Error('this context has no house: completion must set it for builtins')
  return house
}

/**
 * The house behind a builtin's context.
 *
 * @throws Error when the engine has not set it: a fault of the house, never of a person.
 */
export function houseOf(ctx: Context): House {
  const house = (ctx as Context & { readonly [HOUSE]?: House })[HOUSE]
  if (!house) throw new Error('this context has no house: the engine must set it for builtins')
  return house
}
