import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from './define.ts'
import { maskPlaces, redact } from './redact.ts'

const login = defineCommand({
  name: 'login',
  summary: 'Log in',
  options: {
    user: z.string().describe('User'),
    token: z.string().optional().describe('Token').meta({ secret: true }),
    keys: z.array(z.string()).default([]).describe('Keys').meta({ secret: true }),
  },
  effects: 'write',
  rules: ['when command is login allow'],
  handler: () => null,
})

describe('redact', () => {
  it('masks secret options, lists included, and keeps the rest', () => {
    expect(redact(login, { user: 'ada', token: 'hunter2', keys: ['k1', 'k2'] })).toEqual({
      user: 'ada',
      token: '[secret]',
      keys: '[secret]',
    })
  })
  it('leaves out what is absent and what the schema does not know', () => {
    expect(redact(login, { user: 'ada', tokn: 'hunter2' })).toEqual({ user: 'ada' })
  })
})

describe('maskPlaces', () => {
  it.each([
    ['abc def', [{ at: 4, end: 7 }], 'abc [secret]'],
    [
      'abc def',
      [
        { at: 4, end: 7 },
        { at: 0, end: 3 },
      ],
      '[secret] [secret]',
    ],
    [
      'abc def',
      [
        { at: 4, end: 7 },
        { at: 4, end: 7 },
      ],
      'abc [secret]',
    ],
    [
      'abcdef',
      [
        { at: 0, end: 4 },
        { at: 2, end: 6 },
      ],
      '[secret][secret]',
    ],
    ['abc', [], 'abc'],
  ])('masks %j at %j', (line, places, masked) => expect(maskPlaces(line, places)).toBe(masked))
})
