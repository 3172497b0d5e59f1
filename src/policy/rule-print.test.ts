import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCondition, anyRule } from './rule.arbitrary.ts'
import { parseRule } from './rule-parse.ts'
import { printCondition, printRule } from './rule-print.ts'

/** A tree without its positions. */
function bare(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value) => (['at', 'end', 'commandPlace'].includes(key) ? undefined : value)),
  )
}

const MAX = 1_000

describe('a printed rule', () => {
  it('is read as the same tree', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const text = printRule(rule)
        fc.pre(text.length <= MAX)
        const parsed = parseRule(text)
        if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message} at ${parsed.error.at}`)
        expect(parsed.rule.text).toBe(text)
        expect(bare(parsed.rule)).toEqual(bare({ text, ...rule }))
      }),
      { numRuns: 500 },
    )
  })

  it('means the same without its needless brackets and with every possible one', () => {
    fc.assert(
      fc.property(anyCondition, (condition) => {
        const text = `when command is x with ((${printCondition(condition)})) allow`
        fc.pre(text.length <= MAX)
        const parsed = parseRule(text)
        expect(parsed.ok && parsed.rule.text).toBe(`when command is x with ${printCondition(condition)} allow`)
      }),
    )
  })

  it.each([
    ['arg[0]==1 and(user==a or user==b)', 'arg[0] == 1 and (user == a or user == b)'],
    ['arg[0] == 1 and user == a or user == b', '(arg[0] == 1 and user == a) or user == b'],
    ['(arg[0] == 1 and (user == a and user == b))', 'arg[0] == 1 and user == a and user == b'],
    ['not(user == a)', 'not user == a'],
    ['not (user == a and user == b)', 'not (user == a and user == b)'],
    ['not not (user == a)', 'not not user == a'],
    ['args[07] =< 8.30', 'arg[7] <= 8.30'],
    ['any args in [ a ,"b",\'c\' ]', 'any arg in [a, "b", \'c\']'],
    ['all options[env] in []', 'all option[env] in []'],
    ['options[env] matches /a\\/b/', 'option[env] matches /a\\/b/'],
    ['channel\nis\tmissing', 'channel is missing'],
    ['user == "a\\"b\\\\c\\d"', 'user == "a\\"b\\\\c\\\\d"'],
  ])('writes %j as %j', (typed, shown) => {
    const parsed = parseRule(`when command is x with ${typed} allow`)
    expect(parsed.ok ? parsed.rule.text : parsed.error).toBe(`when command is x with ${shown} allow`)
  })

  it.each([
    ['a:b or a:c and (a:d or a:e)', 'a:b or (a:c and (a:d or a:e))'],
    ['any in ["a:b",a:c] and ( all in [site:ops] )', 'any in [a:b, a:c] and all in [site:ops]'],
    ['"site:all"', "'site:all'"],
  ])('writes the permissions %j as %j', (typed, shown) => {
    const parsed = parseRule(`when command is x must have ${typed}`)
    expect(parsed.ok ? parsed.rule.text : parsed.error).toBe(`when command is x must have ${shown}`)
  })

  it('has its reason in double quotes and its name in none', () => {
    const parsed = parseRule(`when command is "pack:install" forbid because freeze`)
    expect(parsed.ok && parsed.rule.text).toBe('when command is pack:install forbid because "freeze"')
  })
})
