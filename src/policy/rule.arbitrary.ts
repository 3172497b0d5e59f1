/** Arbitrary rules for property tests: every tree that some text stands for. Pure. */
import fc from 'fast-check'
import { isBareText } from './rule-lex.ts'
import type { Check, Condition, Literal, Pattern, Ref, Requirement, Rule, RuleCare, Test, Verdict } from './tree.ts'

const NOWHERE = { at: 0, end: 0 }

const anyText = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc
    .array(fc.constantFrom('\\', '"', "'", '/', ' ', '\n', 'all', '-1', ']'), { maxLength: 4 })
    .map((parts) => parts.join('')),
)

const text: fc.Arbitrary<Literal> = fc.oneof(
  fc
    .oneof(
      fc.stringMatching(/^[a-z0-9_@#:.+*~-]{1,6}$/),
      fc.constantFrom('größe', '#ops', 'slack:C1', '-x', '8.', '1e5'),
    )
    .filter(isBareText)
    .map((t) => ({ kind: 'text', text: t, quote: '', ...NOWHERE }) as const),
  anyText.filter((t) => !t.includes("'")).map((t) => ({ kind: 'text', text: t, quote: "'", ...NOWHERE }) as const),
  anyText.map((t) => ({ kind: 'text', text: t, quote: '"', ...NOWHERE }) as const),
)
const number: fc.Arbitrary<Literal> = fc
  .stringMatching(/^-?[0-9]{1,5}(\.[0-9]{1,3})?$/)
  .map((written) => ({ kind: 'number', value: Number(written), written, ...NOWHERE }))
const pattern: fc.Arbitrary<Pattern> = fc
  .constantFrom('', '.*', 'prod-.*', 'a\\/b', '(?i)x|y', '[^\\/"\' ]+', '\\\\')
  .map((source) => ({ kind: 'pattern', source, ...NOWHERE }))
const boolean: fc.Arbitrary<Literal> = fc.boolean().map((value) => ({ kind: 'boolean', value, ...NOWHERE }))
const literal = fc.oneof(text, number, boolean, pattern)

const quantifier = fc.constantFrom('any', 'all')
const ref: fc.Arbitrary<Ref> = fc.oneof(
  fc.nat(999).map((index) => ({ kind: 'arg', index }) as const),
  quantifier.map((over) => ({ kind: 'args', over }) as const),
  quantifier.map((over) => ({ kind: 'options', over }) as const),
  fc
    .tuple(
      fc.constantFrom('env', '1env', 'dry-run', 'in', 'größe', '__proto__'),
      fc.constantFrom('value', 'any', 'all'),
    )
    .map(([name, over]) => ({ kind: 'option', name, over }) as const),
  fc.constantFrom('channel', 'platform', 'workspace', 'user', 'group').map((kind) => ({ kind })),
)
const check: fc.Arbitrary<Check> = fc.oneof(
  fc.record({ kind: fc.constant('compare'), operator: fc.constantFrom('==', '!='), value: literal }),
  fc.record({ kind: fc.constant('compare'), operator: fc.constantFrom('<', '<=', '>', '>='), value: number }),
  fc.record({ kind: fc.constant('in'), values: fc.array(literal, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('matches'), pattern }),
  fc.constant({ kind: 'missing' } as const),
)
const test: fc.Arbitrary<Test> = fc.record({
  kind: fc.constant('test'),
  ref,
  check,
  at: fc.constant(0),
  end: fc.constant(0),
})

/** Conditions of every shape. */
export const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    test,
    tie('condition').map((part) => ({ kind: 'not', part }) as const),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('condition'), { minLength: 2, maxLength: 3 }))
      .map(([kind, parts]) => ({ kind, parts: parts.flatMap((p) => (p.kind === kind ? p.parts : [p])) }) as const),
  ),
})).condition

const permission = fc.constantFrom('deploy:run', 'site:all', 's3:read-all', 'in:a.b_c', 'a:1')

/** Requirements of every shape. */
export const anyRequirement: fc.Arbitrary<Requirement> = fc.letrec<{ requirement: Requirement }>((tie) => ({
  requirement: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    permission.map((name) => ({ kind: 'permission', name, ...NOWHERE }) as const),
    fc
      .tuple(quantifier, fc.array(permission, { minLength: 1, maxLength: 3 }))
      .map(([kind, names]) => ({ kind, names, ...NOWHERE }) as const),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('requirement'), { minLength: 2, maxLength: 3 }))
      .map(([kind, parts]) => ({ kind, parts: parts.flatMap((p) => (p.kind === kind ? p.parts : [p])) }) as const),
  ),
})).requirement

/** What rules want before a command starts, in every shape. */
export const anyCare: fc.Arbitrary<RuleCare> = fc
  .record({
    confirmed: fc.boolean(),
    approvals: fc.uniqueArray(fc.record({ permission, count: fc.integer({ min: 1, max: 5 }) }), {
      maxLength: 3,
      selector: (one) => one.permission,
    }),
  })
  .filter(({ confirmed, approvals }) => confirmed || approvals.length > 0)
  .map(({ confirmed, approvals }) => ({ confirmed, approvals: approvals.map((one) => ({ ...one, ...NOWHERE })) }))

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc
    .tuple(anyRequirement, fc.option(anyCare))
    .map(([requirement, care]) => ({ kind: 'require', requirement, care }) as const),
  anyCare.map((care) => ({ kind: 'require', requirement: null, care }) as const),
  fc.constant({ kind: 'allow' } as const),
  fc.option(anyText.filter((t) => t.trim() !== '')).map((because) => ({ kind: 'forbid', because }) as const),
)

/** Rules of every shape, some too long to be one. */
export const anyRule: fc.Arbitrary<Omit<Rule, 'text'>> = fc.record({
  command: fc.constantFrom('deploy', 'pack:install', 'a:b:c', 'pd:(pager)', 'pack:*', 'a:b:*', "'s", 'größe', 'all'),
  commandPlace: fc.constant(NOWHERE),
  condition: fc.option(anyCondition),
  verdict,
})
