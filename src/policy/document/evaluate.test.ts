import { describe, expect, it } from 'vitest'
import { decide } from '../decide.ts'
import { UNKNOWN } from '../request.ts'
import { documentPolicy, permissionsOf, subjectIn, withoutEnded } from './evaluate.ts'
import { parseDocument } from './file-parse.ts'

const END = Date.UTC(2026, 11, 1)

const parsed = parseDocument(`
user ada
user grace
role base
  permission help:read
role deployer
  permission deploy:run
  permission deploy:prod until 2026-12-01
group everyone
  role base
group deployers
  member ada
  member grace until 2026-12-01
  role deployer
group late
  member ada
  role deployer until 2026-12-01
room #ops slack:C1
rule when command is deploy with group == deployers and channel == #ops must have deploy:run
disabled rule when command is deploy forbid
`)
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors))
const { document } = parsed

describe('subjectIn', () => {
  it('gives a user what the roles of the groups give', () => {
    expect(subjectIn(document, 'ada', END - 1, { everyone: true })).toEqual({
      user: 'user:ada',
      groups: new Set(['group:everyone', 'group:deployers', 'group:late']),
      permissions: new Set(['help:read', 'deploy:run', 'deploy:prod']),
    })
  })

  it('counts a grant until the moment of its end, whichever link it is', () => {
    expect(subjectIn(document, 'grace', END - 1, { everyone: false }).groups).toEqual(new Set(['group:deployers']))
    expect(subjectIn(document, 'grace', END, { everyone: false })).toEqual({
      user: 'user:grace',
      groups: new Set(),
      permissions: new Set(),
    })
    expect(subjectIn(document, 'ada', END, { everyone: false }).permissions).toEqual(new Set(['deploy:run']))
    expect(permissionsOf(document, ['late'], END - 1).size).toBe(2)
    expect(permissionsOf(document, ['late'], END).size).toBe(0)
  })

  it('gives somebody who has not been added what everyone has, or nothing', () => {
    const stranger = { user: null, groups: new Set(['group:everyone']), permissions: new Set(['help:read']) }
    expect(subjectIn(document, null, END, { everyone: true })).toEqual(stranger)
    expect(subjectIn(document, 'nobody', END, { everyone: true })).toEqual(stranger)
    expect(subjectIn(document, null, END, { everyone: false }).groups.size).toBe(0)
  })
})

describe('documentPolicy', () => {
  const shipped = [{ command: 'deploy', text: 'when command is deploy must have deploy:prod' }]
  const ask = (user: string, channel: string, now: number) => {
    const subject = subjectIn(document, user, now, { everyone: true })
    const where = { platform: 'slack', workspace: 'T1', channel }
    return decide(documentPolicy(document, shipped), { command: 'deploy', arguments: UNKNOWN, where, ...subject })
  }

  it('decides by the shipped rules and the enabled ones of the site together', () => {
    expect(ask('ada', 'slack:C1', END - 1)).toMatchObject({ allowed: true, certain: true })
    expect(ask('ada', 'slack:C1', END)).toMatchObject({ allowed: false, missing: ['deploy:prod'] })
  })

  it('knows rooms and groups by what their names stand for', () => {
    const rules = (decision: ReturnType<typeof ask>) => decision.rules.length
    expect(rules(ask('ada', 'slack:C1', END - 1))).toBe(2)
    expect(rules(ask('ada', 'slack:C2', END - 1))).toBe(1)
    expect(rules(ask('grace', 'slack:C1', END))).toBe(1)
  })

  it('closes the command of a rule that cannot be read', () => {
    const rules = [{ id: 1, text: 'when command is deploy with', names: {}, enabled: true }]
    const decision = decide(documentPolicy({ ...document, rules }, []), {
      command: 'deploy',
      arguments: UNKNOWN,
      where: UNKNOWN,
      user: null,
      groups: new Set(),
      permissions: null,
    })
    expect(decision).toMatchObject({ allowed: false, reason: 'broken_rule' })
  })
})

describe('withoutEnded', () => {
  it('leaves out what has ended, and nothing else', () => {
    const { groups, roles } = withoutEnded(document, END)
    expect([...(groups.get('deployers')?.members.keys() ?? [])]).toEqual(['ada'])
    expect([...(groups.get('late')?.roles.keys() ?? [])]).toEqual([])
    expect([...(roles.get('deployer')?.keys() ?? [])]).toEqual(['deploy:run'])
    expect(withoutEnded(document, END - 1)).toEqual(document)
  })
})
