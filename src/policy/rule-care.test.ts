import { describe, expect, it } from 'vitest'
import { parseRule } from './rule-parse.ts'
import { printRule } from './rule-print.ts'

const by = (permission: string, count = 1) => ({ permission, count })

/** What a rule wants before it starts, without places. */
function careOf(verdict: string) {
  const parsed = parseRule(`when command is x ${verdict}`)
  if (!parsed.ok) throw new Error(`${verdict}: ${parsed.error.message}`)
  if (parsed.rule.verdict.kind !== 'require') throw new Error(`${verdict} asks for nothing`)
  const { requirement, care } = parsed.rule.verdict
  return {
    needs: requirement === null ? null : requirement.kind === 'permission' ? requirement.name : requirement.kind,
    confirmed: care?.confirmed ?? false,
    approvals: (care?.approvals ?? []).map(({ permission, count }) => by(permission, count)),
  }
}

function refusal(text: string) {
  const parsed = parseRule(`when command is x ${text}`)
  if (parsed.ok) return null
  const { message, at, end } = parsed.error
  return { message, marked: `when command is x ${text}`.slice(at, end) }
}

describe('what a rule wants before a command starts', () => {
  it.each([
    ['must have a:b approved by c:d', 'a:b', false, [by('c:d')]],
    ['must have a:b confirmed', 'a:b', true, []],
    ['must have a:b or c:d approved by e:f', 'or', false, [by('e:f')]],
    ['must have any in [a:b, c:d] approved by 5 of e:f', 'any', false, [by('e:f', 5)]],
    [
      'must have (a:b and c:d) confirmed and approved by 2 of e:f and approved by g:h',
      'and',
      true,
      [by('e:f', 2), by('g:h')],
    ],
    ['must be confirmed', null, true, []],
    ['must be approved by 1 of a:b', null, false, [by('a:b')]],
    ['must be confirmed and approved by dba:approve', null, true, [by('dba:approve')]],
    ["must be approved by 'site:all'", null, false, [by('site:all')]],
  ])('%s', (text, needs, confirmed, approvals) => expect(careOf(text)).toEqual({ needs, confirmed, approvals }))

  it('leaves its words to permissions, values, options and commands of these names', () => {
    for (const text of [
      'when command is approved must have site:approved or confirmed:by',
      'when command is confirmed:by with option[approved] == approved and option[of] in [be, by, confirmed] allow',
      'when command is be must have be:of approved by by:confirmed',
      'when command is x forbid because "approved by nobody"',
    ]) {
      const parsed = parseRule(text)
      expect(parsed.ok && parsed.rule.text).toBe(text)
    }
  })

  it('has the place of each approval', () => {
    const text = 'when command is x must be confirmed and approved by 2 of a:b and approved by c:d'
    const parsed = parseRule(text)
    const verdict = parsed.ok ? parsed.rule.verdict : null
    const approvals = verdict?.kind === 'require' ? (verdict.care?.approvals ?? []) : []
    expect(approvals.map(({ at, end }) => text.slice(at, end))).toEqual(['approved by 2 of a:b', 'approved by c:d'])
  })

  it('is printed without needless words', () => {
    const parsed = parseRule('when  command is x must be approved by  1 of a:b and approved by 2 of c:d')
    if (!parsed.ok) throw new Error(parsed.error.message)
    expect(printRule(parsed.rule)).toBe('when command is x must be approved by a:b and approved by 2 of c:d')
  })
})

describe('a refusal says where and what to write instead', () => {
  it.each([
    ['must be', '', '"confirmed" or "approved by <permission>"'],
    ['must be a:b', 'a:b', 'must have a:b approved by'],
    ['must be aproved by a:b', 'aproved', 'did you mean approved?'],
    ['must be approved', '', '"by <permission>", as in approved by deploy:approve'],
    ['must be approved by', '', 'a permission, as in deploy:run'],
    ['must be approved from a:b', 'from', '"by <permission>"'],
    ['must be approved by ops', 'ops', 'did you mean site:ops?'],
    ['must be approved by @ada', '@ada', 'put them into a group'],
    ['must be approved by 0 of a:b', '0', 'from 1 to 5'],
    ['must be approved by 6 of a:b', '6', 'from 1 to 5'],
    ['must be approved by -1 of a:b', '-1', 'from 1 to 5'],
    ['must be approved by 1.5 of a:b', '1.5', 'from 1 to 5'],
    ['must be approved by two of a:b', 'two', 'in digits'],
    ['must be approved by 2 a:b', 'a:b', '"of <permission>", as in approved by 2 of'],
    ['must be approved by any in [a:b, c:d]', 'any', 'give all who may approve one permission'],
    ['must be approved by all in [a:b, c:d]', 'all', '"approved by a:b and approved by c:d"'],
    ['must be approved by a:b or c:d', 'or', 'never alternatives'],
    ['must be approved by a:b and c:d', 'c:d', '"approved by <permission>"'],
    ['must be approved by a:b, approved by c:d', ',', 'write "and" before'],
    ['must be approved by a:b and approved by 2 of a:b', 'approved by 2 of a:b', 'named twice'],
    ['must be approved by a:b and confirmed', 'confirmed', 'once, and first'],
    ['must be approved by a:b confirmed', 'confirmed', 'once, first'],
    ['must have approved by a:b', 'approved', 'must be approved'],
    ['must have a:b and approved by c:d', 'approved', 'without "and"'],
    ['must have a:b and confirmed', 'confirmed', 'without "and"'],
    ['must approved by a:b', 'approved', 'write "must be"'],
    ['allow approved by a:b', 'approved', 'nothing may follow "allow"'],
    ['forbid approved by a:b', 'approved', 'after "forbid" comes only'],
  ])('%s', (text, marked, message) => {
    const refused = refusal(text)
    expect(refused?.message).toContain(message)
    expect(refused?.marked).toBe(marked)
  })
})
