/** Asks a case of the evaluator and of Cedar, and says where they differ. Pure but for the policy set that Cedar keeps. */
import { compilePolicy, type Decision, decide, type Explanation, explain } from '../../src/policy/decide.ts'
import { parseRule } from '../../src/policy/rule-parse.ts'
import type { CaseRequest, CaseRule, PolicyCase } from './case.ts'
import { type Answer, ask, type Part, policiesOf, prepare } from './cedar.ts'
import { requestOf, sourceOf, writeRule } from './write.ts'

/** A decision as far as both can tell it. */
interface Told {
  readonly allowed: boolean
  readonly reason: 'allowed' | Extract<Decision, { allowed: false }>['reason']
  /** The texts of the rules that decided it, sorted, each once. */
  readonly rules: readonly string[]
}

export interface Mismatch {
  readonly rules: readonly CaseRule[]
  readonly request: CaseRequest
  readonly ours: Told
  readonly cedars: Told
}

/** The first request on which the two differ; null when there is none. `heard` is told each reason that both gave. */
export function firstMismatch(
  { rules, requests }: PolicyCase,
  heard: (reason: Told['reason']) => void = () => {},
): Mismatch | null {
  const policy = compilePolicy('1', rules.map(sourceOf))
  const texts = rules.map(normalised)
  prepare(rules)
  for (const request of requests) {
    const cedars = tellCedars(ask(request), texts)
    const asked = requestOf(request)
    const ours = tellOurs(decide(policy, asked), explain(policy, asked))
    if (JSON.stringify(ours) !== JSON.stringify(cedars)) return { rules, request, ours, cedars }
    heard(ours.reason)
  }
  return null
}

/** The mismatch for people, and as a case for `mismatches.json`. */
export function describeMismatch({ rules, request, ours, cedars }: Mismatch): string {
  return [
    ...rules.map((rule) => `rule     ${writeRule(rule)}${'names' in rule ? `   (names: ${rule.names})` : ''}`),
    `request  ${JSON.stringify(request)}`,
    `Pawl     ${JSON.stringify(ours)}`,
    `Cedar    ${JSON.stringify(cedars)}`,
    ...Object.entries(policiesOf(rules)).map(([id, text]) => `policy   ${id}: ${text}`),
    `case     ${JSON.stringify({ note: '', rules, requests: [request] })}`,
  ].join('\n')
}

/** How rules are named in a decision. */
function normalised(rule: CaseRule): string {
  const text = writeRule(rule)
  const parsed = parseRule(text)
  if (!parsed.ok && !('broken' in rule)) throw new Error(`${text}: ${parsed.error.message}`)
  return parsed.ok ? parsed.rule.text : text
}

/** `rules` begins with those that decide; how many these are, the explanation says, so that the two are held together. */
function tellOurs(decision: Decision, explanations: readonly Explanation[]): Told {
  // Everything is known, so a decision that calls itself uncertain is a mismatch too.
  if (decision.allowed) return { allowed: decision.certain, reason: 'allowed', rules: decision.rules }
  const { reason } = decision
  const deciding = new Set(explanations.filter((one) => isDeciding(one, reason)).map(({ rule }) => rule.text))
  return { allowed: false, reason, rules: decision.rules.slice(0, deciding.size) }
}

function isDeciding({ rule, outcome, missing }: Explanation, reason: Told['reason']): boolean {
  switch (reason) {
    case 'forbidden':
      return outcome === 'true' && rule.verdict?.kind === 'forbid'
    case 'broken_rule':
      return outcome === 'error'
    case 'missing_permission':
      return outcome === 'true' && missing.length > 0
    default:
      return false
  }
}

function tellCedars({ allowed, reasons }: Answer, texts: readonly string[]): Told {
  const by = (part: Part) =>
    [...new Set(reasons.flatMap((one) => (one.part === part ? [texts[one.rule] ?? ''] : [])))].sort()
  if (allowed) return { allowed, reason: 'allowed', rules: by('permit') }
  if (by('forbid').length > 0) return { allowed, reason: 'forbidden', rules: by('forbid') }
  if (by('error').length > 0) return { allowed, reason: 'broken_rule', rules: by('error') }
  if (by('require').length > 0) return { allowed, reason: 'missing_permission', rules: by('require') }
  return { allowed, reason: 'no_rule', rules: [] }
}
