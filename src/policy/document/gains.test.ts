import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../command/registry.ts'
import { decide } from '../decide.ts'
import { anyDocument } from './apply.arbitrary.ts'
import { documentPolicy } from './evaluate.ts'
import { linesOf } from './gains/lines.ts'
import { whoGains } from './gains.ts'
import { command, context, DEPLOY, deployPolicy, documentOf } from './lint.kit.ts'
import type { PolicyDocument } from './model.ts'
import { shippedRules } from './shipped.ts'

/** Lines of who gains, and who loses, when the first policy becomes the second. */
function differences(before: PolicyDocument, after: PolicyDocument) {
  const all = whoGains(before, after, context)
  const of = (change: string) => linesOf(all.filter((one) => one.change === change))
  return { gains: of('gains'), losses: of('loses') }
}

const more = (text: string) => documentOf(DEPLOY + text)

describe('who gains', () => {
  it('names the group that a permission is given to, and with what its members may now run', () => {
    const after = documentOf(
      DEPLOY.replace('role developer\n  permission', 'role developer\n  permission deploy:prod\n  permission'),
    )
    expect(differences(deployPolicy, after)).toEqual({ gains: ['group developers: deploy with env=prod'], losses: [] })
    expect(differences(after, deployPolicy)).toEqual({ gains: [], losses: ['group developers: deploy with env=prod'] })
  })

  it('names the person who is put into a group', () => {
    const after = documentOf(DEPLOY.replace('  member bob until', '  member ada\n  member bob until'))
    expect(differences(deployPolicy, after)).toEqual({ gains: ['@ada: deploy with env=prod'], losses: [] })
  })

  it('names everyone for what everyone may, and nobody again who has it through that', () => {
    const after = more('group everyone\n  role developer\n')
    expect(differences(deployPolicy, after)).toEqual({
      // Releasers lacked only that for prod.
      gains: ['everyone: deploy with env=staging', 'group releasers: deploy with env=prod'],
      losses: [],
    })
  })

  it('names the administrators of the setting, each as the user that it is', () => {
    const forbid = (condition: string) => more(`rule when command is deploy with ${condition} forbid\n`)
    expect(differences(deployPolicy, forbid('option[env] == prod')).losses).toEqual([
      expect.stringMatching(/administrators \(PAWL_ADMINS\): deploy with env=prod$/),
    ])
    const asAda = { ...context, admins: new Set(['slack:T1:ADA', 'slack:T1:BOSS']) }
    const lost = (condition: string) => linesOf(whoGains(deployPolicy, forbid(condition), asAda))
    expect(lost('option[env] == prod and user == @ada')).toEqual(['@ada (PAWL_ADMINS): deploy with env=prod'])
    // bob is in both groups and may deploy to production by his own grants.
    expect(lost('option[env] == prod and group == developers')).toEqual([
      '@bob, @ada (PAWL_ADMINS): deploy with env=prod',
    ])
    expect(lost('option[env] == prod')).toEqual([
      '@bob, @ada (PAWL_ADMINS), administrators (PAWL_ADMINS): deploy with env=prod',
    ])
  })

  it('names everybody for what needs no permission', () => {
    expect(differences(deployPolicy, more('rule when command is shift with channel is missing allow\n'))).toEqual({
      gains: ['everybody, also from outside: shift in a direct message'],
      losses: [],
    })
  })

  it('names people from outside alone for what the others could do anyhow, or still can', () => {
    const open = more('rule when command is apps with group is missing forbid\n')
    expect(differences(open, deployPolicy).gains).toEqual(['people from outside: apps'])
  })

  it('says in which room', () => {
    const forbid = more('rule when command is apps with channel == "#release notes" and option[count] > 3 forbid\n')
    expect(differences(forbid, deployPolicy).gains).toEqual([
      'everybody, also from outside: apps with count=4 in #release notes',
    ])
  })

  it('says who has less, or more, to confirm or have approved', () => {
    const care = (text: string) => more(`rule when command is deploy with option[env] == prod must be ${text}\n`)
    const [none, one, two] = [deployPolicy, care('approved by deploy:yes'), care('approved by 2 of deploy:yes')]
    const who = '@bob, administrators (PAWL_ADMINS): deploy'
    expect(differences(one, none)).toEqual({ gains: [`${who} (less to confirm or approve) with env=prod`], losses: [] })
    expect(differences(two, one).gains).toEqual([`${who} (less to confirm or approve) with env=prod`])
    expect(differences(none, one)).toEqual({ gains: [], losses: [`${who} (more to confirm or approve) with env=prod`] })
    // Other people approve: to some that is less, to others more.
    const other = differences(one, care('confirmed and approved by deploy:ok'))
    expect([other.gains.length, other.losses.length]).toEqual([1, 1])
    expect(differences(two, two)).toEqual({ gains: [], losses: [] })
  })

  it('says nothing of an approval that the module asks for anyhow, and counts what is beyond it', () => {
    const care = (on: string, text: string) =>
      more(`rule when command is deploy with option[env] == ${on} must be ${text}\n`)
    expect(differences(care('prod', 'approved by deploy:approve'), deployPolicy)).toEqual({ gains: [], losses: [] })
    expect(differences(care('prod', 'approved by 2 of deploy:approve'), deployPolicy).gains).toEqual([
      '@bob, administrators (PAWL_ADMINS): deploy (less to confirm or approve) with env=prod',
    ])
    expect(differences(care('staging', 'approved by deploy:approve'), deployPolicy).gains).toEqual([
      expect.stringMatching(/: deploy \(less to confirm or approve\) with env=staging$/),
    ])
    // Whether the module wants an approval of apps depends on its count, which no rule looks at.
    const apps = more('rule when command is apps must be approved by apps:approve\n')
    expect(differences(apps, deployPolicy).gains).toEqual([
      expect.stringContaining('apps (less to confirm or approve)'),
    ])
  })

  it('names who may approve', () => {
    const guarded = 'rule when command is deploy with option[env] == prod must be approved by deploy:yes\n'
    const lead = 'role lead\n  permission deploy:yes\ngroup leads\n  member ada\n  role lead\n'
    expect(differences(more(guarded), more(guarded + lead)).gains).toEqual([
      expect.stringMatching(/^group leads: .*deploy:yes \(approving deploy\)/),
    ])
  })

  it('says what differs for a user whom a rule names', () => {
    const forbid = more('rule when command is apps with user == @bob forbid\n')
    expect(differences(deployPolicy, forbid)).toEqual({ gains: [], losses: ['@bob: apps'] })
  })

  it('says who gets a permission that handlers ask for', () => {
    const after = more('role poster\n  permission redirect:post\ngroup posters\n  member ada\n  role poster\n')
    expect(differences(deployPolicy, after).gains).toEqual([
      expect.stringMatching(/^group posters: redirect:post \(sending answers/),
    ])
  })

  it('does not count a grant that has ended', () => {
    const late = documentOf(DEPLOY.replace('2026-01-10T02', '2026-01-09T02'))
    expect(differences(late, deployPolicy).gains).toEqual(['@bob: deploy with env=prod'])
    expect(differences(late, documentOf(DEPLOY.replace('2026-01-10T02', '2026-01-08T02')))).toEqual({
      gains: [],
      losses: [],
    })
  })

  it('says at most twenty lines, and counts the rest', () => {
    const groups = (given: string) =>
      Array.from(
        { length: 25 },
        (_, i) => `role r${i}\n  permission a:p${i}\ngroup g${i}\n${given.replace('#', `${i}`)}`,
      ).join('')
    const rules = Array.from(
      { length: 25 },
      (_, i) => `rule when command is apps with option[count] == ${i} must have a:p${i}\n`,
    ).join('')
    const { gains } = differences(more(groups('') + rules), more(groups('  role r#\n') + rules))
    expect(gains).toHaveLength(21)
    expect(gains.at(-1)).toBe('and 5 more')
  })

  it('finds what one of a thousand rules kept closed', () => {
    const rules = (from: number) =>
      Array.from(
        { length: 1_000 - from },
        (_, i) =>
          `rule when command is deploy with option[service] == s${from + i} and channel == #ops must have deploy:s${from + i}\n`,
      ).join('')
    expect(differences(more(rules(0)), more(rules(1))).gains).toEqual([
      'group developers: deploy with service=s0 and env=staging in #ops',
      '@bob: deploy with service=s0 and env=prod in #ops',
    ])
  })

  it('takes no longer for 100,000 users who are alike', () => {
    const users = new Map(Array.from({ length: 100_000 }, (_, i) => [`u${i}`, [`slack:T1:U${i}`]] as const))
    const members = new Map([...users.keys()].map((name) => [name, null]))
    const developers = { members, roles: deployPolicy.groups.get('developers')?.roles ?? new Map() }
    const large = { ...deployPolicy, users, groups: new Map([...deployPolicy.groups, ['developers', developers]]) }
    const after = {
      ...large,
      roles: new Map([
        ...large.roles,
        [
          'developer',
          new Map([
            ['deploy:prod', null],
            ['deploy:run', null],
          ]),
        ],
      ]),
    }
    const started = performance.now()
    expect(differences(large, after).gains).toEqual(['group developers: deploy with env=prod'])
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('finds nothing when nothing changed', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        expect(whoGains(document, document, context)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('finds what the deletion of a rule opens', () => {
    const site = createRegistry([{ file: 'commands/x.ts', command: command('x', ['when command is x allow']) }])
    const test = fc.oneof(
      fc
        .constantFrom('==', '!=', '<', '>=')
        .chain((sign) => fc.constantFrom(1, 3).map((n) => `option[count] ${sign} ${n}`)),
      fc.constantFrom('option[tags] in [a, b]', 'any option[tags] == a', 'option[count] is missing'),
      fc.constantFrom('channel == "slack:C1"', 'channel is missing', 'platform == discord'),
    )
    const condition = fc.array(test, { minLength: 1, maxLength: 3 }).map((tests) => tests.join(' and '))
    const rule = fc.tuple(condition, fc.constantFrom('forbid', 'must have x:y', 'must have x:z'))
    const question = fc.record({
      count: fc.option(fc.constantFrom(0, 1, 2, 3, 4), { nil: undefined }),
      tags: fc.subarray(['a', 'b', 'c']),
      place: fc.constantFrom(
        ['slack', 'slack:C1'] as const,
        ['slack', 'slack:C2'] as const,
        ['discord', 'discord:1'] as const,
        ['slack', null] as const,
      ),
    })
    let widened = 0
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        fc.array(question, { minLength: 5, maxLength: 10 }),
        (rules, questions) => {
          const text = (some: typeof rules) =>
            some.map(([cond, verdict]) => `rule when command is x with ${cond} ${verdict}\n`)
          const lines = [...new Set(text(rules))]
          const before = documentOf(lines.join(''))
          const after = documentOf(lines.slice(1).join(''))
          const may = (
            document: PolicyDocument,
            { count, tags, place: [platform, channel] }: (typeof questions)[number],
          ) => {
            const named = new Map<string, number | string[]>([['tags', tags]])
            if (count !== undefined) named.set('count', count)
            return decide(documentPolicy(document, shippedRules(site)), {
              command: 'x',
              arguments: { list: [count, undefined, tags], named },
              where: { platform, workspace: 'T1', channel },
              user: null,
              groups: new Set(['group:everyone']),
              permissions: new Set(),
            }).allowed
          }
          const opens = questions.some((one) => may(after, one) && !may(before, one))
          if (opens) widened++
          const gains = whoGains(before, after, { ...context, registry: site }).filter(
            ({ change }) => change === 'gains',
          )
          if (opens) expect(gains).not.toEqual([])
        },
      ),
      { numRuns: 300 },
    )
    expect(widened).toBeGreaterThan(50)
  })
})
