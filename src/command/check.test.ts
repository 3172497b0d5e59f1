import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from './define.ts'
import { option } from './options.ts'

const command = defineCommand({
  name: 'try',
  summary: 'Try it',
  options: {
    env: z.enum(['staging', 'prod']).describe('Where to'),
    name: z
      .string()
      .min(2)
      .max(3)
      .regex(/^[a-z]+$/)
      .default('ab')
      .describe('A name'),
    count: z.int().min(1).max(5).default(1).describe('How many'),
    half: z.number().multipleOf(0.5).lt(3).default(1).describe('Halves'),
    mail: z.email().optional().describe('Whom to mail'),
    own: z
      .string()
      .refine((text) => text !== 'no', { error: 'say anything but no' })
      .default('yes')
      .describe('Own words'),
    who: option.user().optional().describe('A person'),
    on: z.boolean().default(false).describe('A switch'),
    tags: z
      .array(z.enum(['a', 'b']))
      .max(2)
      .default([])
      .describe('Tags'),
  },
  effects: 'read',
  rules: ['when command is try allow'],
  handler: () => null,
})

function problem(raw: Parameters<typeof command.check>[0]): string[] {
  const checked = command.check({ env: 'prod', ...raw })
  return checked.ok ? [] : checked.problems.map(({ message }) => message)
}

describe('Command.check', () => {
  it('fills in the defaults and leaves out what is optional', () => {
    expect(command.check({ env: 'prod' })).toEqual({
      ok: true,
      args: { env: 'prod', name: 'ab', count: 1, half: 1, own: 'yes', on: false, tags: [] },
    })
  })

  it('names every problem at once, in plain words and once per option', () => {
    expect(command.check({ name: 'X', count: 0, nope: 1 })).toEqual({
      ok: false,
      problems: [
        { option: 'env', message: 'env is missing: give one of staging, prod' },
        { option: 'name', message: 'name must have at least 2 characters' },
        { option: 'count', message: 'count must be at least 1' },
        { option: 'nope', message: 'there is no option nope' },
      ],
    })
  })

  it.each<[Parameters<typeof command.check>[0], string]>([
    [{ env: 'test' }, 'env must be one of staging, prod'],
    [{ env: 5 }, 'env must be one of staging, prod'],
    [{ name: 'abcd' }, 'name must have at most 3 characters'],
    [{ name: 'a1' }, 'name must match /^[a-z]+$/'],
    [{ name: 5 }, 'name must be text'],
    [{ count: 6 }, 'count must be at most 5'],
    [{ count: 1.5 }, 'count must be a whole number'],
    [{ count: '1' }, 'count must be a whole number'],
    [{ half: 0.3 }, 'half must be a multiple of 0.5'],
    [{ half: 3 }, 'half must be less than 3'],
    [{ mail: 'x' }, 'mail must be a valid email'],
    [{ own: 'no' }, 'own: say anything but no'],
    [{ who: 'ada lovelace' }, 'who: mention a person with @'],
    [{ on: 'true' }, 'on must be true or false'],
    [{ tags: 'a' }, 'tags must be a list'],
    [{ tags: ['a', 'c'] }, 'value 2 of tags must be one of a, b'],
    [{ tags: ['a', 'a', 'a'] }, 'tags must have at most 2 values'],
    [{ constructor: 'x' }, 'there is no option constructor'],
  ])('says of %j: %s', (raw, message) => {
    expect(problem(raw)).toEqual([message])
  })

  it('accepts both bounds', () => {
    expect(problem({ name: 'ab', count: 1 })).toEqual([])
    expect(problem({ name: 'abc', count: 5, half: 2.5, tags: ['a', 'b'] })).toEqual([])
  })
})
