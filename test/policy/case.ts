/** A case of the differential test: rules as trees and requests, both as plain JSON, so that one can be kept in a file. Pure. */
import type { Json } from '../../src/json.ts'
import type { Condition, Verdict } from '../../src/policy/tree.ts'

export interface TreeRule {
  readonly command: string
  readonly condition: Condition | null
  readonly verdict: Verdict
  /** Which of {@link NAMES} it was saved with. */
  readonly names: keyof typeof NAMES
}

/** A text that is no rule closes its command. */
export interface BrokenRule {
  readonly command: string
  readonly broken: string
}

export type CaseRule = TreeRule | BrokenRule

export interface CaseRequest {
  readonly command: string
  /** In declared order; null is an option without a value. */
  readonly options: { readonly [name in OptionName]: Json }
  readonly platform: string
  readonly workspace: string
  readonly channel: string | null
  readonly user: string | null
  readonly groups: readonly string[]
  /** Null holds all of them. */
  readonly permissions: readonly string[] | null
}

export interface PolicyCase {
  readonly rules: readonly CaseRule[]
  readonly requests: readonly CaseRequest[]
}

/** The options of every command, in declared order. */
export const OPTIONS = ['env', 'count', 'force', 'tags', 'ports'] as const
export type OptionName = (typeof OPTIONS)[number]

/** A list is unrolled for Cedar up to here. */
export const LIST_MAX = 2

/** The same words, saved when they stood for other things. */
export const NAMES = {
  now: {
    channel: { '#ops': 'slack:C1', '#dev': 'slack:C2' },
    user: { '@ada': 'user:1', '@bob': 'user:2' },
    group: { ops: 'group:1', dev: 'group:2' },
  },
  before: { channel: { '#ops': 'slack:C2' }, user: { '@ada': 'user:2' }, group: { ops: 'group:2' } },
  none: {},
} as const
