/**
 * A large site for `bench/policy.ts`: 10,000 rules over 500 commands, 100,000 users in 1,000 groups with 200 roles, and questions
 * about them. The same for the same seed. Each rule comes twice, as Pawl's text and as Cedar policies written by hand.
 */
import type { Request } from '../src/policy/request.ts'

export const TEAMS = 100
export const COMMANDS_PER_TEAM = 5
export const RULES_PER_COMMAND = 20
export const USERS = 100_000
export const GROUPS = 1_000
const GROUPS_PER_USER = 3

export interface SiteRule {
  readonly command: string
  readonly text: string
  /** Cedar policies without a scope's action: `permit` or `forbid`, and the condition. */
  readonly cedar: readonly { readonly effect: 'permit' | 'forbid'; readonly when: string }[]
}

export interface Question {
  readonly user: number
  readonly request: Request
}

/** What each role of a team may do; the second is the first and more. */
const ROLES = { dev: ['run', 'read'], lead: ['run', 'read', 'deploy', 'admin'] } as const

/** mulberry32: good enough to mix, and the same everywhere. */
export function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** Of a command's 20 rules: 12 `must have`, 6 with a condition, one `allow`, one `forbid`. */
export function siteRules(): SiteRule[] {
  return Array.from({ length: TEAMS }, (_, team) =>
    Array.from({ length: COMMANDS_PER_TEAM }, (_, i) => commandRules(team, `team${team}:op${i}`)),
  ).flat(2)
}

function commandRules(team: number, command: string): SiteRule[] {
  const names = (words: string) => words.split(' ').map((word) => `team${team}:${word}`)
  const set = (words: string) => `[${names(words).map((name) => JSON.stringify(name))}]`
  const any = (words: string) =>
    [`any in [${names(words).join(', ')}]`, `principal.permissions.containsAny(${set(words)})`] as const
  const all = (words: string) =>
    [`all in [${names(words).join(', ')}]`, `principal.permissions.containsAll(${set(words)})`] as const
  const one = (word: string) => [names(word).join(), `principal.permissions.contains("${names(word)}")`] as const
  const either = (...parts: (readonly [string, string])[]) =>
    [parts.map(([text]) => text).join(' or '), parts.map(([, cedar]) => cedar).join(' || ')] as const

  const rule = (condition: readonly [string, string] | null, verdict: string, needs?: string): SiteRule => {
    const when = condition?.[1] ?? 'true'
    const text = `when command is ${command}${condition ? ` with ${condition[0]}` : ''} ${verdict}`
    if (verdict.startsWith('forbid')) return { command, text, cedar: [{ effect: 'forbid', when }] }
    const permit = { effect: 'permit', when } as const
    return { command, text, cedar: needs ? [permit, { effect: 'forbid', when: `(${when}) && !(${needs})` }] : [permit] }
  }
  const must = ([text, needs]: readonly [string, string], condition: readonly [string, string] | null = null) =>
    rule(condition, `must have ${text}`, needs)
  const option = (name: string, text: string, cedar: string) =>
    [`option[${name}] ${text}`, `context.options has ${name} && context.options.${name} ${cedar}`] as const
  const prod = option('env', '== prod', '== "prod"')
  const room = `slack:C${team}`

  return [
    must(one('run')),
    must(one('read')),
    must(all('run read')),
    must(any('run deploy')),
    must(any('run admin')),
    must(any('read deploy')),
    must(any('read admin')),
    must(any('run read deploy')),
    must(any('run read admin')),
    must(any('deploy admin run read')),
    must(either(one('run'), one('deploy'))),
    must(either(one('read'), one('admin'))),
    must(one('deploy'), prod),
    must(one('admin'), option('count', '> 50', '> 50')),
    must(any('run admin'), [
      'option[region] in [eu, us]',
      'context.options has region && ["eu", "us"].contains(context.options.region)',
    ]),
    must(one('read'), option('service', 'matches /web-.*/', 'like "web-*"')),
    must(one('run'), ['not option[force] == true', '!(context.options has force && context.options.force == true)']),
    must(any('deploy read'), [`group == "group:${team}"`, `principal in Group::"group:${team}"`]),
    rule(null, 'allow'),
    rule(
      [
        `${prod[0]} and (option[force] == true and channel != "${room}")`,
        `${prod[1]} && context.options has force && context.options.force == true && context has channel && context.channel != "${room}"`,
      ],
      'forbid because "prod is forced in the team\'s own room only"',
    ),
  ]
}

/** The team that a group belongs to, and its role there. */
export function groupOf(group: number): { readonly team: number; readonly role: keyof typeof ROLES } {
  return { team: group % TEAMS, role: group % 3 === 0 ? 'lead' : 'dev' }
}

export function groupsOfUser(user: number): number[] {
  const next = seeded(user)
  return Array.from({ length: GROUPS_PER_USER }, () => next(GROUPS))
}

export function permissionsOfUser(user: number): Set<string> {
  return new Set(
    groupsOfUser(user).flatMap((group) => {
      const { team, role } = groupOf(group)
      return ROLES[role].map((word) => `team${team}:${word}`)
    }),
  )
}

/** Four in five are about a command of a team that the person is in. */
export function siteQuestions(count: number, seed: number): Question[] {
  const next = seeded(seed)
  const pick = <T>(...of: readonly [T, ...T[]]) => of[next(of.length)] ?? of[0]
  return Array.from({ length: count }, () => {
    const user = next(USERS)
    const groups = groupsOfUser(user)
    const team = next(5) === 0 ? next(TEAMS) : groupOf(groups[next(groups.length)] ?? 0).team
    const options = new Map<string, string | number | boolean>([
      ['env', pick('dev', 'staging', 'prod')],
      ['count', next(60)],
      ['service', pick('web-1', 'web-2', 'db-1')],
    ])
    if (next(2) === 0) options.set('region', pick('eu', 'us', 'ap'))
    if (next(3) === 0) options.set('force', next(2) === 0)
    const request: Request = {
      command: `team${team}:op${next(COMMANDS_PER_TEAM)}`,
      arguments: {
        list: ['service', 'env', 'count', 'region', 'force'].map((name) => options.get(name)),
        named: options,
      },
      where: { platform: 'slack', workspace: 'T1', channel: next(10) === 0 ? null : `slack:C${next(TEAMS)}` },
      user: `user:${user}`,
      groups: new Set(groups.map((group) => `group:${group}`)),
      permissions: permissionsOfUser(user),
    }
    return { user, request }
  })
}
