import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePolicy, decide, type RuleSource, type Subject } from './decide.ts'

const subject = (permissions: string[] = [], administrator = false): Subject => ({
  user: null,
  administrator,
  groups: [],
  permissions: new Set(permissions),
})

const rule = (text: string): RuleSource => ({ command: text.split(' ')[3] ?? '', text })
const policy = (...texts: string[]) => compilePolicy('1/test', texts.map(rule))

describe('a decision', () => {
  it('is no when there is no rule, also for an administrator', () => {
    expect(decide(policy(), subject(), 'deploy')).toMatchObject({ allowed: false, reason: 'no_rule' })
    expect(decide(policy(), subject([], true), 'deploy')).toMatchObject({ allowed: false, reason: 'no_rule' })
  })

  it('is yes for all with allow', () => {
    expect(decide(policy('when command is meow allow'), subject(), 'meow').allowed).toBe(true)
  })

  it('names every missing permission once', () => {
    const two = policy('when command is deploy must have b:y', 'when command is deploy must have a:x')
    expect(decide(two, subject(), 'deploy')).toMatchObject({ allowed: false, missing: ['a:x', 'b:y'] })
    expect(decide(two, subject(['a:x']), 'deploy')).toMatchObject({ allowed: false, missing: ['b:y'] })
    expect(decide(two, subject(['a:x', 'b:y']), 'deploy').allowed).toBe(true)
  })

  it('lets allow cancel nothing', () => {
    const both = policy('when command is deploy allow', 'when command is deploy must have deploy:run')
    expect(decide(both, subject(), 'deploy').allowed).toBe(false)
  })

  it('closes a command whose rule cannot be read, for an administrator too', () => {
    const broken = policy('when command is deploy allow', 'when command is deploy perhaps')
    expect(decide(broken, subject([], true), 'deploy')).toMatchObject({ allowed: false, reason: 'broken_rule' })
  })

  it('holds everything for an administrator', () => {
    expect(decide(policy('when command is deploy must have deploy:run'), subject([], true), 'deploy').allowed).toBe(
      true,
    )
  })

  const anyRule = fc
    .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('allow', 'must have p:x', 'must have p:y', 'nonsense'))
    .map(([command, rest]) => rule(`when command is ${command} ${rest}`))
  const anySubject = fc.subarray(['p:x', 'p:y']).map((permissions) => subject(permissions))

  it('does not depend on order or duplicates', () => {
    fc.assert(
      fc.property(fc.array(anyRule), anySubject, fc.nat(), (rules, who, seed) => {
        const shuffled = [...rules, ...rules].sort(
          (a, b) => ((a.text.length * seed) % 7) - ((b.text.length * seed) % 7),
        )
        expect(decide(compilePolicy('1', shuffled), who, 'a')).toEqual(decide(compilePolicy('1', rules), who, 'a'))
      }),
    )
  })

  it('is never widened by one more requirement', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1 }), anySubject, (rules, who) => {
        const more = [...rules, rule('when command is a must have p:z')]
        expect(decide(compilePolicy('1', more), who, 'a').allowed).toBe(false)
      }),
    )
  })
})
