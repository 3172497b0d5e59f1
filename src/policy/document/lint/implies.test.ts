import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRule } from '../../compile.ts'
import { anyCondition } from '../../policy.arbitrary.ts'
import type { Request } from '../../request.ts'
import { parseRule } from '../../rule-parse.ts'
import type { Requirement, RuleNames } from '../../tree.ts'
import { type Form, formOf } from './form.ts'
import { impliesCondition, impliesRequirement } from './implies.ts'

function conditionOf(text: string, names: RuleNames = {}) {
  const parsed = parseRule(`when command is x with ${text} allow`)
  if (!parsed.ok || parsed.rule.condition === null) throw new Error(`no condition: ${text}`)
  return formOf(parsed.rule.condition, names)
}

const implies = (strong: string, weak: string) => impliesCondition(conditionOf(strong), conditionOf(weak))

describe('one condition that implies another', () => {
  it.each([
    ['option[x] == a', 'option[x] in [b, a]'],
    ['option[x] in [a, b]', 'option[x] in [c, b, a]'],
    ['option[x] == a', 'option[x] != b'],
    ['option[x] == a and option[y] == 1', 'option[y] == 1'],
    ['option[y] == 1 and option[x] == a', 'option[x] == a and option[y] == 1'],
    ['option[x] == a', 'option[y] == 1 or option[x] == a'],
    ['option[x] == a or option[x] == b', 'option[x] in [a, b]'],
    ['not not channel is missing', 'channel is missing'],
    ['option[x] matches /a/', 'option[x] == /a/'],
    ['group == a', 'group in [a, b]'],
  ])('%s implies %s', (strong, weak) => {
    expect(implies(strong, weak)).toBe(true)
  })

  it.each([
    ['option[x] in [a, b]', 'option[x] == a'],
    // Of a list, `in` is an answer where `==` and `!=` are errors.
    ['option[x] in [a]', 'option[x] == a'],
    ['option[x] in [a]', 'option[x] != b'],
    ['option[x] == a', 'option[x] != a'],
    ['option[x] == a', 'option[x] != 1'],
    ['option[x] == a', 'option[y] == a'],
    ['any option[x] == a', 'all option[x] == a'],
    ['option[x] == a or option[y] == 1', 'option[x] == a'],
    ['option[x] == a', 'option[x] == a and option[y] == 1'],
    ['group == a', 'group != b'],
    ['option[x] == /a/', 'option[x] != b'],
    ['option[x] in []', 'option[x] in [a]'],
  ])('%s does not imply %s', (strong, weak) => {
    expect(implies(strong, weak)).toBe(false)
  })

  it('is found in wide conditions, and given up in deep ones before anybody waits', () => {
    const wide = Array.from({ length: 20 }, (_, i) => `option[x] == a${i}`)
    expect(implies(wide.join(' or '), [...wide, 'option[y] == 1'].toReversed().join(' or '))).toBe(true)
    // Choices within choices: without a limit each level multiplies what there is to try.
    let steps = 0
    const counted = (form: Form): Form => ({
      ...form,
      get key() {
        steps++
        return form.key
      },
      parts: form.parts.map(counted),
    })
    const nested = (depth: number, leaf: string): string =>
      depth === 0 ? `arg[0]==${leaf}` : `(arg[${depth}]==1 and (arg[${depth}]==2 or ${nested(depth - 1, leaf)}))`
    const [strong, weak] = ['a', 'b'].map((leaf) => counted(conditionOf(nested(16, leaf))))
    expect(impliesCondition(strong ?? null, weak ?? null)).toBe(false)
    expect(steps).toBeLessThan(5_000)
  })

  it('knows what names stand for', () => {
    const room = (names: { [name: string]: string }) => conditionOf('channel == #ops', { channel: names })
    const number = conditionOf('channel == "slack:C1"')
    expect(impliesCondition(room({ '#ops': 'slack:C1' }), number)).toBe(true)
    expect(impliesCondition(room({ '#ops': 'slack:C2' }), number)).toBe(false)
    expect(impliesCondition(room({ '#ops': 'slack:C1' }), room({ '#ops': 'slack:C2' }))).toBe(false)
  })

  it('holds whenever the other does, for conditions and requests of any kind', () => {
    const value = fc.constantFrom<Request['user'] | number | boolean | string[]>(
      'a',
      'b',
      1,
      2,
      true,
      ['a'],
      ['a', 'b'],
      [],
    )
    const request = fc.record({
      x: fc.option(value),
      y: fc.option(value),
      channel: fc.constantFrom('slack:C1', 'slack:C2', null),
      groups: fc.subarray(['group:1', 'group:2']),
    })
    // Unrelated conditions rarely imply each other: the second is made of the first.
    const pair = fc
      .tuple(anyCondition, anyCondition, fc.constantFrom('and', 'or', 'same', 'other'))
      .map(([a, b, how]) => {
        if (how === 'and') return [`(${a}) and (${b})`, b] as const
        if (how === 'or') return [a, `(${b}) or (${a})`] as const
        return how === 'same' ? ([a, a] as const) : ([a, b] as const)
      })
    let implied = 0
    fc.assert(
      fc.property(pair, fc.array(request, { minLength: 1, maxLength: 8 }), ([strong, weak], requests) => {
        if (!implies(strong, weak)) return
        implied++
        const [one, other] = [strong, weak].map((text) =>
          compileRule({ command: 'x', text: `when command is x with ${text} allow` }),
        )
        for (const { x, y, channel, groups } of requests) {
          const named = new Map(
            [['x', x] as const, ['y', y] as const].flatMap(([name, it]) => (it === null ? [] : [[name, it]])),
          )
          const asked: Request = {
            command: 'x',
            arguments: { list: [x ?? undefined, y ?? undefined], named },
            where: { platform: 'slack', workspace: 'T1', channel },
            user: null,
            groups: new Set(groups),
            permissions: new Set(),
          }
          if (one?.holds(asked) === 'true') expect(other?.holds(asked)).toBe('true')
        }
      }),
      { numRuns: 500 },
    )
    expect(implied).toBeGreaterThan(100)
  })
})

describe('one requirement that implies another', () => {
  function requirementOf(text: string): Requirement | null {
    const parsed = parseRule(`when command is x ${text === '' ? 'allow' : `must have ${text}`}`)
    return parsed.ok && parsed.rule.verdict.kind === 'require' ? parsed.rule.verdict.requirement : null
  }

  it.each([
    ['a:a and b:b', 'a:a', true],
    ['a:a', 'a:a or b:b', true],
    ['all in [a:a, b:b]', 'any in [b:b, c:c]', true],
    ['(a:a or b:b) and c:c', 'a:a and c:c or b:b and c:c', true],
    ['a:a', '', true],
    ['', 'a:a', false],
    ['a:a or b:b', 'a:a', false],
    ['any in [a:a, b:b]', 'all in [a:a, b:b]', false],
  ])('%j implies %j: %s', (strong, weak, expected) => {
    expect(impliesRequirement(requirementOf(strong), requirementOf(weak))).toBe(expected)
  })

  it('compares ten permissions by trying, and says nothing of eleven', () => {
    const list = (count: number) => Array.from({ length: count }, (_, i) => `a:p${i}`).join(', ')
    const of = (count: number) => impliesRequirement(requirementOf(`all in [${list(count)}]`), requirementOf('a:p0'))
    expect([of(10), of(11)]).toEqual([true, false])
  })
})
