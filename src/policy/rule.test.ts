import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPermission, parseRule } from './rule.ts'

describe('a rule', () => {
  it('requires a permission', () => {
    expect(parseRule('when command is deploy must have deploy:run')).toEqual({
      ok: true,
      rule: { text: 'when command is deploy must have deploy:run', command: 'deploy', permission: 'deploy:run' },
    })
  })

  it('allows a command of several words', () => {
    expect(parseRule('  when command is pack:repo:add\tallow ')).toMatchObject({
      ok: true,
      rule: { text: 'when command is pack:repo:add allow', permission: null },
    })
  })

  it.each([
    ['', 0, 'expected "when"'],
    ['when', 4, 'expected "command"'],
    ['when command is', 15, "command's name"],
    ['when command is deploy', 22, '"must have <permission>" or "allow"'],
    ['when command is deploy must', 27, '"must have <permission>" or "allow"'],
    ['when command is deploy must have', 32, 'a permission'],
    ['when command is deploy must have Deploy', 33, 'a permission'],
    ['when command is deploy must have deploy:run please', 44, 'the end of the rule'],
    ['when command is deploy allow all', 29, 'nothing may follow'],
    ['when command is a:b:c:d allow', 16, "command's name"],
  ])('%j is refused at %i', (text, at, message) => {
    expect(parseRule(text)).toMatchObject({ ok: false, error: { at, message: expect.stringContaining(message) } })
  })

  it('may have 1,000 characters and not one more', () => {
    const rule = (length: number) => `when command is deploy must have a:${'b'.repeat(length - 35)}`
    expect(rule(1_000)).toHaveLength(1_000)
    expect(parseRule(rule(1_000)).ok).toBe(true)
    expect(parseRule(rule(1_001)).ok).toBe(false)
  })

  it('never throws, and its text parses to itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('when command is x allow')),
        (text) => {
          const parsed = parseRule(text)
          if (parsed.ok) expect(parseRule(parsed.rule.text)).toEqual(parsed)
        },
      ),
    )
  })
})

describe('a permission', () => {
  it.each(['deploy:run', 's3:read-all', 'a:b.c'])('%j is one', (text) => expect(isPermission(text)).toBe(true))
  it.each(['deploy', 'Deploy:run', 'a:b:c', ':a', 'a:', 'a: b'])('%j is none', (text) =>
    expect(isPermission(text)).toBe(false),
  )
})
