/**
 * Rules that nobody here wrote: those of Cog's manual and suites, through `pawl policy parse` and `pawl policy eval`. The cases
 * stay outside the repository (`PAWL_CONFORMANCE`, or ../shared/conformance).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EvalAnswer } from '../../src/policy/eval-seam.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const FOLDER = path.join(process.env.PAWL_CONFORMANCE ?? path.join(ROOT, '../shared/conformance'), 'cog')
const FILES = [path.join(FOLDER, 'rule_cases.json'), path.join(FOLDER, 'ruleset_cases.json')]

interface Evaluation {
  args: unknown[]
  options: Record<string, unknown>
  permissions: string[]
  expect: 'allow' | 'deny'
  /** `crash`: Cog dies there, and nothing runs. */
  reason?: 'denied' | 'no_rule' | 'crash'
}
interface RuleCase {
  id: string
  rule: string
  valid: boolean
  note: string
  normalized?: string
  evaluate?: Evaluation[]
}
interface SetCase {
  id: string
  rules: string[]
  note: string
  evaluate: Evaluation[]
}
type ParseAnswer = { ok: true; rule: string } | { ok: false; error: { message: string; at: number } }

/** Where the law (../shared/language.md, section 2) orders another reading of a rule than Cog's. */
const READINGS = new Map<string, { ours: 'refused' | 'accepted' | 'read otherwise'; because: string }>([
  ['gx-lte-c', { ours: 'accepted', because: '<= is an operator beside =<' }],
  ['gx-paren-perm-any', { ours: 'accepted', because: 'perms := "(" perms ")" | (any|all) "in" […]; Cog crashes' }],
  ['gx-any-opt-name', { ours: 'accepted', because: 'ref := (any|all) option[name]' }],
  ['gx-cmd-unq', { ours: 'accepted', because: "a command's path has one to three words" }],
  ['gx-arg-bare', { ours: 'refused', because: 'ref := arg[N] | (any|all) arg; Cog crashes when it decides' }],
  ['gx-args-in', { ours: 'refused', because: 'ref := arg[N] | (any|all) arg; Cog crashes when it decides' }],
  ['gx-no-perm', { ours: 'refused', because: 'a rule without permission clause is a syntax error' }],
  ['gx-no-perm-with', { ours: 'refused', because: 'a rule without permission clause is a syntax error' }],
  ['gx-unicode', { ours: 'read otherwise', because: '"text" is that text, whatever its letters' }],
])

type Outcome = 'allowed' | 'permissions missing' | 'no rule' | 'rule cannot be evaluated' | 'rule refused'

const STRICT_TYPES = 'types are strict: comparing different types denies, naming the rule'
const ALL_COUNT = 'all matching rules count: each must have must hold, and allow cancels nothing'
const WHOLE_VALUE = 'patterns match the whole value'
const LISTS = 'option[x] in […] on a list means that every element is in it'

/** Where the law orders another decision than Cog's, by case and number of the evaluation. */
const DECISIONS: ReadonlyMap<string, { ours: Outcome; because: string }> = new Map([
  ...decisions('rule cannot be evaluated', STRICT_TYPES, [
    'bt-1#2',
    'et-opt-bool#0',
    'et-all-opt-lt#0',
    'et-all-opt-lt#1',
    'doc-04#1',
    'gx-lt-missing#2',
    'gx-str-int#0',
  ]),
  ...decisions('rule cannot be evaluated', 'a list is compared with in, or with any or all', ['gx-eq-listopt#0']),
  ...decisions('rule cannot be evaluated', '-1 is a number, and types are strict', ['gx-negint#1']),
  ...decisions('allowed', '-1 is a number', ['gx-negint#0']),
  ...decisions('allowed', '"…" undoes its escapes', ['gx-esc-dq#0']),
  ...decisions('no rule', '"…" undoes its escapes', ['gx-esc-dq#1']),
  ...decisions('allowed', '"text" is that text, whatever its letters', ['gx-unicode#0']),
  ...decisions('no rule', WHOLE_VALUE, ['et-complex#1', 'rs-same-input-twice#0']),
  ...decisions('allowed', WHOLE_VALUE, ['gx-neq-re#1']),
  ...decisions('no rule', LISTS, ['et-in-opt-eq#3', 'gx-in-listopt#1']),
  ...decisions('allowed', 'all option in […] holds when every value is in it, as Cog documents', [
    'et-all-options-in#1',
  ]),
  ...decisions('allowed', 'all option[x] looks at every element; Cog crashes', ['gx-any-opt-name-eq#1']),
  ...decisions('no rule', 'all over nothing is false', ['gx-all-opt-empty#0']),
  ...decisions('permissions missing', ALL_COUNT, [
    'rs-tie-allow-kw#0',
    'rs-specific-denies#3',
    'rs-specific-allows#0',
    'rs-specificity-bypass#1',
    'rs-doc-mist#2',
    'rs-site-tighten#0',
    'rs-site-tighten#1',
  ]),
])

function decisions(ours: Outcome, because: string, ids: string[]): [string, { ours: Outcome; because: string }][] {
  return ids.map((id) => [id, { ours, because }])
}

/** Every line through one process, as a user of the seam would. */
function answers<A>(subcommand: 'parse' | 'eval', lines: unknown[]): A[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['cli/pawl.ts', 'policy', subcommand], {
    cwd: ROOT,
    input: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`pawl policy ${subcommand} ended with ${status}: ${stderr}`)
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

/** What a decision says, in the words that Cog's reasons have too. */
function outcomeOf(answer: EvalAnswer): Outcome {
  if ('error' in answer) return 'rule refused'
  if (answer.decision === 'allow') return 'allowed'
  if (answer.missing.length > 0) return 'permissions missing'
  return answer.matched.length > 0 ? 'rule cannot be evaluated' : 'no rule'
}

/** What of ours is the same as Cog's answer. */
function sameAs({ expect: decision, reason }: Evaluation): readonly Outcome[] {
  if (decision === 'allow') return ['allowed']
  if (reason === 'denied') return ['permissions missing']
  return reason === 'no_rule'
    ? ['no rule']
    : ['rule refused', 'rule cannot be evaluated', 'no rule', 'permissions missing']
}

function commandOf(rule: string): string {
  return /^when command is\s+["']?([^\s"']+)/.exec(rule)?.[1] ?? ''
}

function read<C>(file: string | undefined): C[] {
  return JSON.parse(readFileSync(file ?? '', 'utf8'))
}

function readings(): void {
  const cases = read<RuleCase>(FILES[0])
  const ours = answers<ParseAnswer>(
    'parse',
    cases.map(({ rule }) => rule),
  )
  const normalised = answers<ParseAnswer>(
    'parse',
    cases.map(({ rule, normalized }) => normalized ?? rule),
  )

  it('are answered one for one', () => {
    expect([ours.length, normalised.length]).toEqual([cases.length, cases.length])
  })

  it('hold every case that is listed as a difference', () => {
    const ids = new Set(cases.map(({ id }) => id))
    expect([...READINGS.keys()].filter((id) => !ids.has(id))).toEqual([])
  })

  cases.forEach(({ id, rule, valid, note }, i) => {
    const answer = ours[i]
    const differs = READINGS.get(id)
    if (differs?.ours === 'read otherwise') {
      it(`${id}: ${JSON.stringify(rule)} is read otherwise: ${differs.because}`, () => {
        expect([valid, answer?.ok]).toEqual([true, true])
        expect(normalised[i]).not.toEqual(answer)
      })
    } else if (differs !== undefined) {
      it(`${id}: ${JSON.stringify(rule)} is ${differs.ours}: ${differs.because}`, () => {
        expect([valid, answer?.ok]).toEqual(differs.ours === 'refused' ? [true, false] : [false, true])
      })
    } else if (valid) {
      it(`${id}: ${JSON.stringify(rule)} is read as Cog reads it (${note})`, () => {
        expect(answer).toMatchObject({ ok: true })
        // Cog's own normal form, where there is one, is the same rule.
        expect(normalised[i]).toEqual(answer)
      })
    } else {
      it(`${id}: ${JSON.stringify(rule)} is refused as Cog refuses it (${note})`, () => {
        expect(answer).toEqual({ ok: false, error: { message: expect.any(String), at: expect.any(Number) } })
      })
    }
  })
}

function evaluations(): void {
  const single = read<RuleCase>(FILES[0]).map(
    (one): SetCase => ({ ...one, rules: [one.rule], evaluate: one.evaluate ?? [] }),
  )
  const cases = [...single, ...read<SetCase>(FILES[1])].flatMap(({ id, rules, note, evaluate }) =>
    evaluate.map((evaluation, n) => ({ id: `${id}#${n}`, rules, note, evaluation })),
  )
  const ours = answers<EvalAnswer>(
    'eval',
    cases.map(({ rules, evaluation: { args, options, permissions } }) => ({
      rules,
      command: commandOf(rules[0] ?? ''),
      args,
      options,
      permissions,
    })),
  )

  it('are answered one for one', () => {
    expect(ours).toHaveLength(cases.length)
  })

  it('hold every evaluation that is listed as a difference', () => {
    const ids = new Set(cases.map(({ id }) => id))
    expect([...DECISIONS.keys()].filter((id) => !ids.has(id))).toEqual([])
  })

  cases.forEach(({ id, rules, note, evaluation }, i) => {
    const answer = ours[i]
    if (answer === undefined) return
    const { args, options, permissions } = evaluation
    const asked = `${rules.join('; ')} of ${JSON.stringify({ args, options, permissions })}`
    const differs = DECISIONS.get(id)
    if (differs === undefined) {
      it(`${id}: ${asked} is decided as Cog decides it (${note})`, () => {
        expect(sameAs(evaluation)).toContain(outcomeOf(answer))
        if ('matched' in answer) expect(rules).toEqual(expect.arrayContaining([...answer.matched]))
      })
    } else {
      it(`${id}: ${asked} is "${differs.ours}": ${differs.because}`, () => {
        expect(outcomeOf(answer)).toBe(differs.ours)
        expect(sameAs(evaluation)).not.toContain(differs.ours)
      })
    }
  })
}

if (FILES.every((file) => existsSync(file))) {
  describe("Cog's rules", readings)
  describe("Cog's decisions", evaluations)
} else {
  it.skip(`Cog's rules: not run, ${FOLDER} is missing (set PAWL_CONFORMANCE)`, () => {})
}
