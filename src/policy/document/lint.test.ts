import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../command/registry.ts'
import { command, context, DEPLOY, deployPolicy, documentOf } from './lint.kit.ts'
import { type LintContext, lintDocument, type Problem } from './lint.ts'
import type { PolicyDocument } from './model.ts'

function lint(document: PolicyDocument | string, more: Partial<LintContext> = {}): readonly Problem[] {
  return lintDocument(typeof document === 'string' ? documentOf(DEPLOY + document) : document, { ...context, ...more })
}

/** The messages of one kind, with what they are about. */
function found(kind: Problem['kind'], document: PolicyDocument | string, more: Partial<LintContext> = {}): string[] {
  return lint(document, more).flatMap((problem) =>
    problem.kind === kind ? [`${problem.severity}: ${problem.subject}: ${problem.message}`] : [],
  )
}

const rule = (text: string) => `rule when command is ${text}\n`

/** A document with a rule that only the database could hold. */
function withRule(text: string, names = {}): PolicyDocument {
  return { ...deployPolicy, rules: [{ id: 1, text, names, enabled: true }] }
}

describe('lint of a rule', () => {
  it('names one that cannot be read, with its place, and not one that can', () => {
    expect(found('rule', withRule('when command is deploy must have'))).toEqual([
      expect.stringMatching(/^error: rule "when command is deploy must have": it cannot be read.*\n.*\n *\^/s),
    ])
    expect(found('rule', rule('deploy must have deploy:run'))).toEqual([])
  })

  it('names a command that there is not', () => {
    expect(found('condition', rule('deplyo must have deploy:run'))).toEqual([
      expect.stringContaining('error: rule "when command is deplyo must have deploy:run": there is no command deplyo'),
    ])
    expect(found('condition', rule('pack:* must have deploy:run'))).toEqual([])
  })

  it('names a condition that can never hold, and not one that can', () => {
    expect(found('condition', rule('deploy with option[env] == live forbid'))).toHaveLength(1)
    expect(found('condition', rule('deploy with option[env] == prod and option[env] == staging forbid'))).toHaveLength(
      1,
    )
    expect(found('condition', rule('deploy with option[env] == staging forbid'))).toEqual([])
  })

  it('names what a rule calls by a name that stands for nothing, or for what is gone', () => {
    const text = 'when command is apps with channel == #dev or user == @ada or group == developers forbid'
    const names = {
      channel: { '#dev': 'slack:C9' },
      user: { '@ada': 'user:ada' },
      group: { developers: 'group:developers' },
    }
    expect(found('name', withRule(text, names))).toEqual([])
    expect(found('name', withRule(text, { ...names, channel: {} }))).toEqual([
      expect.stringContaining('there is no room #dev'),
    ])
    expect(found('name', withRule(text, { ...names, user: { '@ada': 'user:#7' } }))).toEqual([
      expect.stringMatching(/^warning: .* the user @ada is gone, so it names nobody there/),
    ])
    expect(found('name', withRule(text, { ...names, user: {} }))).toEqual([
      expect.stringMatching(/^error: .* there is no user @ada/),
    ])
    expect(found('name', withRule(text, { ...names, group: { developers: 'group:gone' } }))).toEqual([
      expect.stringContaining('there is no group developers'),
    ])
    expect(found('name', withRule('when command is apps with channel == "slack:C9" forbid'))).toEqual([])
  })
})

describe('lint of rules that another makes pointless', () => {
  it.each([
    // The same in other words.
    ['apps with option[what] in [b, a] forbid', 'apps with option[what] in ["a", b] forbid', 'forbids'],
    [
      'apps with channel is missing and option[count] > 2 forbid',
      'apps with option[count] > 2 and channel is missing forbid',
      'forbids',
    ],
    // Narrower than an unconditional one.
    ['apps forbid', 'apps with option[count] > 2 must have apps:many', 'forbids'],
    ['pack:* forbid', 'pack:install with option[count] > 2 forbid', 'forbids'],
    ['apps must have apps:a and apps:b', 'apps with option[count] > 2 must have apps:b', 'asks for no less'],
    [
      'apps with option[what] in [a, b] must have apps:a',
      'apps with option[what] == a must have apps:a or apps:b',
      'asks for no less',
    ],
    [
      'apps must be approved by 2 of apps:yes',
      'apps with option[count] > 2 must be approved by apps:yes',
      'asks for no less',
    ],
    ['shift must be confirmed', 'shift with option[count] > 2 allow', '"allow" never takes away'],
  ])('%j makes %j pointless', (keeps, goes, because) => {
    const problems = found('pointless', rule(keeps) + rule(goes))
    expect(problems).toEqual([expect.stringContaining(because)])
    expect(problems[0]).toContain('warning: rule')
  })

  it.each([
    ['apps with option[count] > 2 forbid', 'apps with option[count] > 3 must have apps:many'],
    ['apps must have apps:a or apps:b', 'apps with option[count] > 2 must have apps:b'],
    ['apps with option[what] == a must have apps:a', 'apps with option[what] in [a, b] must have apps:b'],
    ['apps with option[what] == a must have apps:a', 'apps must have apps:b'],
    ['pack:install forbid', 'pack:* must have apps:a'],
    ['apps with channel == #ops forbid', 'apps with channel == "#release notes" must have apps:a'],
    ['apps must have apps:a', 'apps with option[count] > 2 must have apps:a approved by apps:yes'],
    ['apps must be approved by apps:yes', 'apps with option[count] > 2 must be approved by 2 of apps:yes'],
    ['apps must be approved by apps:yes', 'apps must be confirmed'],
    ['apps must be confirmed', 'apps must be approved by apps:no'],
  ])('%j leaves %j its point', (one, other) => {
    expect(found('pointless', rule(one) + rule(other))).toEqual([])
  })

  it('says that an allow changes nothing on a command that another rule guards', () => {
    expect(found('pointless', rule('deploy allow'))).toEqual([
      'warning: rule "when command is deploy allow": it changes nothing: "allow" never takes away what another rule asks for, and "when command is deploy must have deploy:run" matches whenever it does',
    ])
    // Elsewhere than in that room, no rule of the module opens it.
    expect(found('pointless', rule('shift with option[count] == 1 allow'))).toEqual([])
  })

  it("says nothing of a module's rule that the site goes beyond, but of one that its own module does", () => {
    expect(found('pointless', rule('apps must have apps:a'))).toEqual([])
    const allowed = ['when command is x must have x:y', 'when command is x allow'] as const
    const shipped = createRegistry([{ file: 'commands/x.ts', command: command('x', allowed) }])
    expect(found('pointless', documentOf(''), { registry: shipped })).toEqual([
      expect.stringContaining('commands/x.ts, rule "when command is x allow"'),
    ])
  })

  it('keeps the first of two that say the same, and says nothing of one that is disabled', () => {
    const twice =
      rule('apps with option[count] > 2 forbid because "a"') + rule('apps with option[count] > 2 forbid because "b"')
    expect(found('pointless', twice)).toEqual([expect.stringContaining('because "b"": it changes nothing')])
    expect(found('pointless', `disabled ${rule('deploy allow')}`)).toEqual([])
  })
})

describe('lint of who holds what', () => {
  it('names a permission that rules ask for and nobody holds, and not one that a group has', () => {
    const names = (text: string) =>
      found('permission', text).filter((problem) => problem.includes('permission apps:many'))
    const asking = rule('apps with option[count] > 2 must have apps:many')
    expect(names(asking)).toEqual([expect.stringContaining('nobody holds it, and rules of apps ask for it')])
    expect(names(`role big\n  permission apps:many\ngroup everyone\n  role big\n${asking}`)).toEqual([])
    const ended = `role big\n  permission apps:many until 2026-01-09T00:00:00Z\ngroup everyone\n  role big\n${asking}`
    expect(names(ended)).toHaveLength(1)
  })

  it('names a permission that nothing asks for, and none that a rule, an approval or the house asks for', () => {
    const granted = (...permissions: string[]) =>
      `role x\n${permissions.map((name) => `  permission ${name}\n`).join('')}group everyone\n  role x\n`
    const unasked = (text: string) => found('permission', text).filter((problem) => problem.includes('no rule asks'))
    expect(unasked(granted('deploy:rnu'))).toEqual([
      expect.stringContaining('permission deploy:rnu: no rule asks for it; it is in the role x'),
    ])
    expect(unasked(granted('deploy:run', 'redirect:post', 'pawl:admin', 'policy:deploy', 'shift:approve'))).toEqual([])
    expect(unasked(granted('shift:approved'))).toHaveLength(1)
  })

  it('names a permission that approves and nobody holds, of rules and of modules', () => {
    const names = (text: string, permission: string) =>
      found('permission', text).filter((problem) => problem.includes(`permission ${permission}:`))
    const asking = rule('deploy must be approved by deploy:yes')
    const holding = (permission: string) => `role yes\n  permission ${permission}\ngroup everyone\n  role yes\n`
    expect(names(asking, 'deploy:yes')).toEqual([expect.stringContaining('rules of deploy ask for it')])
    expect(names(asking + holding('deploy:yes'), 'deploy:yes')).toEqual([])
    expect(names('', 'shift:approve')).toEqual([expect.stringContaining('whoever approves shift needs it')])
    expect(names(holding('shift:approve'), 'shift:approve')).toEqual([])
  })

  it('names a rule whose approval nobody could get, as the asker does not count', () => {
    const nobody = { admins: new Set<string>() }
    const approvers = (members: string, text: string, more: Partial<LintContext> = nobody) =>
      found('rule', `role lead\n  permission deploy:yes\ngroup leads\n${members}  role lead\n${rule(text)}`, more)
    const one = 'deploy must have deploy:run approved by deploy:yes'
    const two = 'deploy must have deploy:run approved by 2 of deploy:yes'
    const [ada, both] = ['  member ada\n', '  member ada\n  member bob\n']
    // bob deploys, and ada approves.
    expect(approvers(ada, one)).toEqual([])
    expect(approvers(ada, 'deploy must have deploy:yes approved by deploy:yes')).toEqual([
      expect.stringMatching(
        /^warning: rule .*: nobody could get its approval: somebody else must hold deploy:yes, and only @ada does/,
      ),
    ])
    expect(approvers(both, 'deploy must have deploy:yes approved by deploy:yes')).toEqual([])
    expect(approvers(ada, two)).toEqual([expect.stringContaining('2 others must hold deploy:yes, and only @ada does')])
    expect(approvers(both, two)).toEqual([expect.stringContaining('only @ada, @bob do: grant it')])
    // With an administrator of the setting it is three; where that is ada herself, it is not.
    expect(approvers(both, two, {})).toEqual([])
    expect(approvers(both, two, { admins: new Set(['slack:T1:ADA']) })).toHaveLength(1)
    expect(approvers(both, two, { ...nobody, people: 'some' })).toEqual([])
    // That nobody holds it is said of the permission.
    expect(approvers('', one)).toEqual([])
  })

  it('names a command that no rule opens', () => {
    const shut = {
      registry: createRegistry([{ file: 'commands/x.ts', command: command('x', ['when command is x forbid']) }]),
    }
    expect(found('command', deployPolicy, shut)).toEqual([
      expect.stringContaining('warning: command x: no rule opens it'),
    ])
    expect(found('command', documentOf(rule('x allow')), shut)).toEqual([])
  })

  it('names a group that nobody is in, and a role that no group has', () => {
    expect(found('group', 'group lonely\n')).toEqual([
      expect.stringContaining('warning: group lonely: nobody is in it'),
    ])
    expect(found('group', 'group lonely\n  member ada\n')).toEqual([])
    expect(found('group', 'group lonely\n  member ada until 2026-01-09T00:00:00Z\n')).toHaveLength(1)
    expect(found('group', 'group lonely\n', { people: 'some' })).toEqual([])
    expect(found('role', 'role idle\n')).toEqual([expect.stringContaining('warning: role idle: no group has it')])
    expect(found('role', 'role idle\ngroup everyone\n  role idle\n')).toEqual([])
  })
})

describe('lint of what must stay true', () => {
  it('names an expectation that fails, and not one that holds', () => {
    expect(found('expectation', 'expect @ada: deploy web prod => allowed\n')).toEqual([
      expect.stringMatching(/^error: expectation "@ada: deploy web prod => allowed": expected allowed/),
    ])
    expect(found('expectation', 'expect @ada: deploy web prod => denied\n')).toEqual([])
  })

  const admin = (until: string) =>
    `role admin\n  permission pawl:admin\ngroup admins\n  member ada${until}\n  role admin\n`

  it('is an error when nobody is left who could undo a change', () => {
    const nobody = { admins: new Set<string>() }
    expect(found('administrator', '')).toEqual([])
    expect(found('administrator', '', nobody)).toEqual([expect.stringContaining('error: policy: nobody could run')])
    expect(found('administrator', admin(''), nobody)).toEqual([])
    expect(found('administrator', admin(' until 2027-01-01T00:00:00Z'), nobody)).toHaveLength(1)
    const forgotten = documentOf(`user eve\n${admin('')}`.replace('ada', 'eve'))
    expect(
      lintDocument(forgotten, { ...context, ...nobody }).filter(({ kind }) => kind === 'administrator'),
    ).toHaveLength(1)
  })

  it('counts no administrator who is forbidden the way back', () => {
    expect(found('administrator', rule('rule:disable forbid'))).toHaveLength(1)
    // Nobody else may be there to approve it.
    expect(found('administrator', rule('rule:delete must be approved by site:yes'))).toHaveLength(1)
    expect(found('administrator', rule('rule:delete must be confirmed'))).toEqual([])
    expect(found('administrator', admin('') + rule('rule:disable with user == @ada forbid'))).toEqual([])
    expect(
      found('administrator', admin('') + rule('rule:disable with user == @ada forbid'), { admins: new Set() }),
    ).toHaveLength(1)
    expect(
      found('administrator', admin('') + rule('rule:disable with user == @ada forbid'), {
        admins: new Set(['slack:T1:ADA']),
      }),
    ).toHaveLength(1)
  })

  // One rule, or a pair of them, after which no administrator could take it back.
  it.each([
    ['rule:* with not channel == "slack:CGONE" forbid'],
    ['rule:* with option[id] >= 1 forbid'],
    ['rule:delete with option[id] >= 1 forbid'],
    ['rule:* with option[id] == 2 forbid'],
    ['rule:* with arg[0] in [1, 2, 3, 4] forbid'],
    ['rule:* with any arg > 0 forbid'],
    ['rule:* with not arg[0] is missing forbid'],
    ['rule:* with channel is missing forbid', 'rule:* with not channel is missing forbid'],
    ['rule:disable with channel is missing forbid'],
    ['rule:* with platform in [slack, discord] forbid'],
    ['rule:* with workspace != "T999" forbid'],
    ['rule:disable with option[id] == many forbid'],
    ['rule:* with not group == everyone forbid'],
    ['rule:* with user is missing forbid', 'rule:* with user == @ada forbid'],
  ])('is an error with %s %s', (...texts) => {
    expect(found('administrator', admin('') + texts.map(rule).join(''))).toHaveLength(1)
  })

  it.each([
    ['rule:* with channel == #ops forbid'],
    ['rule:create with not channel == "slack:CGONE" forbid'],
    ['rule:* with workspace == "T999" forbid'],
    ['rule:* with platform == discord forbid'],
    ['rule:* with user == @ada forbid'],
    ['rule:* with user is missing forbid'],
    ['rule:* with option[id] < 1 forbid'],
  ])('is none with %s', (...texts) => {
    expect(found('administrator', admin('') + texts.map(rule).join(''))).toEqual([])
  })

  it('asks about the rules that there are and a new one', () => {
    const numbered = (id: number, text: string) => ({ id, text: `when command is ${text}`, names: {}, enabled: true })
    const ids = (text: string) => ({ ...deployPolicy, rules: [numbered(40, 'apps forbid'), numbered(41, text)] })
    for (const id of [40, 41, 42])
      expect(found('administrator', ids(`rule:disable with option[id] == ${id} forbid`))).toHaveLength(1)
    expect(found('administrator', ids('rule:disable with option[id] == 39 forbid'))).toEqual([])
  })

  it('counts accounts of served workspaces alone', () => {
    const from = (account: string) => ({ admins: new Set([account]) })
    expect(found('administrator', '', from('slack:T9:BOSS'))).toHaveLength(1)
    expect(found('administrator', '', { ...from('slack:T9:BOSS'), workspaces: null })).toEqual([])
    const nobody = { admins: new Set<string>(), workspaces: new Set(['discord:G1']) }
    expect(found('administrator', admin(''), nobody)).toHaveLength(1)
    expect(found('administrator', admin('').replace('ada', 'bob'), nobody)).toEqual([])
  })

  it('puts errors before warnings', () => {
    const severities = lint(`${rule('deploy allow')}expect @ada: deploy web prod => allowed\ngroup lonely\n`).map(
      ({ severity }) => severity,
    )
    expect(severities).toEqual([...severities].sort())
    expect(new Set(severities)).toEqual(new Set(['error', 'warning']))
  })
})
