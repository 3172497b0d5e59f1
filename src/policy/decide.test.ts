import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { compilePolicy, type Decision, decide, explain, type Policy, type RuleSource } from './decide.ts'
import { anyRequest, anyRuleText, rule, rulesOf } from './policy.arbitrary.ts'
import { type Request, type RequestArguments, UNKNOWN } from './request.ts'

const ask = (options: Record<string, Json> = {}, over: Partial<Request> = {}): Request => ({
  command: 'deploy',
  arguments: { list: Object.values(options), named: new Map(Object.entries(options)) },
  where: { platform: 'slack', workspace: 'T1', channel: 'slack:C1' },
  user: 'user:1',
  groups: new Set(['group:1']),
  permissions: new Set(),
  ...over,
})
const holding = (...permissions: string[]) => ({ permissions: new Set(permissions) })

describe('a decision', () => {
  it('is no where there is no rule, also for an administrator', () => {
    expect(decide(rulesOf(), ask())).toMatchObject({ allowed: false, reason: 'no_rule' })
    expect(decide(rulesOf(), ask({}, { permissions: null }))).toMatchObject({ allowed: false, reason: 'no_rule' })
  })

  it('names every missing permission once, sorted', () => {
    const two = rulesOf('when command is deploy must have b:y', 'when command is deploy must have a:x and b:y')
    expect(decide(two, ask())).toMatchObject({ allowed: false, missing: ['a:x', 'b:y'] })
    expect(decide(two, ask({}, holding('a:x', 'b:y'))).allowed).toBe(true)
    expect(decide(two, ask({}, { permissions: null })).allowed).toBe(true)
  })

  it('lets allow cancel nothing, and forbid win over everything', () => {
    const guarded = ['when command is deploy allow', 'when command is deploy must have deploy:run']
    expect(decide(rulesOf(...guarded), ask()).allowed).toBe(false)
    const closed = rulesOf(...guarded, 'when command is deploy forbid because "the freeze"')
    expect(decide(closed, ask({}, { permissions: null }))).toMatchObject({
      allowed: false,
      reason: 'forbidden',
      because: 'it is forbidden: the freeze',
    })
  })

  it('closes a command whose rule cannot be read, for an administrator too', () => {
    const broken = compilePolicy('1', [
      rule('when command is deploy allow'),
      { command: 'deploy', text: 'when command is deploy perhaps' },
    ])
    expect(decide(broken, ask({}, { permissions: null }))).toMatchObject({ allowed: false, reason: 'broken_rule' })
  })

  it('covers a whole group with its star, and nothing else', () => {
    const group = rulesOf('when command is pack:* allow')
    for (const command of ['pack:install', 'pack:repo:add'])
      expect(decide(group, ask({}, { command })).allowed, command).toBe(true)
    for (const command of ['pack', 'packs:install', 'unpack:install'])
      expect(decide(group, ask({}, { command })).allowed, command).toBe(false)
  })
})

/** What has to come before an allowed request starts, in short. */
const careOf = (policy: Policy, request: Request): string => {
  const decision = decide(policy, request)
  if (!decision.allowed) return decision.reason
  const { confirmation, approvals } = decision.care
  return [
    ...(confirmation === null ? [] : ['confirm']),
    ...approvals.map(({ permission, count }) => `${count} of ${permission}`),
  ].join(', ')
}

describe('what has to come before the start', () => {
  const guarded = rulesOf(
    'when command is deploy must have deploy:run',
    'when command is deploy with option[env] == prod must have deploy:prod approved by deploy:approve',
    'when command is deploy with option[service] == db must be confirmed and approved by 2 of deploy:approve',
    'when command is deploy with option[force] == true must be approved by sec:approve',
  )
  const deployer = holding('deploy:run', 'deploy:prod')

  it('is what every rule that matches wants, the stricter of two for one permission', () => {
    const care = (options: Record<string, Json>) => careOf(guarded, ask(options, deployer))
    expect(care({ env: 'staging' })).toBe('')
    expect(care({ env: 'prod' })).toBe('1 of deploy:approve')
    expect(care({ env: 'prod', service: 'db' })).toBe('confirm, 2 of deploy:approve')
    expect(care({ env: 'prod', service: 'db', force: true })).toBe('confirm, 2 of deploy:approve, 1 of sec:approve')
    expect(decide(guarded, ask({ force: true }, deployer))).toMatchObject({
      care: { approvals: [{ permission: 'sec:approve', count: 1, expiresMs: 15 * 60_000, reason: false }] },
    })
  })

  it('takes the place of no permission, and is spared to nobody who has all of them', () => {
    expect(careOf(guarded, ask({ env: 'prod' }, holding('deploy:run', 'deploy:approve')))).toBe('missing_permission')
    expect(careOf(guarded, ask({ env: 'prod' }, { permissions: null }))).toBe('1 of deploy:approve')
  })

  it('opens a command as allow does, without asking for a permission', () => {
    const only = rulesOf('when command is deploy with option[env] == prod must be confirmed')
    expect(careOf(only, ask({ env: 'prod' }))).toBe('confirm')
    expect(careOf(only, ask({ env: 'staging' }))).toBe('no_rule')
  })

  it('does not say of a permission to approve that it is missing', () => {
    const both = rulesOf('when command is deploy must have a:b approved by c:d')
    expect(decide(both, ask())).toMatchObject({ allowed: false, missing: ['a:b'], because: 'it needs a:b' })
    expect([...both.permissions].sort()).toEqual(['a:b', 'c:d'])
  })

  it('is told of the rules that match for certain; while another may match, nothing is certain', () => {
    const request = ask({ force: true }, deployer)
    const named = new Map<string, Json | typeof UNKNOWN>([
      ['env', UNKNOWN],
      ['force', true],
    ])
    const decision = decide(guarded, { ...request, arguments: { list: [UNKNOWN, true], named } })
    expect(decision).toMatchObject({ allowed: true, certain: false })
    expect(decision.allowed && decision.care.approvals.map(({ permission }) => permission)).toEqual(['sec:approve'])
    const open = decide(guarded, { ...request, arguments: UNKNOWN })
    expect(open).toMatchObject({ allowed: true, certain: false, care: { confirmation: null, approvals: [] } })
  })
})

/** Whether a rule with this condition matches. */
const matches = (condition: string, request: Request): string => {
  const [only] = explain(rulesOf(`when command is deploy with ${condition} allow`), request)
  return only?.outcome ?? 'none'
}

describe('a condition', () => {
  it.each<[string, Record<string, Json>, string]>([
    ['option[env] == "prod"', { env: 'prod' }, 'true'],
    ['option[env] == "prod"', { env: 'Prod' }, 'false'],
    ['option[env] != "prod"', {}, 'false'],
    ['option[env] is missing', {}, 'true'],
    ['option[env] is missing', { env: '' }, 'false'],
    ['not option[env] == "prod"', {}, 'true'],
    ['option[count] > 5', { count: 6 }, 'true'],
    ['option[count] >= 6', { count: 6 }, 'true'],
    ['option[count] < 6', { count: 6 }, 'false'],
    ['option[count] <= -1', { count: -1 }, 'true'],
    ['option[count] > 5', { count: 'six' }, 'error'],
    ['option[count] == 1', { count: '1' }, 'error'],
    ['option[force] == true', { force: false }, 'false'],
    ['option[force] == true', { force: 'true' }, 'error'],
    ['option[env] matches /prod/', { env: 'prod-1' }, 'false'],
    ['option[env] matches /prod.*/', { env: 'prod-1' }, 'true'],
    ['option[env] == /.*/', { env: 'two\nlines' }, 'true'],
    ['option[env] != /prod.*/', { env: 'dev' }, 'true'],
    ['option[env] matches /1/', { env: 1 }, 'error'],
    ['option[env] in [dev, test]', { env: 'test' }, 'true'],
    ['option[env] in [dev, 5]', { env: 5 }, 'true'],
    ['option[env] in [dev]', { env: 5 }, 'error'],
    ['option[env] in []', { env: 'dev' }, 'false'],
    ['option[env] in [dev, /qa-.*/]', { env: ['dev', 'qa-1'] }, 'true'],
    ['option[env] in [dev, test]', { env: ['dev', 'prod'] }, 'false'],
    ['option[env] in [dev]', { env: [] }, 'false'],
    ['option[env] == dev', { env: ['dev'] }, 'error'],
    ['any option[env] == prod', { env: ['dev', 'prod'] }, 'true'],
    ['any option[env] == prod', { env: [] }, 'false'],
    ['any option[env] == prod', { env: 'prod' }, 'error'],
    ['all option[env] == prod', { env: ['prod', 'prod'] }, 'true'],
    ['all option[env] == prod', { env: [] }, 'false'],
    ['all option[env] == prod', {}, 'false'],
    ['any arg in [prod]', { service: 'web', force: true, tags: ['x', 'prod'] }, 'true'],
    ['any arg == 5', { service: '5' }, 'error'],
    ['any arg == 5', { service: '5', count: 4 }, 'false'],
    ['any arg == 5', { service: '5', count: 5 }, 'true'],
    ['any arg == 5', { tags: ['5', '6'] }, 'error'],
    ['any arg == 5', {}, 'false'],
    ['any arg in []', { service: '5' }, 'false'],
    ['not any option == 5', { service: '5' }, 'error'],
    ['all option < 10', { a: 1, b: 2.5 }, 'true'],
    ['all option < 10', { a: 1, b: '2' }, 'error'],
    ['all option < 10', {}, 'false'],
    ['arg[1] == prod', { service: 'web', env: 'prod' }, 'true'],
    ['arg[2] == prod', { service: 'web', env: 'prod' }, 'false'],
    ['option[a] == 1 or option[b] == 1', { a: 'x', b: 1 }, 'true'],
    ['option[a] == 1 or option[b] == 1', { a: 'x', b: 2 }, 'error'],
    ['option[a] == 1 and option[b] == 1', { a: 'x', b: 2 }, 'false'],
    ['option[a] == 1 and option[b] == 2 or option[b] == 3', { a: 9, b: 3 }, 'true'],
    ['option[a] == {}', {}, 'none'],
    ['option[a] == 1', { a: { deep: 1 } }, 'error'],
  ])('%s on %j is %s', (condition, options, outcome) => {
    expect(matches(condition, ask(options))).toBe(outcome === 'none' ? 'error' : outcome)
  })

  it('asks for the room, and a direct message is none', () => {
    const direct = ask({}, { where: { platform: 'slack', workspace: 'T1', channel: null } })
    expect(matches('channel == "slack:C1"', ask())).toBe('true')
    expect(matches('channel != "slack:C1"', direct)).toBe('false')
    expect(matches('channel is missing', direct)).toBe('true')
    expect(matches('platform == slack and workspace in [T1, T2]', direct)).toBe('true')
  })

  it('asks for people and groups by what their names stood for when the rule was saved', () => {
    const names = { user: { '@ada': 'user:1' }, group: { ops: 'group:1' }, channel: { '#ops': 'slack:C1' } }
    const named = (text: string): RuleSource => ({ ...rule(`when command is deploy with ${text} allow`), names })
    const allowed = (text: string, request: Request) => decide(compilePolicy('1', [named(text)]), request).allowed
    expect(allowed('user == "@ada"', ask())).toBe(true)
    expect(allowed('user == "@ada"', ask({}, { user: 'user:2' }))).toBe(false)
    expect(allowed('user != "@ada"', ask({}, { user: null }))).toBe(false)
    expect(allowed('channel in ["#ops"]', ask())).toBe(true)
    expect(allowed('group == ops', ask({}, { groups: new Set(['group:2', 'group:1']) }))).toBe(true)
    expect(allowed('group != ops', ask({}, { groups: new Set(['group:2']) }))).toBe(true)
    expect(allowed('group != ops', ask({}, { groups: new Set(['group:2', 'group:1']) }))).toBe(false)
    expect(allowed('group is missing', ask({}, { groups: new Set() }))).toBe(true)
  })
})

describe('a decision on what is not all known yet', () => {
  const designed = rulesOf(
    'when command is deploy must have deploy:run',
    'when command is deploy with option[env] == "prod" must have deploy:prod',
  )
  const later = (options: Record<string, Json | typeof UNKNOWN>, permissions: string[]): Request => {
    const args: RequestArguments = { list: Object.values(options), named: new Map(Object.entries(options)) }
    return { ...ask({}, holding(...permissions)), arguments: args }
  }

  it('denies what the literal arguments already decide', () => {
    expect(decide(designed, later({ service: UNKNOWN, env: 'prod' }, ['deploy:run'])).allowed).toBe(false)
    expect(decide(designed, later({ service: UNKNOWN, env: UNKNOWN }, [])).allowed).toBe(false)
  })

  it('leaves open what they do not', () => {
    expect(decide(designed, later({ service: UNKNOWN, env: UNKNOWN }, ['deploy:run']))).toMatchObject({
      allowed: true,
      certain: false,
    })
    expect(decide(designed, later({ service: UNKNOWN, env: 'staging' }, ['deploy:run']))).toMatchObject({
      allowed: true,
      certain: true,
    })
  })

  it('never denies what some arguments would allow, and never calls certain what some would deny', () => {
    fc.assert(
      fc.property(fc.array(anyRuleText, { maxLength: 6 }), anyRequest, (texts, request) => {
        const policy = rulesOf(...texts)
        const known = decide(policy, request).allowed
        const open = decide(policy, { ...request, arguments: UNKNOWN })
        if (known) expect(open.allowed).toBe(true)
        if (open.allowed && open.certain) expect(known).toBe(true)
      }),
    )
  })
})

describe('whatever the rules are', () => {
  const rules = fc.array(anyRuleText, { maxLength: 6 })
  const allowed = (texts: readonly string[], request: Request) => decide(rulesOf(...texts), request).allowed

  it('their order and duplicates do not matter', () => {
    fc.assert(
      fc.property(rules, anyRequest, fc.infiniteStream(fc.nat()), (texts, request, chance) => {
        const shuffled = [...texts, ...texts]
          .map((text) => [chance.next().value as number, text] as const)
          .sort(([a], [b]) => a - b)
          .map(([, text]) => text)
        expect(decide(rulesOf(...shuffled), request)).toEqual(decide(rulesOf(...texts), request))
      }),
    )
  })

  it('what is allowed has a rule that matches', () => {
    fc.assert(
      fc.property(rules, anyRequest, (texts, request) => {
        const decision = decide(rulesOf(...texts), request)
        if (decision.allowed) expect(decision.rules.length).toBeGreaterThan(0)
      }),
    )
  })

  it('one more forbid, or one more requirement, never allows more', () => {
    const tightening = anyRuleText.filter((text) => !text.endsWith(' allow'))
    fc.assert(
      fc.property(rules, tightening, anyRequest, (texts, more, request) => {
        // What nothing opens is opened by a rule that asks for something held: there must be one that matches.
        const open = [...texts, `when command is ${request.command} allow`]
        if (!allowed(open, request)) expect(allowed([...open, more], request)).toBe(false)
      }),
    )
  })

  it('one more rule never asks for less care, and what is not known yet never for more than there is', () => {
    const includes = (more: Decision, less: Decision) => {
      if (!more.allowed || !less.allowed) return
      if (less.care.confirmation !== null) expect(more.care.confirmation).not.toBeNull()
      for (const { permission, count } of less.care.approvals)
        expect(more.care.approvals.find((one) => one.permission === permission)?.count).toBeGreaterThanOrEqual(count)
    }
    fc.assert(
      fc.property(rules, anyRuleText, anyRequest, (texts, more, request) => {
        const decision = decide(rulesOf(...texts), request)
        includes(decide(rulesOf(...texts, more), request), decision)
        includes(decision, decide(rulesOf(...texts), { ...request, arguments: UNKNOWN }))
      }),
    )
  })

  it('a matching forbid denies, whatever else there is', () => {
    fc.assert(
      fc.property(rules, anyRequest, (texts, request) => {
        expect(allowed([...texts, `when command is ${request.command} forbid`], request)).toBe(false)
      }),
    )
  })

  it('allow never takes a denial away where another rule matches', () => {
    fc.assert(
      fc.property(rules, anyRequest, (texts, request) => {
        const before = decide(rulesOf(...texts), request)
        fc.pre(!before.allowed && before.reason !== 'no_rule')
        expect(allowed([...texts, `when command is ${request.command} allow`], request)).toBe(false)
      }),
    )
  })

  it('more permissions never deny', () => {
    fc.assert(
      fc.property(rules, anyRequest, (texts, request) => {
        fc.pre(allowed(texts, request))
        expect(allowed(texts, { ...request, permissions: null })).toBe(true)
      }),
    )
  })

  it('no value makes the evaluator throw', () => {
    fc.assert(
      fc.property(rules, anyRequest, fc.dictionary(fc.string(), fc.jsonValue()), (texts, request, values) => {
        const named = new Map(Object.entries(values as Record<string, Json>))
        const wild = { ...request, arguments: { list: [...named.values()], named } }
        decide(rulesOf(...texts), wild)
        explain(rulesOf(...texts), wild)
      }),
    )
  })
})
