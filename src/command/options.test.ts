import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Json } from '../json.ts'
import type { Token, Value } from '../language/tree.ts'
import { bindStage, bindTyped } from './bind.ts'
import { noRecord, type Resolve } from './bind-values.ts'
import { defineCommand } from './define.ts'
import { discordRegistration } from './discord.ts'
import { option } from './options.ts'
import { usageLine } from './usage.ts'

const put = defineCommand({
  name: 'put',
  summary: 'Put',
  options: {
    to: option.json().describe('What'),
    more: z.array(option.json()).default([]).describe('More'),
  },
  effects: 'read',
  rules: ['when command is put allow'],
  handler: ({ to, more }) => {
    // @ts-expect-error no option takes null for a value
    const never: null = to
    return { to, more, never }
  },
})

const words = (...values: Value[]): Token[] => values.map((value) => ({ at: 0, end: 0, kind: 'word', value }))
const typed = (text: string): Value => ({ kind: 'text', text, quoted: false })
const X: Value = { kind: 'variable', path: ['x'] }

describe('option.json', () => {
  it.each(['5', 'true', 'null', '{"a":1}', ''])('leaves typed text to the letter: %j', (text) => {
    expect(bindStage(put, words(typed(text)), noRecord)).toMatchObject({ ok: true, args: { to: text } })
  })

  it.each<Json>([5, false, 'x', [1, [2]], { a: null }])('keeps what a variable holds: %j', (value) => {
    const resolve: Resolve = () => ({ ok: true, value })
    expect(bindStage(put, words(X), resolve)).toMatchObject({ ok: true, args: { to: value } })
  })

  it('takes a list for one value of many', () => {
    const resolve: Resolve = () => ({ ok: true, value: [1, 2] })
    expect(bindStage(put, words(X, X, typed('a')), resolve)).toMatchObject({ ok: true, args: { more: [[1, 2], 'a'] } })
  })

  it('refuses null and tells what to do', () => {
    const bound = bindStage(put, words(X), () => ({ ok: true, value: null }))
    expect(bound).toMatchObject({
      ok: false,
      problems: [{ option: 'to', message: expect.stringContaining('is null here: give a value') }],
    })
  })

  it('is missing like any other', () => {
    expect(bindStage(put, [], noRecord)).toMatchObject({
      ok: false,
      problems: [{ option: 'to', message: 'to is missing: give any value (What)' }],
    })
    expect(usageLine(put)).toBe('put <to> [more…]')
  })

  it('is a text on Discord', () => {
    expect(discordRegistration([put]).commands[1]?.options).toMatchObject([
      { name: 'to', type: 3, required: true },
      { name: 'more', type: 3, required: false },
    ])
    expect(bindTyped(put, new Map([['to', '5']]))).toMatchObject({ ok: true, args: { to: '5' } })
  })
})
