/**
 * The one evaluator: may this subject run this command? Pure and total; running, help and later every other question ask it.
 *
 * Default deny; every matching rule's requirement must hold; `allow` only makes a rule match; order and duplicates never
 * matter (design, section 6).
 */
import { parseRule, type Rule } from './rule.ts'

/** Everything a decision may depend on about the person. */
export interface Subject {
  /** The user in Pawl; null for somebody who has not been added. */
  readonly user: { readonly id: number; readonly name: string } | null
  /** Named in PAWL_ADMINS: holds every permission. */
  readonly administrator: boolean
  readonly groups: readonly string[]
  readonly permissions: ReadonlySet<string>
}

/** Rules by command, compiled once per version. */
export interface Policy {
  /** The version in D1 and a digest of the shipped rules: what the audit names. */
  readonly version: string
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  /** Commands with a rule that cannot be read: denied, and the rule is named. */
  readonly broken: ReadonlyMap<string, string>
  /** Every permission that some rule requires. */
  readonly permissions: ReadonlySet<string>
}

export type Decision =
  | { readonly allowed: true; readonly rules: readonly string[] }
  | {
      readonly allowed: false
      readonly reason: 'no_rule' | 'missing_permission' | 'broken_rule'
      readonly rules: readonly string[]
      /** Sorted, each once. */
      readonly missing: readonly string[]
    }

/** A rule as text with the command it is for, so that one that does not parse still closes its command. */
export interface RuleSource {
  readonly command: string
  readonly text: string
}

/** Compiles rules; a rule that does not parse closes its command instead of being skipped. */
export function compilePolicy(version: string, sources: readonly RuleSource[]): Policy {
  const rules = new Map<string, Rule[]>()
  const broken = new Map<string, string>()
  const permissions = new Set<string>()
  for (const { command, text } of sources) {
    const parsed = parseRule(text)
    if (!parsed.ok) {
      broken.set(command, text)
      continue
    }
    const list = rules.get(parsed.rule.command) ?? []
    if (!list.some((rule) => rule.text === parsed.rule.text)) list.push(parsed.rule)
    rules.set(parsed.rule.command, list)
    if (parsed.rule.permission !== null) permissions.add(parsed.rule.permission)
  }
  return { version, rules, broken, permissions }
}

/** Decides one command for one subject; never throws. */
export function decide(policy: Policy, subject: Subject, command: string): Decision {
  const brokenRule = policy.broken.get(command)
  if (brokenRule !== undefined) return { allowed: false, reason: 'broken_rule', rules: [brokenRule], missing: [] }
  const matching = policy.rules.get(command) ?? []
  if (matching.length === 0) return { allowed: false, reason: 'no_rule', rules: [], missing: [] }
  const missing = new Set<string>()
  for (const { permission } of matching)
    if (permission !== null && !subject.administrator && !subject.permissions.has(permission)) missing.add(permission)
  const rules = matching.map((rule) => rule.text).sort()
  return missing.size === 0
    ? { allowed: true, rules }
    : { allowed: false, reason: 'missing_permission', rules, missing: [...missing].sort() }
}
