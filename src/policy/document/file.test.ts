import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyDocument, normalForm } from './apply.arbitrary.ts'
import { emptyDocument } from './apply.ts'
import { printDocument } from './file.ts'
import { parseDocument } from './file-parse.ts'
import type { PolicyDocument } from './model.ts'

const FILE = `user ada slack:T1:U1
user grace discord:G1:U2 slack:T1:U2

room #a thread discord:7
room #ops slack:C1

role deployer
  permission deploy:prod until 2026-12-01T10:00:00Z
  permission deploy:run

group deployers
  member ada
  member grace until 2026-12-01T10:00:00.500Z
  role deployer
group everyone
  role deployer

rule when command is deploy with channel == #ops and user != @ada must have deploy:prod
disabled rule when command is deploy with group == deployers allow

expect @ada in #ops: deploy web --env prod => denied because deploy:prod
`

function parsed(text: string): PolicyDocument {
  const result = parseDocument(text)
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  return result.document
}

function errors(text: string): [number, string, string][] {
  const result = parseDocument(text)
  if (result.ok) return []
  return result.errors.map(({ line, at, end, message, text: its }) => [line, its.slice(at, end), message])
}

describe('the policy as a file', () => {
  it('holds every kind of fact', () => {
    const { users, groups, roles, rooms, rules, expectations } = parsed(FILE)
    expect([...users]).toEqual([
      ['ada', ['slack:T1:U1']],
      ['grace', ['discord:G1:U2', 'slack:T1:U2']],
    ])
    expect(groups.get('deployers')).toEqual({
      members: new Map([
        ['ada', null],
        ['grace', Date.UTC(2026, 11, 1, 10, 0, 0, 500)],
      ]),
      roles: new Map([['deployer', null]]),
    })
    expect(groups.get('everyone')).toEqual({ members: new Map(), roles: new Map([['deployer', null]]) })
    expect(roles.get('deployer')?.get('deploy:prod')).toBe(Date.UTC(2026, 11, 1, 10))
    expect(rooms.get('#a thread')).toBe('discord:7')
    expect(rules).toEqual([
      {
        id: null,
        text: 'when command is deploy with channel == #ops and user != @ada must have deploy:prod',
        names: { channel: { '#ops': 'slack:C1' }, user: { '@ada': 'user:ada' } },
        enabled: true,
      },
      {
        id: null,
        text: 'when command is deploy with group == deployers allow',
        names: { group: { deployers: 'group:deployers' } },
        enabled: false,
      },
    ])
    expect(expectations).toHaveLength(1)
  })

  it('is written as it was read, sorted', () => {
    expect(printDocument(parsed(FILE))).toBe(FILE)
    const lines = FILE.replaceAll('\n\n', '\n')
    const [users, rest] = [lines.slice(0, lines.indexOf('room')), lines.slice(lines.indexOf('room'))]
    expect(printDocument(parsed(`# ours\n\n${rest}\r\n   # and theirs\r\n${users}`))).toBe(FILE)
  })

  it('of a fresh install is empty', () => {
    expect(printDocument(emptyDocument)).toBe('')
    expect(normalForm(parsed('# nothing yet\n'))).toEqual(normalForm(emptyDocument))
  })

  it('gives back every document that was written', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        expect(normalForm(parsed(printDocument(document)))).toEqual(normalForm(document))
      }),
      { numRuns: 500 },
    )
  })

  it('calls a room, user or group by its current name, and what has none by its number', () => {
    const rule = {
      id: 1,
      text: 'when command is deploy with channel in [#old, "#gone"] allow',
      names: { channel: { '#old': 'slack:C1', '#gone': 'slack:C2' } },
      enabled: true,
    }
    const text = printDocument({ ...emptyDocument, rooms: new Map([['#new', 'slack:C1']]), rules: [rule] })
    expect(text).toBe('room #new slack:C1\n\nrule when command is deploy with channel in [#new, "slack:C2"] allow\n')
  })

  it.each<[string, [number, string, string | RegExp][]]>([
    ['usr ada', [[1, 'usr', /did you mean user/]]],
    ['user', [[1, '', /name the user/]]],
    ['user Ada', [[1, 'Ada', /lower-case/]]],
    ['user u024be7lh', [[1, 'u024be7lh', /reads like the id of a chat account/]]],
    ['user ada slack:U1', [[1, 'slack:U1', /platform:workspace:id/]]],
    ['user ada a:b:c\nuser bob a:b:c', [[2, 'a:b:c', /line 1 says so already/]]],
    ['user ada\n\nuser ada', [[3, 'ada', /line 1 says so already/]]],
    ['room #ops', [[1, '', /room #ops slack:C0123/]]],
    ['room ops slack:C1', [[1, 'ops', /write it as in #ops/]]],
    ['room #a slack:C1\nroom #b slack:C1', [[2, 'slack:C1', /line 1 says so already/]]],
    ['role', [[1, '', /name the role/]]],
    ['role a b', [[1, 'b', /nothing may follow/]]],
    ['  member ada', [[1, 'member', /at the margin/]]],
    ['member ada', [[1, 'member', /indent this line/]]],
    ['group g\nuser ada\n  member ada', [[3, 'member', /at the margin/]]],
    ['group g\n  member ada', [[2, 'ada', /no user ada/]]],
    ['group g\n  role r', [[2, 'r', /no role r/]]],
    ['group g\n  permission a:b', [[2, 'permission', /member or role/]]],
    ['group g\n  member', [[2, '', /name the member/]]],
    ['user ada\ngroup everyone\n  member ada', [[3, 'ada', /no list of members/]]],
    ['user a\ngroup g\n  member a\n  member a until 2027-01-01', [[4, 'a', /line 3 says so already/]]],
    ['role r\n  permission deploy', [[2, 'deploy', /namespace:name/]]],
    ['role r\n  permission a:b for 2h', [[2, 'for', /only "until/]]],
    ['role r\n  permission a:b until', [[2, '', /write the end/]]],
    ['role r\n  permission a:b until 2026-02-30', [[2, '2026-02-30', /write the end/]]],
    ['role r\n  permission a:b until 2026-02-03 x', [[2, 'x', /nothing may follow/]]],
    ['rule when command is deploy wiht channel == x allow', [[1, 'wiht', /did you mean with/]]],
    ['rule', [[1, '', /starts with "when command is/]]],
    ['disabled user ada', [[1, 'user', /disabled rule when/]]],
    ['rule when command is x with channel == #ops allow', [[1, '#ops', /no room #ops/]]],
    ['rule when command is x with user == "ada" allow\nuser ada', [[1, '"ada"', /write "@ada"/]]],
    ['rule when command is x with group in [a] allow', [[1, 'a', /no group a/]]],
    ['rule when command is x allow\nrule  when command is  x allow', [[2, 'when command is  x allow', /already/]]],
    ['expect @ada', [[1, '@ada', /colon/]]],
    [
      'user ada until 2026',
      [
        [1, 'until', /platform:workspace:id/],
        [1, '2026', /platform:workspace:id/],
      ],
    ],
    [
      'usr a\nrole r\n  x\n  permission a:b\nrule x',
      [
        [1, 'usr', /./],
        [3, 'x', /starts with permission/],
        [5, 'x', /when/],
      ],
    ],
  ])('says what is wrong and where: %j', (text, wanted) => {
    expect(errors(text)).toEqual(wanted.map(([line, place, what]) => [line, place, expect.stringMatching(what)]))
  })

  it('never throws, whatever the text', () => {
    const word = fc.constantFrom(
      'user',
      'role',
      'group',
      '  member',
      '  role',
      'rule',
      'disabled',
      'expect',
      '\n',
      '"',
      '#',
      'a',
    )
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(word).map((words) => words.join(' ')),
    )
    fc.assert(
      fc.property(text, (any) => {
        const result = parseDocument(any)
        if (!result.ok) expect(result.errors.length).toBeGreaterThan(0)
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes linear time', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => [
      `user u${i} slack:T1:U${i}`,
      `room #r${i} slack:C${i}`,
      `role r${i}`,
      '  permission deploy:run',
      `rule when command is c${i} with channel == #r${i} and user == @u${i} allow`,
    ])
    const members = Array.from({ length: 20_000 }, (_, i) => `  member u${i}`)
    const time = (count: number) => {
      const text = [...lines.slice(0, count).flat(), 'group g', ...members.slice(0, count)].join('\n')
      const start = performance.now()
      expect(parseDocument(text).ok).toBe(true)
      return performance.now() - start
    }
    time(2_000)
    // Ten times the lines: quadratic would be a hundred times the time.
    expect(time(20_000)).toBeLessThan(40 * Math.max(time(2_000), 10))
  })
})
