import { describe, expect, it } from 'vitest'
import { parseRule } from '../rule-parse.ts'
import type { Rule } from '../tree.ts'
import { emptyDocument } from './apply.ts'
import { parseDocument } from './file-parse.ts'
import { currentRule, namesIn, namesJson, refsOf, resolveNames, ruleKey } from './names.ts'

const parsed = parseDocument('user ada\nuser 17\nroom #ops slack:C1\nroom #a room discord:7\ngroup deployers')
const document = parsed.ok ? parsed.document : emptyDocument

function rule(condition: string): Rule {
  const result = parseRule(`when command is deploy with ${condition} allow`)
  if (!result.ok) throw new Error(result.error.message)
  return result.rule
}

describe('namesIn', () => {
  it('finds the names of rooms, users and groups, each once, wherever they stand', () => {
    const found = namesIn(
      rule(
        '(channel == #ops or not channel in ["#a room", #ops]) and user != @ada and group in [deployers, everyone] and option[x] == @eve and platform == slack',
      ),
    )
    expect(found).toEqual({ channel: ['#ops', '#a room'], user: ['@ada'], group: ['deployers', 'everyone'] })
  })

  it('takes no pattern and no missing for a name', () => {
    const none = { channel: [], user: [], group: [] }
    expect(namesIn(rule('channel matches /slack:.*/ or channel == /x/ or user is missing'))).toEqual(none)
  })
})

describe('resolveNames', () => {
  it('says what each name stands for, and leaves a number as it is', () => {
    expect(
      resolveNames(rule('channel in [#ops, "#a room", "slack:C9"] and user == "@17" and group == everyone'), document),
    ).toEqual({
      ok: true,
      names: {
        channel: { '#ops': 'slack:C1', '#a room': 'discord:7' },
        user: { '@17': 'user:17' },
        group: { everyone: 'group:everyone' },
      },
    })
    expect(resolveNames(rule('option[x] == 1'), document)).toEqual({ ok: true, names: {} })
  })

  it.each([
    ['channel == #opps', '#opps', 'there is no room #opps: name it as in "#ops"'],
    ['channel == ops', 'ops', 'there is no room ops: write "#ops"'],
    ['channel == "C1"', '"C1"', 'or by its number as in "slack:C0123"'],
    ['user == ada', 'ada', 'there is no user ada: write "@ada"'],
    ['user == @eve', '@eve', 'there is no user @eve'],
    ['user == "user:1"', '"user:1"', 'there is no user user:1'],
    ['group == @deployers', '@deployers', 'there is no group @deployers'],
    ['user == @ada and group in [deployers, x]', 'x', 'there is no group x'],
    ['user == @__proto__', '@__proto__', 'there is no user @__proto__'],
  ])('refuses %s at the name', (condition, place, message) => {
    const its = rule(condition)
    const result = resolveNames(its, document)
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining(message) })
    if (!result.ok) expect(its.text.slice(result.at, result.end)).toBe(place)
  })
})

describe('ruleKey', () => {
  it('is the same for equal names in another order, and differs for others', () => {
    const text = 'when command is x allow'
    const one = { channel: { b: 'slack:2', a: 'slack:1' }, user: { '@a': 'user:a' } }
    const same = { user: { '@a': 'user:a' }, group: {}, channel: { a: 'slack:1', b: 'slack:2' } }
    expect(ruleKey({ text, names: one })).toBe(ruleKey({ text, names: same }))
    expect(namesJson(same)).toBe('{"channel":{"a":"slack:1","b":"slack:2"},"user":{"@a":"user:a"}}')
    expect(namesJson({ group: {} })).toBe('{}')
    expect(ruleKey({ text, names: { user: { '@a': 'user:b' } } })).not.toBe(
      ruleKey({ text, names: { user: { '@a': 'user:a' } } }),
    )
  })
})

describe('refsOf', () => {
  it('gives users and groups, and no rooms', () => {
    const names = { channel: { '#ops': 'slack:C1' }, user: { '@a': 'user:a' }, group: { g: 'group:g' } }
    expect(refsOf(names).sort()).toEqual(['group:g', 'user:a'])
  })
})

describe('currentRule', () => {
  it('keeps a name as it was written where it is still the name, or where all that is left is the name', () => {
    const kept = {
      id: 1,
      text: `when command is x with user in ['@ada', "@gone"] allow`,
      names: { user: { '@ada': 'user:ada', '@gone': 'user:#9' } },
      enabled: true,
    }
    expect(currentRule(kept, new Map())).toMatchObject({ text: kept.text, names: kept.names })
  })

  it('writes the current name in quotes where it needs them', () => {
    const renamed = {
      id: 1,
      text: 'when command is x with channel == #ops and user == @ada allow',
      names: { channel: { '#ops': 'slack:C1' }, user: { '@ada': 'user:lovelace' } },
      enabled: true,
    }
    expect(currentRule(renamed, new Map([['slack:C1', '#a room']]))).toEqual({
      text: `when command is x with channel == '#a room' and user == @lovelace allow`,
      names: { channel: { '#a room': 'slack:C1' }, user: { '@lovelace': 'user:lovelace' } },
    })
  })
})
