/** Rules and requests for property tests, small enough that they meet. Pure. */
import fc from 'fast-check'
import type { Json } from '../json.ts'
import { compilePolicy, type Policy, type RuleSource } from './decide.ts'
import type { Request } from './request.ts'

/** A rule's text as a source; the command is its fourth word. */
export function rule(text: string): RuleSource {
  return { command: text.split(' ')[3] ?? '', text }
}

export function rulesOf(...texts: string[]): Policy {
  return compilePolicy('1/test', texts.map(rule))
}

const VALUES = ['a', 'b', '1', 1, 2, -1, 2.5, true, false] as const
const OPTIONS = ['x', 'y', 'z'] as const
const PERMISSIONS = ['p:a', 'p:b', 'p:c'] as const

const literal = fc.constantFrom('a', 'b', "'1'", '1', '2', '-1', '2.5', 'true', 'false', '/[ab]/', '/a?/')
const number = fc.constantFrom('1', '2', '-1', '2.5')
const option = fc.constantFrom(...OPTIONS).map((name) => `option[${name}]`)
const argument = fc.oneof(
  option,
  fc.nat({ max: 3 }).map((index) => `arg[${index}]`),
)
const quantified = fc
  .tuple(fc.constantFrom('any', 'all'), fc.oneof(option, fc.constantFrom('arg', 'option')))
  .map((words) => words.join(' '))
const ref = fc.oneof({ weight: 4, arbitrary: argument }, quantified)
const list = fc.array(literal, { maxLength: 3 }).map((values) => `[${values.join(', ')}]`)

const test = fc.oneof(
  fc.tuple(ref, fc.constantFrom('==', '!='), literal).map((words) => words.join(' ')),
  fc.tuple(ref, fc.constantFrom('<', '<=', '>', '>='), number).map((words) => words.join(' ')),
  fc.tuple(ref, list).map(([what, values]) => `${what} in ${values}`),
  ref.map((what) => `${what} is missing`),
  ref.map((what) => `${what} matches /[a1]/`),
  fc.constantFrom(
    'channel == "slack:C1"',
    'channel is missing',
    'platform != slack',
    'user == "user:1"',
    'group == "group:1"',
    'group != "group:2"',
  ),
)

export const anyCondition: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    test,
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([a, word, b]) => `(${a}) ${word} (${b})`),
    tie('condition').map((part) => `not (${part})`),
  ),
})).condition

const requirement = fc.oneof(
  fc.constantFrom(...PERMISSIONS),
  fc
    .tuple(fc.constantFrom('any', 'all'), fc.subarray([...PERMISSIONS], { minLength: 1 }))
    .map(([word, names]) => `${word} in [${names.join(', ')}]`),
  fc
    .tuple(fc.constantFrom(...PERMISSIONS), fc.constantFrom('and', 'or'), fc.constantFrom(...PERMISSIONS))
    .map((words) => words.join(' ')),
)

const care = fc.constantFrom('confirmed', 'approved by p:c', 'confirmed and approved by 2 of p:a and approved by q:d')

const verdict = fc.oneof(
  { weight: 3, arbitrary: requirement.map((needs) => `must have ${needs}`) },
  fc.tuple(requirement, care).map(([needs, then]) => `must have ${needs} ${then}`),
  care.map((then) => `must be ${then}`),
  fc.constant('allow'),
  fc.constant('forbid'),
)

export const anyRuleText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('deploy', 'deploy', 'pack:install', 'pack:*'),
    fc.option(anyCondition, { nil: null, freq: 3 }),
    verdict,
  )
  .map(
    ([command, condition, end]) => `when command is ${command} ${condition === null ? '' : `with ${condition} `}${end}`,
  )

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Json[]>(...VALUES) },
  fc.array(fc.constantFrom<Json[]>('a', 'b', 1), { maxLength: 3 }) as fc.Arbitrary<Json>,
)

export const anyRequest: fc.Arbitrary<Request> = fc
  .record({
    command: fc.constantFrom('deploy', 'pack:install'),
    options: fc.dictionary(fc.constantFrom(...OPTIONS), value, { maxKeys: 3 }),
    channel: fc.constantFrom('slack:C1', 'slack:C2', null),
    user: fc.constantFrom('user:1', 'user:2', null),
    groups: fc.subarray(['group:1', 'group:2']),
    permissions: fc.subarray([...PERMISSIONS]),
  })
  .map(({ command, options, channel, user, groups, permissions }) => ({
    command,
    arguments: { list: OPTIONS.map((name) => options[name]), named: new Map(Object.entries(options)) },
    where: { platform: 'slack', workspace: 'T1', channel },
    user,
    groups: new Set(groups),
    permissions: new Set(permissions),
  }))
