import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { option } from '../command/options.ts'
import { callText } from './shown.ts'

const login = defineCommand({
  name: 'pack login',
  summary: 'Log in',
  options: {
    who: z.string().describe('Who'),
    password: z.string().optional().meta({ secret: true }).describe('Password'),
    count: z.int().default(1).describe('How often'),
    fast: z.boolean().default(true).describe('Fast'),
    what: option.json().optional().describe('Anything'),
    tags: z.array(z.string()).default([]).describe('Tags'),
  },
  effects: 'read',
  rules: ['when command is pack:login allow'],
  handler: () => null,
})

function text(raw: Parameters<typeof login.check>[0]): string {
  const checked = login.check(raw)
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
  return callText(login, checked.args)
}

describe('callText', () => {
  it('writes what was given by name, and leaves out what has its default', () => {
    expect(text({ who: 'ada', count: 1 })).toBe('pack login --who=ada')
    expect(text({ who: 'ada', count: 2, fast: false, tags: ['a', 'b c'] })).toBe(
      "pack login --who=ada --count=2 --no-fast --tags=a --tags='b c'",
    )
    expect(text({ who: 'ada', what: { a: [1] } })).toContain('--what=')
  })

  it('masks secrets, and tokens wherever they stand', () => {
    const shown = text({ who: 'xoxb-123456789012-abcdefghijkl', password: 'hunter2' })
    expect(shown).toContain('[secret]')
    expect(shown).not.toMatch(/hunter2|xoxb-1234/)
  })
})
