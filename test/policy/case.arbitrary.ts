/**
 * Arbitrary cases for the differential test. Rules and values mostly fit the options' types, as after a check at save time; some
 * do not, so that errors are asked for too. Small pools, so that they meet. Pure.
 */
import fc from 'fast-check'
import type { Json } from '../../src/json.ts'
import type {
  Check,
  Condition,
  Literal,
  Operator,
  Pattern,
  Ref,
  Requirement,
  RuleCare,
  Test,
  Verdict,
} from '../../src/policy/tree.ts'
import { type CaseRequest, type CaseRule, LIST_MAX, OPTIONS, type OptionName, type PolicyCase } from './case.ts'
import { PATTERNS } from './patterns.ts'

const NOWHERE = { at: 0, end: 0 } as const

const quoted = (text: string): Literal => ({ kind: 'text', text, quote: '"', ...NOWHERE })
const bare = (text: string): Literal => ({ kind: 'text', text, quote: '', ...NOWHERE })
const numbered = (written: string): Literal => ({ kind: 'number', value: Number(written), written, ...NOWHERE })

const TEXTS = [
  'prod',
  'preprod',
  'production',
  'dev',
  'a',
  'b',
  'ab',
  '',
  '1',
  'true',
  'a*b',
  'two\nlines',
  'a"b\\',
  'größe',
]
const anyText = fc.oneof(fc.constantFrom('prod', 'dev', 'a'), fc.constantFrom(...TEXTS))
const anyNumber = fc.constantFrom(0, 1, 1, 2, -1, 2.5, 10)

const textLiteral = fc.oneof(anyText.map(quoted), fc.constantFrom(bare('prod'), bare('dev'), bare('a*b')))
const numberLiteral = fc.constantFrom('0', '1', '1', '1.0', '2', '-1', '2.5', '10', '-0').map(numbered)
const booleanLiteral = fc.boolean().map((value): Literal => ({ kind: 'boolean', value, ...NOWHERE }))
const pattern = fc.constantFrom(...PATTERNS.keys()).map((source): Pattern => ({ kind: 'pattern', source, ...NOWHERE }))
const anyLiteral = fc.oneof(textLiteral, numberLiteral, booleanLiteral, pattern)

const equality = fc.constantFrom<Operator[]>('==', '!=')
const order = fc.constantFrom<Operator[]>('<', '<=', '>', '>=')
const compare = (operator: fc.Arbitrary<Operator>, value: fc.Arbitrary<Literal>): fc.Arbitrary<Check> =>
  fc.record({ kind: fc.constant('compare'), operator, value })
const isIn = (value: fc.Arbitrary<Literal>): fc.Arbitrary<Check> =>
  fc.record({ kind: fc.constant('in'), values: fc.array(value, { maxLength: 3 }) })
const missing: fc.Arbitrary<Check> = fc.constant({ kind: 'missing' })

const checkOfText = fc.oneof(
  compare(equality, textLiteral),
  compare(equality, pattern),
  isIn(fc.oneof(textLiteral, pattern)),
  fc.record({ kind: fc.constant('matches'), pattern }),
)
const checkOfNumber = fc.oneof(compare(equality, numberLiteral), compare(order, numberLiteral), isIn(numberLiteral))
const checkOfBoolean = compare(equality, booleanLiteral)
const anyCheck: fc.Arbitrary<Check> = fc.oneof(checkOfText, checkOfNumber, checkOfBoolean, isIn(anyLiteral), missing)

const quantifier = fc.constantFrom('any', 'all')
const optionRef = (name: OptionName): fc.Arbitrary<Ref> =>
  fc.constantFrom<Ref[]>({ kind: 'option', name, over: 'value' }, { kind: 'arg', index: OPTIONS.indexOf(name) })
const elements = (name: OptionName): fc.Arbitrary<Ref> => quantifier.map((over) => ({ kind: 'option', name, over }))
const several = fc.tuple(fc.constantFrom('args', 'options'), quantifier).map(([kind, over]): Ref => ({ kind, over }))
const anyRef: fc.Arbitrary<Ref> = fc.oneof(
  fc.constantFrom(...OPTIONS).chain((name) => fc.oneof(optionRef(name), elements(name))),
  several,
  fc.constantFrom<Ref[]>(
    { kind: 'arg', index: OPTIONS.length },
    { kind: 'option', name: 'constructor', over: 'value' },
  ),
)

const testOf = (ref: fc.Arbitrary<Ref>, check: fc.Arbitrary<Check>): fc.Arbitrary<Test> =>
  fc.record({ kind: fc.constant('test'), ref, check, at: fc.constant(0), end: fc.constant(0) })

const here = (kind: 'channel' | 'platform' | 'workspace' | 'user' | 'group', names: readonly string[]) => {
  const value = fc.constantFrom(...names).map(quoted)
  const check = fc.oneof({ weight: 6, arbitrary: compare(equality, value) }, isIn(value), missing)
  // Cedar has no way to go through a principal's groups, so a pattern over them is not compared.
  const wild = kind === 'group' ? compare(fc.oneof(equality, order), numberLiteral) : anyCheck
  return testOf(fc.constant({ kind }), fc.oneof({ weight: 9, arbitrary: check }, wild))
}

const test = fc.oneof(
  { weight: 5, arbitrary: testOf(optionRef('env'), fc.oneof({ weight: 9, arbitrary: checkOfText }, missing)) },
  { weight: 5, arbitrary: testOf(optionRef('count'), fc.oneof({ weight: 9, arbitrary: checkOfNumber }, missing)) },
  { weight: 3, arbitrary: testOf(optionRef('force'), fc.oneof({ weight: 9, arbitrary: checkOfBoolean }, missing)) },
  { weight: 3, arbitrary: testOf(elements('tags'), checkOfText) },
  { weight: 2, arbitrary: testOf(elements('ports'), checkOfNumber) },
  { weight: 2, arbitrary: testOf(optionRef('tags'), fc.oneof(isIn(textLiteral), missing)) },
  { weight: 2, arbitrary: testOf(optionRef('ports'), isIn(numberLiteral)) },
  { weight: 2, arbitrary: testOf(several, anyCheck) },
  { weight: 2, arbitrary: testOf(anyRef, anyCheck) },
  { weight: 2, arbitrary: here('channel', ['#ops', '#dev', 'slack:C1', 'slack:C2', 'constructor']) },
  { weight: 1, arbitrary: here('platform', ['slack', 'discord']) },
  { weight: 1, arbitrary: here('workspace', ['T1', 'T2']) },
  { weight: 2, arbitrary: here('user', ['@ada', '@bob', 'user:1', '__proto__']) },
  { weight: 2, arbitrary: here('group', ['ops', 'dev', 'group:1', 'valueOf']) },
)

/** No part of an `and` is an `and`: the tree of a text. */
function flat<P extends { readonly kind: string }>(kind: 'and' | 'or', parts: readonly P[]): P[] {
  return parts.flatMap((part) => (part.kind === kind && 'parts' in part ? (part.parts as P[]) : [part]))
}

const condition = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 3, arbitrary: test },
    { weight: 1, arbitrary: tie('condition').map((part): Condition => ({ kind: 'not', part })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('and', 'or'), fc.array(tie('condition'), { minLength: 2, maxLength: 3 }))
        .map(([kind, parts]): Condition => ({ kind, parts: flat(kind, parts) })),
    },
  ),
})).condition

const PERMISSIONS = ['p:a', 'p:b', 'p:c'] as const

const requirement = fc.letrec<{ requirement: Requirement }>((tie) => ({
  requirement: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    {
      weight: 3,
      arbitrary: fc.constantFrom(...PERMISSIONS).map((name): Requirement => ({ kind: 'permission', name, ...NOWHERE })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(quantifier, fc.subarray([...PERMISSIONS], { minLength: 1 }))
        .map(([kind, names]): Requirement => ({ kind, names, ...NOWHERE })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('and', 'or'), fc.array(tie('requirement'), { minLength: 2, maxLength: 3 }))
        .map(([kind, parts]): Requirement => ({ kind, parts: flat(kind, parts) })),
    },
  ),
})).requirement

const care: fc.Arbitrary<RuleCare> = fc.constantFrom(
  { confirmed: true, approvals: [] },
  { confirmed: false, approvals: [{ permission: 'p:c', count: 2, ...NOWHERE }] },
  { confirmed: true, approvals: [{ permission: 'p:a', count: 1, ...NOWHERE }] },
)

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  { weight: 5, arbitrary: requirement.map((needs) => ({ kind: 'require', requirement: needs, care: null }) as const) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.option(requirement, { nil: null }), care)
      .map(([needs, then]) => ({ kind: 'require', requirement: needs, care: then }) as const),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'allow' } as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 'the freeze').map((because) => ({ kind: 'forbid', because }) as const),
  },
)

const COMMANDS = ['deploy', 'pack:install', 'pack:repo:add', 'pack', 'packs:install'] as const

const rule: fc.Arbitrary<CaseRule> = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.record({
      command: fc.oneof(
        { weight: 4, arbitrary: fc.constant('deploy') },
        fc.constantFrom('pack:install', 'pack:*', 'pack:*', 'pack:repo:*', 'pack'),
      ),
      condition: fc.option(condition, { nil: null, freq: 5 }),
      verdict,
      names: fc.constantFrom('now', 'now', 'before', 'none'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('deploy', 'pack:*')
      .map((command) => ({ command, broken: `when command is ${command} perhaps` })),
  },
)

const anyValue: fc.Arbitrary<Json> = fc.oneof(
  anyText,
  anyNumber,
  fc.boolean(),
  fc.constant({ deep: 1 }),
  fc.array(fc.oneof(anyText, anyNumber, fc.boolean(), fc.constant({ deep: 1 })), { maxLength: LIST_MAX }),
)
/** Of its type, but for one in twelve; missing at times. */
const optional = (fitting: fc.Arbitrary<Json>) =>
  fc.oneof(
    { weight: 9, arbitrary: fitting },
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: anyValue },
  )

const request: fc.Arbitrary<CaseRequest> = fc.record({
  command: fc.oneof({ weight: 4, arbitrary: fc.constant('deploy') }, fc.constantFrom(...COMMANDS)),
  options: fc.record({
    env: optional(anyText),
    count: optional(anyNumber),
    force: optional(fc.boolean()),
    tags: optional(fc.array(anyText, { maxLength: LIST_MAX })),
    ports: optional(fc.array(anyNumber, { maxLength: LIST_MAX })),
  }),
  platform: fc.constantFrom('slack', 'discord'),
  workspace: fc.constantFrom('T1', 'T2'),
  channel: fc.constantFrom('slack:C1', 'slack:C2', '#ops', null),
  user: fc.constantFrom('user:1', 'user:2', '@ada', null),
  groups: fc.subarray(['group:1', 'group:2', 'ops']),
  permissions: fc.option(fc.subarray([...PERMISSIONS]), { nil: null, freq: 8 }),
})

/** A set of rules and that many requests. */
export function anyCase(requests: number): fc.Arbitrary<PolicyCase> {
  return fc.record({
    rules: fc.array(rule, { maxLength: 6, size: 'max' }),
    requests: fc.array(request, { minLength: requests, maxLength: requests }),
  })
}
