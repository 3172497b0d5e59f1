import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateSeam } from './eval-seam.ts'

const ALLOW = 'when command is deploy allow'
const PROD = 'when command is deploy with option[env] == prod must have deploy:prod'

describe('the seam of the evaluator', () => {
  it('allows with the rules that match, as they were given', () => {
    const rules = ['when command is  deploy allow', ALLOW, PROD, 'when command is ping allow']
    expect(evaluateSeam({ rules, command: 'deploy' })).toEqual({
      decision: 'allow',
      matched: ['when command is  deploy allow', ALLOW],
      missing: [],
      because: 'every rule that matches is satisfied',
    })
  })

  it('denies with what is missing, the rule that decides first', () => {
    const options = { env: 'prod' }
    expect(evaluateSeam({ rules: [ALLOW, PROD], command: 'deploy', options })).toEqual({
      decision: 'deny',
      matched: [PROD, ALLOW],
      missing: ['deploy:prod'],
      because: expect.stringContaining('deploy:prod'),
    })
    expect(
      evaluateSeam({ rules: [ALLOW, PROD], command: 'deploy', options, permissions: ['deploy:prod'] }),
    ).toMatchObject({ decision: 'allow' })
  })

  it('says what has to come first, only where a rule that matches wants it', () => {
    const care = 'when command is deploy with option[env] == prod must be confirmed and approved by deploy:approve'
    const rules = [ALLOW, care]
    expect(evaluateSeam({ rules, command: 'deploy', options: { env: 'prod' } })).toEqual({
      decision: 'allow',
      matched: rules,
      missing: [],
      because: 'every rule that matches is satisfied',
      care: { confirm: true, approvals: [{ permission: 'deploy:approve', count: 1 }] },
    })
    expect(evaluateSeam({ rules, command: 'deploy', options: { env: 'dev' } })).not.toHaveProperty('care')
    expect(evaluateSeam({ rules: [...rules, PROD], command: 'deploy', options: { env: 'prod' } })).not.toHaveProperty(
      'care',
    )
  })

  it('denies without a rule', () => {
    expect(evaluateSeam({ rules: [], command: 'deploy' })).toMatchObject({ decision: 'deny', matched: [], missing: [] })
  })

  it('refuses a rule that cannot be read, whatever its command', () => {
    const rule = 'when command is ping perhaps'
    expect(evaluateSeam({ rules: [ALLOW, rule], command: 'deploy' })).toEqual({
      decision: 'deny',
      error: { message: expect.stringContaining('perhaps'), at: 21, rule },
    })
  })

  it.each([
    ['arg[1] == 5', { args: ['a', 5] }],
    ['option[__proto__] == 1', JSON.parse('{"options":{"__proto__":1}}')],
    ['channel == "#ops"', { channel: '#ops' }],
    ['channel is missing', {}],
    ['channel is missing', { channel: null }],
    ['user == "@ada"', { user: '@ada' }],
    ['user is missing', { user: null }],
    ['group in [ops, dev]', { groups: ['dev'] }],
    ['group is missing', {}],
    ['platform == slack', { platform: 'slack' }],
    ['workspace == T1', { workspace: 'T1' }],
  ])('knows %s of %j', (condition, request) => {
    const rules = [`when command is deploy with ${condition} allow`]
    expect(evaluateSeam({ rules, command: 'deploy', ...request })).toMatchObject({ decision: 'allow' })
    const opposite = [`when command is deploy with not ${condition} allow`]
    expect(evaluateSeam({ rules: opposite, command: 'deploy', ...request })).toMatchObject({ decision: 'deny' })
  })

  it.each([
    [undefined, 'not a JSON object'],
    [null, 'not a JSON object'],
    [[], 'not a JSON object'],
    ['text', 'not a JSON object'],
    [{ command: 'a' }, 'rules must be a list of texts'],
    [{ rules: 'a', command: 'a' }, 'rules must be a list of texts'],
    [{ rules: [5], command: 'a' }, 'rules must be a list of texts'],
    [{ rules: [] }, 'command must be a text'],
    [{ rules: [], command: 5 }, 'command must be a text'],
    [{ rules: [], command: 'a', args: {} }, 'args must be a list'],
    [{ rules: [], command: 'a', options: [] }, 'options must be an object'],
    [{ rules: [], command: 'a', options: null }, 'options must be an object'],
    [{ rules: [], command: 'a', permissions: 'a:b' }, 'permissions must be a list of texts'],
    [{ rules: [], command: 'a', channel: 5 }, 'channel must be a text or null'],
    [{ rules: [], command: 'a', user: 5 }, 'user must be a text or null'],
    [{ rules: [], command: 'a', groups: [null] }, 'groups must be a list of texts'],
    [{ rules: [], command: 'a', platform: 5 }, 'platform must be a text or null'],
    [{ rules: [], command: 'a', nope: 1 }, 'there is no key nope: write rules, command'],
    [JSON.parse('{"rules":[],"command":"a","__proto__":1}'), 'there is no key __proto__'],
  ])('says what is wrong with %j', (line, message) => {
    expect(evaluateSeam(line)).toEqual({
      decision: 'deny',
      error: { message: expect.stringContaining(message), at: 0 },
    })
  })

  it('never throws, and never allows what no rule opens', () => {
    const request = fc.record(
      {
        rules: fc.constantFrom([], [PROD], ['nonsense'], [5]),
        command: fc.oneof(fc.constant('deploy'), fc.string()),
        args: fc.jsonValue(),
        options: fc.oneof(
          fc.dictionary(fc.string(), fc.jsonValue()),
          fc.record({ env: fc.constantFrom('prod', 5, null) }),
        ),
        permissions: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
        channel: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), request), (line) => {
        expect(evaluateSeam(line).decision).toBe('deny')
      }),
    )
  })
})
