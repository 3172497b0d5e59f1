import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { denied } from '../runs/replies.ts'
import { compilePolicy, type Denial } from './decide.ts'
import { covers, freezesOf, freezesOn, freezeText, frozenDenial, isOver } from './freeze.ts'
import { type Request, UNKNOWN } from './request.ts'
import { type Freeze, NO_SITE } from './site.ts'

const FREEZE: Freeze = {
  id: 1,
  reason: 'release',
  commands: null,
  condition: null,
  names: {},
  exceptPermission: null,
  byName: 'ada',
  startedAt: 0,
  until: null,
}

const policyOf = (...freezes: readonly Partial<Freeze>[]) =>
  compilePolicy('1', [], { ...NO_SITE, freezes: freezes.map((one, i) => ({ ...FREEZE, id: i + 1, ...one })) })

const request = (options: Record<string, string | number> | typeof UNKNOWN, more: Partial<Request> = {}): Request => ({
  command: 'deploy',
  arguments: options === UNKNOWN ? UNKNOWN : { list: Object.values(options), named: new Map(Object.entries(options)) },
  where: { platform: 'slack', workspace: 'T1', channel: 'slack:C1' },
  user: 'user:1',
  groups: new Set(),
  permissions: new Set(['deploy:run']),
  ...more,
})

const idsOn = (policy: ReturnType<typeof policyOf>, asked: Request, now = 0) =>
  freezesOn(policy, asked, now).map(({ id }) => id)

describe('a freeze', () => {
  it.each([
    [null, 'deploy', true],
    [[], 'deploy', false],
    [['deploy'], 'deploy', true],
    [['deploy'], 'deploy:now', false],
    [['deploy:*'], 'deploy', false],
    [['pack:*'], 'pack:install', true],
    [['pack:*'], 'pack:repo:add', true],
    [['pack:repo:*'], 'pack:install', false],
    [['pack:*'], 'packs:install', false],
  ])('of %j covers %s: %s', (commands, key, expected) => {
    expect(covers(commands, key)).toBe(expected)
  })

  it('is over at its time, not before', () => {
    expect(isOver({ until: 100 }, 99)).toBe(false)
    expect(isOver({ until: 100 }, 100)).toBe(true)
    expect(isOver({ until: null }, Number.MAX_SAFE_INTEGER)).toBe(false)
    const policy = policyOf({ until: 100 })
    expect(idsOn(policy, request({}), 99)).toEqual([1])
    expect(idsOn(policy, request({}), 100)).toEqual([])
  })

  it('that cannot be evaluated stops; that depends on what is not known yet waits', () => {
    const policy = policyOf({ condition: 'option[env] == prod' }, { condition: 'no condition at all' })
    expect(idsOn(policy, request({ env: 'prod' }))).toEqual([1, 2])
    expect(idsOn(policy, request({ env: 'staging' }))).toEqual([2])
    expect(idsOn(policy, request({ env: 5 }))).toEqual([1, 2])
    expect(idsOn(policy, request({}))).toEqual([2])
    expect(idsOn(policy, request(UNKNOWN))).toEqual([2])
    expect(freezesOn(policy, request(UNKNOWN), 0, true)).toHaveLength(2)
    expect(freezesOf(policy, 'deploy', null, 0)).toHaveLength(2)
  })

  it('lets pass whoever holds its exception, and who holds everything, but nobody without one', () => {
    const policy = policyOf({ exceptPermission: 'deploy:hotfix' }, {})
    expect(idsOn(policy, request({}))).toEqual([1, 2])
    expect(idsOn(policy, request({}, { permissions: new Set(['deploy:hotfix']) }))).toEqual([2])
    expect(idsOn(policy, request({}, { permissions: null }))).toEqual([2])
  })

  it('compares users and rooms by what their names stood for when it was started', () => {
    const policy = policyOf({
      condition: 'user == "@ada" and channel == "#ops"',
      names: { user: { '@ada': 'user:1' }, channel: { '#ops': 'slack:C1' } },
    })
    expect(idsOn(policy, request({}))).toEqual([1])
    expect(idsOn(policy, request({}, { user: 'user:2' }))).toEqual([])
  })

  it('that lasts longest is named first, and more than three are counted', () => {
    const policy = policyOf({ until: 10 }, {}, { until: 20 }, { until: 30 }, { until: 5 })
    const found = freezesOn(policy, request({}), 0)
    expect(found.map(({ id }) => id)).toEqual([2, 4, 3, 1, 5])
    const denial = frozenDenial(found, ['a rule'])
    expect(denial).toMatchObject({ allowed: false, reason: 'frozen', rules: ['a rule'], missing: [] })
    expect(denial?.because).toMatch(/^it is frozen by ada until somebody ends it: release \(freeze 2\);.*and 2 more$/)
    expect(frozenDenial([], [])).toBeNull()
  })

  it('names whoever started it; an account so that a renderer finds the name', () => {
    expect(freezeText(FREEZE)).toBe('by ada until somebody ends it: release (freeze 1)')
    expect(freezeText({ ...FREEZE, byName: 'U0ADA00001' })).toBe(
      'by an administrator (@U0ADA00001) until somebody ends it: release (freeze 1)',
    )
    expect(freezeText({ ...FREEZE, until: 0, condition: 'option[a] == 1', exceptPermission: 'x:y' })).toBe(
      'by ada until 1970-01-01 00:00 UTC where option[a] == 1: release (freeze 1, except for x:y)',
    )
  })

  it('gives them with the refusal, so that whoever started them can be shown as a person', () => {
    const policy = policyOf({ byName: 'U0ADA00001' })
    const denial = frozenDenial(freezesOn(policy, request({}), 0), [])
    expect(denial?.freezes?.map(({ byName }) => byName)).toEqual(['U0ADA00001'])
    const { blocks } = denied('r_0123456789abcdef', 'deploy', denial as Denial, { identities: [], names: [] })
    expect(JSON.stringify(blocks)).toContain('"user":"U0ADA00001"')
    expect(JSON.stringify(blocks)).toContain('until somebody ends it: release (freeze 1)')
  })

  it('never opens anything: with more freezes no fewer stop a request', () => {
    const freeze = fc.record({
      commands: fc.constantFrom(null, ['deploy'], ['other'], ['deploy:*']),
      condition: fc.constantFrom(null, 'option[env] == prod', 'not option[env] == prod', 'nonsense'),
      until: fc.constantFrom(null, 0, 1),
      exceptPermission: fc.constantFrom(null, 'deploy:run', 'x:y'),
    })
    fc.assert(
      fc.property(fc.array(freeze, { maxLength: 4 }), freeze, fc.constantFrom('prod', 'dev'), (some, one, env) => {
        const asked = request({ env })
        const before = idsOn(policyOf(...some), asked)
        const after = idsOn(policyOf(...some, one), asked)
        expect(after).toEqual(expect.arrayContaining(before))
      }),
    )
  })
})
