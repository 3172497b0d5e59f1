import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyDocument, normalForm } from './apply.arbitrary.ts'
import { applyChange, applyChanges, emptyDocument } from './apply.ts'
import { diffDocuments } from './diff.ts'
import { parseDocument } from './file-parse.ts'
import type { PolicyChange, PolicyDocument } from './model.ts'

const parsed = parseDocument(`
user ada slack:T1:U1
user grace
user eve
user mia
room #ops slack:C1
role deployer
  permission deploy:run
group deployers
  member ada
  role deployer
group watched
group tested
rule when command is deploy with user == @grace and group != watched allow
expect @eve: deploy web => denied
expect member of tested in #ops: deploy web => denied
`)
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors))
const { document } = parsed

const RULE = 'when command is deploy allow'
const NAMED = { user: { '@grace': 'user:grace' }, group: { watched: 'group:watched' } }

function made(...changes: PolicyChange[]): PolicyDocument {
  const result = applyChanges(document, changes)
  if (!result.ok) throw new Error(result.message)
  return result.document
}

describe('applyChange', () => {
  it.each<[PolicyChange, RegExp]>([
    [{ kind: 'user.add', user: 'ada' }, /a user ada already/],
    [{ kind: 'user.add', user: 'Ada' }, /cannot be a user's name: use 1 to 40/],
    [{ kind: 'user.add', user: 'u024be7lh' }, /reads like the id of a chat account/],
    [{ kind: 'user.add', user: 'w0123456789' }, /reads like the id of a chat account/],
    [{ kind: 'user.add', user: '118000000000000' }, /reads like the id of a chat account/],
    [{ kind: 'user.remove', user: 'nobody' }, /no user nobody/],
    [{ kind: 'user.remove', user: 'eve' }, /named by the expectation "@eve: /],
    [{ kind: 'identity.add', user: 'nobody', identity: 'slack:T1:U9' }, /no user nobody/],
    [{ kind: 'identity.add', user: 'ada', identity: 'slack:U9' }, /write platform:workspace:id/],
    [{ kind: 'identity.add', user: 'grace', identity: 'slack:T1:U1' }, /the chat account of ada already/],
    [{ kind: 'identity.remove', user: 'ada', identity: 'slack:T1:U9' }, /no chat account of ada/],
    [{ kind: 'group.add', group: 'deployers' }, /a group deployers already/],
    [{ kind: 'group.add', group: 'everyone' }, /a group everyone already/],
    [{ kind: 'group.add', group: 'a b' }, /cannot be a group's name/],
    [{ kind: 'group.remove', group: 'nobody' }, /no group nobody/],
    [{ kind: 'group.remove', group: 'everyone' }, /always exists/],
    [{ kind: 'group.remove', group: 'watched' }, /named by the rule/],
    [{ kind: 'group.remove', group: 'tested' }, /named by the expectation "member of tested/],
    [{ kind: 'role.add', role: 'deployer' }, /a role deployer already/],
    [{ kind: 'role.add', role: '-' }, /cannot be a role's name/],
    [{ kind: 'role.remove', role: 'nobody' }, /no role nobody/],
    [{ kind: 'member.add', group: 'none', user: 'ada', until: null }, /no group none/],
    [{ kind: 'member.add', group: 'deployers', user: 'none', until: null }, /no user none/],
    [{ kind: 'member.add', group: 'deployers', user: 'ada', until: null }, /ada is in deployers already/],
    [{ kind: 'member.add', group: 'everyone', user: 'ada', until: null }, /has no list of members/],
    [{ kind: 'member.remove', group: 'deployers', user: 'grace' }, /grace is not in deployers/],
    [{ kind: 'role.grant', group: 'none', role: 'deployer', until: null }, /no group none/],
    [{ kind: 'role.grant', group: 'watched', role: 'none', until: null }, /no role none/],
    [{ kind: 'role.grant', group: 'deployers', role: 'deployer', until: null }, /has the role deployer already/],
    [{ kind: 'role.revoke', group: 'watched', role: 'deployer' }, /does not have the role deployer/],
    [{ kind: 'permission.grant', role: 'none', permission: 'a:b', until: null }, /no role none/],
    [{ kind: 'permission.grant', role: 'deployer', permission: 'deploy', until: null }, /write namespace:name/],
    [{ kind: 'permission.grant', role: 'deployer', permission: 'deploy:run', until: null }, /has the permission/],
    [{ kind: 'permission.revoke', role: 'deployer', permission: 'a:b' }, /does not have the permission a:b/],
    [{ kind: 'room.set', name: 'ops', ref: 'slack:C2' }, /write it as in #ops/],
    [{ kind: 'room.set', name: `#${'x'.repeat(101)}`, ref: 'slack:C2' }, /cannot be a room's name/],
    [{ kind: 'room.set', name: '#x', ref: 'C2' }, /write platform:id/],
    [{ kind: 'room.set', name: '#ops', ref: 'slack:C1' }, /#ops is slack:C1 already/],
    [{ kind: 'room.remove', name: '#none' }, /no room #none/],
    [{ kind: 'rule.add', text: 'when', names: {}, enabled: true }, /cannot be read/],
    [{ kind: 'rule.add', text: `${RULE.slice(0, -5)}with arg[0] == '\0' allow`, names: {}, enabled: true }, /NUL/],
    [{ kind: 'rule.add', text: ` ${RULE}`, names: {}, enabled: true }, /write the rule as it is kept/],
    [{ kind: 'rule.add', text: RULE, names: { user: { '@x': 'user:x' } }, enabled: true }, /no user x/],
    [{ kind: 'rule.add', text: RULE, names: { group: { x: 'group:x' } }, enabled: true }, /no group x/],
    [{ kind: 'rule.remove', text: RULE, names: {} }, /no such rule/],
    [{ kind: 'rule.remove', text: document.rules[0]?.text ?? '', names: {} }, /no such rule/],
    [{ kind: 'rule.enable', text: document.rules[0]?.text ?? '', names: NAMED }, /enabled already/],
    [{ kind: 'expectation.add', text: 'everyone: x => allowed ' }, /white space/],
    [{ kind: 'expectation.add', text: 'everyone: x\n => allowed' }, /one line/],
    [{ kind: 'expectation.add', text: '' }, /white space/],
    [{ kind: 'expectation.add', text: '@eve: deploy web => denied' }, /this expectation already/],
    [{ kind: 'expectation.remove', text: 'everyone: x => allowed' }, /no such expectation/],
  ])('refuses %j', (change, why) => {
    const result = applyChange(document, change)
    expect(result).toEqual({ ok: false, message: expect.stringMatching(why) })
  })

  it.each(['wolfgang', 'ursula-42', 'u1', 'u0123456789ab', '11800000000000', 'w.8', 'user007'])(
    'lets a user be called %s, which is no id of an account',
    (user) => expect(applyChange(document, { kind: 'user.add', user }).ok).toBe(true),
  )

  it('leaves the document that it was given as it is', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (from, to) => {
        const before = structuredClone(from)
        applyChanges(from, diffDocuments(from, to))
        expect(from).toEqual(before)
      }),
    )
  })

  it('makes of many changes what it makes of them one by one', () => {
    fc.assert(
      fc.property(anyDocument, (to) => {
        let one = emptyDocument
        for (const change of diffDocuments(emptyDocument, to)) {
          const result = applyChange(one, change)
          if (!result.ok) throw new Error(result.message)
          one = result.document
        }
        expect(normalForm(one)).toEqual(normalForm(to))
      }),
    )
  })

  it('takes memberships and chat accounts with a user', () => {
    const removed = made({ kind: 'user.remove', user: 'ada' })
    expect(removed.groups.get('deployers')?.members.size).toBe(0)
    expect(applyChange(removed, { kind: 'identity.add', user: 'mia', identity: 'slack:T1:U1' }).ok).toBe(true)
  })

  it('gives a chat account free within the same list of changes', () => {
    const moved = made(
      { kind: 'identity.add', user: 'mia', identity: 'slack:T1:U2' },
      { kind: 'identity.remove', user: 'ada', identity: 'slack:T1:U1' },
      { kind: 'identity.add', user: 'mia', identity: 'slack:T1:U1' },
    )
    expect(moved.users.get('mia')).toEqual(['slack:T1:U1', 'slack:T1:U2'])
    expect(moved.users.get('ada')).toEqual([])
  })

  it('leaves a rule that names a user who goes', () => {
    expect(made({ kind: 'user.remove', user: 'grace' }).rules).toEqual(document.rules)
  })

  it('takes a role from every group that has it', () => {
    expect(made({ kind: 'role.remove', role: 'deployer' }).groups.get('deployers')?.roles.size).toBe(0)
  })

  it('changes the end of a grant that is there', () => {
    const changed = made({ kind: 'member.add', group: 'deployers', user: 'ada', until: 5 })
    expect(changed.groups.get('deployers')?.members.get('ada')).toBe(5)
  })

  it('lets a room have one name, and a name one room', () => {
    const renamed = made({ kind: 'room.set', name: '#new', ref: 'slack:C1' })
    expect([...renamed.rooms]).toEqual([['#new', 'slack:C1']])
    const moved = made(
      { kind: 'room.set', name: '#ops', ref: 'slack:C2' },
      { kind: 'room.set', name: '#old', ref: 'slack:C1' },
    )
    expect([...moved.rooms].sort()).toEqual([
      ['#old', 'slack:C1'],
      ['#ops', 'slack:C2'],
    ])
  })

  it('keeps two rules of one text apart that mean different rooms', () => {
    const text = 'when command is deploy with channel == #ops allow'
    const other = { channel: { '#ops': 'slack:C2' } }
    const both = made(
      { kind: 'rule.add', text, names: { channel: { '#ops': 'slack:C1' } }, enabled: true },
      { kind: 'rule.add', text, names: other, enabled: true },
      { kind: 'rule.disable', text, names: other },
    )
    expect(both.rules.slice(1).map(({ enabled }) => enabled)).toEqual([true, false])
  })
})
