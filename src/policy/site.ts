/** What an install decides beside its rules: freezes, and how its rooms are used. Part of the policy's version. Pure. */
import type { RuleNames } from './tree.ts'

/** Until it ends, no command that changes something starts, as far as it reaches. Times are milliseconds since 1970. */
export interface Freeze {
  readonly id: number
  readonly reason: string
  /** Keys of commands, or `pack:*`; null: all of them. */
  readonly commands: readonly string[] | null
  /** A condition of the rule language; null: whatever the arguments. */
  readonly condition: string | null
  readonly names: RuleNames
  /** Whoever holds this is not stopped. */
  readonly exceptPermission: string | null
  readonly byName: string
  readonly startedAt: number
  readonly until: number | null
}

export interface RoomSettings {
  /** `slack:C1` */
  readonly ref: string
  /** The workspace, or guild, that it is a room of. */
  readonly workspace: string
  /** `#ops` */
  readonly name: string
  /** Nothing is changed from here: each command says what it would do. */
  readonly practice: boolean
  /** Answers go into a thread under what was asked. */
  readonly thread: boolean
  /** Commands whose answers always come here, too: keys, or `pack:*`. */
  readonly answersOf: readonly string[]
}

export interface Site {
  /** Those that had not ended when it was read, the first one first; some may be over by their time. */
  readonly freezes: readonly Freeze[]
  /** By ref. */
  readonly rooms: ReadonlyMap<string, RoomSettings>
}

/** The settings of a room; null for one that has none, and for a direct message, which is no room. */
export function roomOf({ rooms }: Site, { channel }: { readonly channel: string | null }): RoomSettings | null {
  return channel === null ? null : (rooms.get(channel) ?? null)
}

export const NO_SITE: Site = { freezes: [], rooms: new Map() }
