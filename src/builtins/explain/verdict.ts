/** What the evaluator says of one stage, rule by rule, as records that `why` and `can` give. Pure. */
import type { Command } from '../../command/command.ts'
import { MASK } from '../../command/redact.ts'
import { type Decision, type Explanation, explain, type Policy } from '../../policy/decide.ts'
import type { Outcome } from '../../policy/outcome.ts'
import type { Subject } from '../../policy/request.ts'
import { type AskedStage, decideStage } from './line.ts'

/** One rule of one stage; a stage without rules gives one record without a rule. */
export interface RuleVerdict {
  readonly [field: string]: string | number | null | readonly string[]
  /** 1 is the first. */
  readonly stage: number
  readonly command: string
  readonly decision: 'allowed' | 'denied' | OpenWord
  readonly because: string
  /** The rule's number; null for one that a module ships. */
  readonly id: number | null
  readonly rule: string
  readonly outcome: string
  /** Each test with what it found: `option[env] == "prod": no, it is "staging"`. */
  readonly on: readonly string[]
  readonly missing: readonly string[]
}

/** The decision on a stage and what each rule came to. */
export function verdictsOf(policy: Policy, asked: AskedStage, subject: Subject, stage: number): RuleVerdict[] {
  const { command, open } = asked
  const request = asked.request(subject)
  const decision = decideStage(policy, asked, subject)
  const base = {
    stage,
    command: command.name,
    decision: decisionWord(decision, open),
    because: becauseOf(decision, open),
  }
  const rules = explain(policy, request)
  if (rules.length === 0) return [{ ...base, id: null, rule: '', outcome: '', on: [], missing: [] }]
  return rules.map((one) => ({
    ...base,
    id: one.rule.id,
    rule: one.rule.text,
    outcome: one.outcome === 'unknown' ? OPEN_WORDS[open] : OUTCOME_WORDS[one.outcome],
    on: one.tests.map((test) => testText(command, subject, test)),
    missing: one.outcome === 'true' || one.outcome === 'unknown' ? one.missing : [],
  }))
}

export const OUTCOME_WORDS = {
  true: 'matches',
  false: 'does not match',
  error: 'cannot be evaluated',
} as const satisfies { [outcome in Exclude<Outcome, 'unknown'>]: string }

/** For what is not known. */
export const OPEN_WORDS = {
  records: 'depends on records',
  arguments: 'depends on arguments',
} as const satisfies { [open in AskedStage['open']]: string }

type OpenWord = (typeof OPEN_WORDS)[AskedStage['open']]

function decisionWord(decision: Decision, open: AskedStage['open']): RuleVerdict['decision'] {
  if (!decision.allowed) return 'denied'
  return decision.certain ? 'allowed' : OPEN_WORDS[open]
}

const OPEN_BECAUSE = {
  records: 'its arguments come from records: it is decided again then',
  arguments: 'its arguments cannot be read, so what the rules say to them is not known',
} as const satisfies { [open in AskedStage['open']]: string }

function becauseOf(decision: Decision, open: AskedStage['open']): string {
  if (!decision.allowed) return decision.because
  return decision.certain ? 'every rule that matches is satisfied' : OPEN_BECAUSE[open]
}

const TEST_WORDS = { true: 'yes', false: 'no', unknown: 'not known yet', error: 'cannot be compared' } as const

function testText(
  { options }: Command,
  subject: Subject,
  { text, outcome, found }: Explanation['tests'][number],
): string {
  // A test may look at several arguments at once, so that one secret hides them all.
  const shown =
    options.some(({ secret }) => secret) && /\b(?:arg|option)\b/.test(text) ? MASK : foundText(text, found, subject)
  return `${text}: ${TEST_WORDS[outcome]}, it is ${shown}`
}

/**
 * What a test of a room, a user or groups found, as people type it: it is held against their numbers. Renderers say which room an id
 * is.
 */
function foundText(test: string, found: string, { user, groups }: Subject): string {
  if (!/^(?:channel|user|group)\b/.test(test)) return found
  const names = new Map(groups.map(({ id, name }) => [`group:${id}`, name]))
  if (user) names.set(`user:${user.id}`, `@${user.name}`)
  return found.replace(/"([a-z]+:[^":]+)"/g, (_, ref: string) =>
    JSON.stringify(names.get(ref) ?? ref.replace(/^[a-z]+:/, '#')),
  )
}
