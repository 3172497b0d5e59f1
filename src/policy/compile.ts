/** Rules as functions of a request, compiled once per version of the policy. Pure; a rule that cannot be read closes its command. */
import { APPROVAL_MS, type Care, NO_CARE } from '../command/care.ts'
import { compileTest, type Evaluate } from './compile-test.ts'
import { both, either, negate } from './outcome.ts'
import { parseRule } from './rule-parse.ts'
import { printRequirement, printTest } from './rule-print.ts'
import type { Condition, Requirement, RuleNames, Test, Verdict } from './tree.ts'

/** A rule as text with the command it is for, so that one that does not parse still closes its command. */
export interface RuleSource {
  readonly command: string
  readonly text: string
  readonly names?: RuleNames
  /** The row's id; absent or null for a rule that a module ships. */
  readonly id?: number | null
}

export interface CompiledTest {
  readonly test: Test
  readonly text: string
  readonly evaluate: Evaluate
}

export interface CompiledRule {
  readonly id: number | null
  /** Normalised; as it was given where it cannot be read. */
  readonly text: string
  /** `deploy`, `pack:*`. */
  readonly command: string
  /** What the names in it stand for. */
  readonly names: RuleNames
  /** Null for a rule that cannot be read. */
  readonly verdict: Verdict | null
  /** Whether its condition holds. */
  readonly holds: Evaluate
  /** In the order in which they are written. */
  readonly tests: readonly CompiledTest[]
  /** The permissions that are missing for its requirement; none when it holds, or asks for none. Null holds everything. */
  unmet(held: ReadonlySet<string> | null): readonly string[]
  /** What it asks for, as written; empty when it asks for nothing. */
  readonly needs: string
  /** What it wants before the command starts, where it matches. */
  readonly care: Care
  /** Every permission that it speaks of, those of people who approve among them. */
  readonly permissions: readonly string[]
}

const NONE: readonly string[] = Object.freeze([])

/** Of a source that was compiled before: those of the modules stay the same, whatever the site's version. */
const known = new WeakMap<RuleSource, CompiledRule>()

export function compileRule(source: RuleSource): CompiledRule {
  const compiled = known.get(source) ?? compileNew(source)
  known.set(source, compiled)
  return compiled
}

function compileNew({ command, text, names = {}, id = null }: RuleSource): CompiledRule {
  const parsed = parseRule(text)
  if (!parsed.ok) {
    const broken = { verdict: null, holds: () => 'error' as const, tests: [], unmet: () => NONE, needs: '' }
    return { id, text, command, names, ...broken, care: NO_CARE, permissions: NONE }
  }
  const { rule } = parsed
  const tests: CompiledTest[] = []
  const holds = rule.condition === null ? () => 'true' as const : compileCondition(rule.condition, names, tests)
  const requirement = rule.verdict.kind === 'require' ? rule.verdict.requirement : null
  const care = careOfVerdict(rule.verdict)
  const asked = requirement === null ? NONE : permissionsOf(requirement)
  const approving = care.approvals.map(({ permission }) => permission)
  return {
    id,
    text: rule.text,
    command: rule.command,
    names,
    verdict: rule.verdict,
    holds,
    tests,
    unmet: (held) => (requirement === null || held === null ? NONE : unmet(requirement, held)),
    needs: requirement === null ? '' : printRequirement(requirement),
    care,
    permissions: [...new Set([...asked, ...approving])],
  }
}

/** What a rule wants before a command starts. */
export function careOfVerdict(verdict: Verdict): Care {
  if (verdict.kind !== 'require' || verdict.care === null) return NO_CARE
  const { confirmed, approvals } = verdict.care
  return {
    confirmation: confirmed ? { word: null } : null,
    approvals: approvals.map(({ permission, count }) => ({ permission, count, expiresMs: APPROVAL_MS, reason: false })),
  }
}

function compileCondition(condition: Condition, names: RuleNames, tests: CompiledTest[]): Evaluate {
  switch (condition.kind) {
    case 'test': {
      const evaluate = compileTest(condition, names)
      tests.push({ test: condition, text: printTest(condition), evaluate })
      return evaluate
    }
    case 'not': {
      const part = compileCondition(condition.part, names, tests)
      return (request) => negate(part(request))
    }
    case 'and':
    case 'or': {
      const parts = condition.parts.map((part) => compileCondition(part, names, tests))
      const combine = condition.kind === 'and' ? both : either
      return (request) => combine(outcomesOf(parts, request))
    }
  }
}

/** One after the other, so that what decides ends it. */
function* outcomesOf(parts: readonly Evaluate[], request: Parameters<Evaluate>[0]) {
  for (const part of parts) yield part(request)
}

/** What is missing for a requirement. Of alternatives, all that would do. */
function unmet(requirement: Requirement, held: ReadonlySet<string>): readonly string[] {
  // Most are met, and a decision asks every matching rule: that answer makes no garbage.
  if (isMet(requirement, held)) return NONE
  switch (requirement.kind) {
    case 'permission':
      return [requirement.name]
    case 'all':
      return requirement.names.filter((name) => !held.has(name))
    case 'any':
      return requirement.names
    case 'and':
    case 'or':
      return requirement.parts.flatMap((part) => unmet(part, held))
  }
}

function isMet(requirement: Requirement, held: ReadonlySet<string>): boolean {
  switch (requirement.kind) {
    case 'permission':
      return held.has(requirement.name)
    case 'all':
      return requirement.names.every((name) => held.has(name))
    case 'any':
      return requirement.names.some((name) => held.has(name))
    case 'and':
      return requirement.parts.every((part) => isMet(part, held))
    case 'or':
      return requirement.parts.some((part) => isMet(part, held))
  }
}

function permissionsOf(requirement: Requirement): readonly string[] {
  switch (requirement.kind) {
    case 'permission':
      return [requirement.name]
    case 'all':
    case 'any':
      return requirement.names
    case 'and':
    case 'or':
      return requirement.parts.flatMap(permissionsOf)
  }
}
