/** What a decision is about: who asks for which command, with what, where. Pure types. */
import type { Json } from '../json.ts'

/** Everything a decision may depend on about the person. */
export interface Subject {
  /** The user in Pawl; null for somebody who has not been added. */
  readonly user: { readonly id: number; readonly name: string } | null
  /** Named in PAWL_ADMINS: holds every permission. */
  readonly administrator: boolean
  readonly groups: readonly { readonly id: number; readonly name: string }[]
  readonly permissions: ReadonlySet<string>
}

/** Where it was asked. */
export interface Place {
  /** Null where nobody says which, as in the seam of `policy eval`. */
  readonly platform: string | null
  readonly workspace: string | null
  /** `slack:C123`; null in a direct message, which is no channel. */
  readonly channel: string | null
}

/** The arguments as the handler gets them; {@link UNKNOWN} stands for one that is not known yet. */
export interface RequestArguments {
  /** In declared order; undefined for one that is missing. */
  readonly list: readonly (Json | Unknown | undefined)[]
  /** By option; what is missing is not there. */
  readonly named: ReadonlyMap<string, Json | Unknown>
}

/** What depends on a record, or was not asked for: nothing can be said of it yet. */
export const UNKNOWN = Symbol('unknown')
export type Unknown = typeof UNKNOWN

export interface Request {
  /** The command's words joined by ":". */
  readonly command: string
  /** {@link UNKNOWN}: with whatever arguments. */
  readonly arguments: RequestArguments | Unknown
  /** {@link UNKNOWN}: wherever. */
  readonly where: Place | Unknown
  readonly user: string | null
  /** As {@link RuleNames} writes them: `group:2`. */
  readonly groups: ReadonlySet<string>
  /** Null: all of them (an administrator of the deployment). */
  readonly permissions: ReadonlySet<string> | null
}
