import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { parseConfig } from '../config.ts'
import { auditedArguments } from './digest.ts'

const login = defineCommand({
  name: 'login',
  summary: 'Log in',
  options: {
    user: z.string().describe('User'),
    token: z.string().optional().describe('Token').meta({ secret: true }),
    again: z.string().optional().describe('Token once more').meta({ secret: true }),
  },
  effects: 'write',
  rules: ['when command is login allow'],
  handler: () => null,
})
const KEY = 'k'.repeat(32)

describe('arguments in the audit', () => {
  it('are masked, without a digest, where there is no key', () => {
    const { args, args_digest } = auditedArguments(null, login, { user: 'ada', token: 'hunter2' })
    expect(args).toEqual({ user: 'ada', token: '[secret]' })
    expect(args_digest).toBeUndefined()
  })

  it('have the HMAC-SHA-256 of their canonical form, whatever the order and what is absent', () => {
    const { args_digest } = auditedArguments(KEY, login, { user: 'ada', token: 'hunter2', again: undefined })
    const message = 'pawl:args\n{"token":"hunter2","user":"ada"}'
    expect(args_digest).toBe(createHmac('sha256', KEY).update(message).digest('hex').slice(0, 16))
    expect(auditedArguments(KEY, login, { token: 'hunter2', user: 'ada' }).args_digest).toBe(args_digest)
  })

  it('have another digest with another secret, or under another key', () => {
    const digests = [
      auditedArguments(KEY, login, { user: 'ada', token: 'hunter2' }),
      auditedArguments(KEY, login, { user: 'ada', token: 'hunter3' }),
      auditedArguments(KEY, login, { user: 'ada', again: 'hunter2' }),
      auditedArguments('l'.repeat(32), login, { user: 'ada', token: 'hunter2' }),
    ].map(({ args_digest }) => args_digest)
    expect(new Set(digests).size).toBe(4)
  })

  it('tag a secret the same wherever it is used, and another secret otherwise', () => {
    const { args } = auditedArguments(KEY, login, { user: 'ada', token: 'hunter2', again: 'hunter2' })
    expect(args.token).toMatch(/^\[secret:[0-9a-f]{8}\]$/)
    expect(args.again).toBe(args.token)
    expect(auditedArguments(KEY, login, { user: 'bob', token: 'hunter3' }).args.token).not.toBe(args.token)
    expect(JSON.stringify(args)).not.toContain('hunter')
  })

  it('have a tag that says nothing of the digest of the same text as arguments', () => {
    const { args } = auditedArguments(KEY, login, { token: 'x' })
    const { args_digest } = auditedArguments(KEY, login, { token: 'x' })
    expect(args_digest?.startsWith(String(args.token).slice(8, 16))).toBe(false)
  })
})

describe('the key of the deployment', () => {
  const named = (key?: string) => {
    const { digestKey, problems } = parseConfig({ PAWL_DIGEST_KEY: key })
    return { digestKey, problems: problems.filter((problem) => problem.includes('PAWL_DIGEST_KEY')) }
  }

  it('has 32 characters or more, not 31: a shorter one is named as a problem and not used', () => {
    expect(named('k'.repeat(32))).toEqual({ digestKey: 'k'.repeat(32), problems: [] })
    const short = named('k'.repeat(31))
    expect(short.digestKey).toBeNull()
    expect(short.problems).toEqual([expect.stringContaining('shorter than 32 characters')])
  })

  it('may be missing', () => {
    expect(named()).toEqual({ digestKey: null, problems: [] })
  })
})
