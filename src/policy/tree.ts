/** A rule as a tree: what `rule-parse.ts` makes of its text and `compile.ts` turns into an evaluator. Pure types. */
import type { Place } from '../language/tree.ts'

/** `src/language/tree.ts` says what a place is: offsets into the rule's text. */
export type { Place }

/** A value to compare with. `text` keeps how it was quoted, so that it is shown as it was written; the meaning is the same. */
export type Literal = Place &
  (
    | { readonly kind: 'text'; readonly text: string; readonly quote: '' | "'" | '"' }
    /** `written` is the number as typed: `8.30` stays so where it is shown. */
    | { readonly kind: 'number'; readonly value: number; readonly written: string }
    | { readonly kind: 'boolean'; readonly value: boolean }
    /** Between the slashes, as typed: `\/` stands for a slash. */
    | { readonly kind: 'pattern'; readonly source: string }
  )

export type Pattern = Literal & { readonly kind: 'pattern' }

/** What a test looks at. */
export type Ref =
  /** The argument of the N-th option in declared order, 0 first. */
  | { readonly kind: 'arg'; readonly index: number }
  /** `any arg`, `all arg`: over the arguments that are there; a list counts as its elements. */
  | { readonly kind: 'args'; readonly over: 'any' | 'all' }
  /** `over` is `value` without a quantifier. */
  | { readonly kind: 'option'; readonly name: string; readonly over: 'value' | 'any' | 'all' }
  /** `any option`, `all option`: over the options that have a value. */
  | { readonly kind: 'options'; readonly over: 'any' | 'all' }
  | { readonly kind: 'channel' | 'platform' | 'workspace' | 'user' | 'group' }

/** The ids of these are kept beside a rule's text: see {@link RuleNames}. */
export type NamedRef = 'channel' | 'user' | 'group'

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>='

export type Check =
  | { readonly kind: 'compare'; readonly operator: Operator; readonly value: Literal }
  | { readonly kind: 'in'; readonly values: readonly Literal[] }
  | { readonly kind: 'matches'; readonly pattern: Pattern }
  | { readonly kind: 'missing' }

export type Test = Place & { readonly kind: 'test'; readonly ref: Ref; readonly check: Check }

/** `and` and `or` are flat: no part of an `and` is an `and`. Two parts or more. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | Test

/** A permission or a combination of them; flat as conditions are. `any`/`all` is `any in […]`, `all in […]`, one name or more. */
export type Requirement =
  | (Place & { readonly kind: 'permission'; readonly name: string })
  | (Place & { readonly kind: 'any' | 'all'; readonly names: readonly string[] })
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Requirement[] }

/** So many different people who hold the permission must agree. */
export type ApprovedBy = Place & { readonly permission: string; readonly count: number }

/** What has to come before it starts. At least one of both; each permission once. */
export interface RuleCare {
  /** The asker sees what would run, and says yes. */
  readonly confirmed: boolean
  readonly approvals: readonly ApprovedBy[]
}

export type Verdict =
  /** `requirement` is null in `must be …`, which asks for no permission; then there is `care`. */
  | { readonly kind: 'require'; readonly requirement: Requirement | null; readonly care: RuleCare | null }
  | { readonly kind: 'allow' }
  | { readonly kind: 'forbid'; readonly because: string | null }

export interface Rule {
  /** The normalised text: one space between words, `<=` for `=<`, `arg` for `args`, no needless brackets. */
  readonly text: string
  /** A command's words joined by ":" (`pack:install`), or `pack:*` for every command below `pack`. */
  readonly command: string
  readonly commandPlace: Place
  readonly condition: Condition | null
  readonly verdict: Verdict
}

export interface RuleError extends Place {
  /** What is wrong and what to write instead. */
  readonly message: string
}

export type RuleResult = { readonly ok: true; readonly rule: Rule } | { readonly ok: false; readonly error: RuleError }

/**
 * What the names in a rule stand for, kept since the rule was saved: a rename or a look-alike name changes nothing.
 *
 * @example { channel: { '#ops': 'slack:C123' }, user: { '@ada': 'user:1' }, group: { deployers: 'group:2' } }
 */
export type RuleNames = { readonly [kind in NamedRef]?: { readonly [name: string]: string } }
