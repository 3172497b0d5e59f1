/**
 * The whole policy of a site as one value: what the text file holds, what a change is checked on, what two of them differ in.
 * Pure types. People and things are named here by their unique names; D1 keeps their ids.
 */
import type { RuleNames } from '../tree.ts'

/** Everybody of a served workspace is in it, added or not; its members are never listed. It always exists. */
export const EVERYONE = 'everyone'

/** Who or what is granted, with the end in milliseconds since 1970; null: for good. */
export type Grants = ReadonlyMap<string, number | null>

export interface DocumentRule {
  /** The row's id; null for one that is not in the database yet. */
  readonly id: number | null
  /** Normalised. */
  readonly text: string
  readonly names: RuleNames
  readonly enabled: boolean
}

export interface PolicyDocument {
  /** By name: actor keys (`slack:T1:U1`), sorted. */
  readonly users: ReadonlyMap<string, readonly string[]>
  readonly groups: ReadonlyMap<string, { readonly members: Grants; readonly roles: Grants }>
  /** By name: permissions. */
  readonly roles: ReadonlyMap<string, Grants>
  /** `#ops` → `slack:C123`. */
  readonly rooms: ReadonlyMap<string, string>
  /** The site's own; the rules that modules ship travel with the code and are not part of it. */
  readonly rules: readonly DocumentRule[]
  /** `@ada in #ops: deploy web --env prod => denied because deploy:prod` */
  readonly expectations: readonly string[]
}

/** One step from one document to another. What it names must be there, or must not yet: {@link applyChange} says so otherwise. */
export type PolicyChange =
  | { readonly kind: 'user.add' | 'user.remove'; readonly user: string }
  | { readonly kind: 'identity.add' | 'identity.remove'; readonly user: string; readonly identity: string }
  | { readonly kind: 'group.add' | 'group.remove'; readonly group: string }
  | { readonly kind: 'role.add' | 'role.remove'; readonly role: string }
  /** Adding what is there with another `until` changes its end. */
  | { readonly kind: 'member.add'; readonly group: string; readonly user: string; readonly until: number | null }
  | { readonly kind: 'member.remove'; readonly group: string; readonly user: string }
  | { readonly kind: 'role.grant'; readonly group: string; readonly role: string; readonly until: number | null }
  | { readonly kind: 'role.revoke'; readonly group: string; readonly role: string }
  | {
      readonly kind: 'permission.grant'
      readonly role: string
      readonly permission: string
      readonly until: number | null
    }
  | { readonly kind: 'permission.revoke'; readonly role: string; readonly permission: string }
  | { readonly kind: 'room.set'; readonly name: string; readonly ref: string }
  | { readonly kind: 'room.remove'; readonly name: string }
  | { readonly kind: 'rule.add'; readonly text: string; readonly names: RuleNames; readonly enabled: boolean }
  | { readonly kind: 'rule.remove' | 'rule.enable' | 'rule.disable'; readonly text: string; readonly names: RuleNames }
  | { readonly kind: 'expectation.add' | 'expectation.remove'; readonly text: string }
