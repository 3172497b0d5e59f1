import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { textOf } from '../chat/markdown.ts'
import { defineCommand } from './define.ts'
import { describeCommand, helpBlocks, usageLine } from './usage.ts'

const command = defineCommand({
  name: 'pack install',
  summary: 'Install a pack',
  description: 'From the registry.',
  options: {
    pack: z.string().min(1).max(60).describe('Which pack'),
    channel: z.enum(['stable', 'edge']).default('stable').describe('Which channel'),
    force: z.boolean().default(false).describe('Even if it is there').meta({ short: 'f' }),
    verify: z.boolean().default(true).describe('Verify it'),
    token: z.string().default('xyz').describe('Token').meta({ secret: true }),
    tags: z.array(z.string()).max(3).default([]).describe('Tags'),
  },
  effects: 'write',
  rules: ['when command is pack:install must have pack:install'],
  examples: [['pack install web', 'the web pack']],
  approval: { permission: 'pack:approve' },
  handler: () => null,
  dryRun: () => null,
})

describe('usageLine', () => {
  it('shows what is required, what is not, switches and the rest of the words', () => {
    expect(usageLine(command)).toBe('pack install <pack> [channel] [--force] [--no-verify] [token] [tags…]')
  })
  it('is the name alone for a command without options', () => {
    const meow = defineCommand({
      name: 'meow',
      summary: 'm',
      effects: 'read',
      rules: ['when command is meow allow'],
      handler: () => null,
    })
    expect(usageLine(meow)).toBe('meow')
    expect(helpBlocks(describeCommand(meow))).toHaveLength(3)
    expect(describeCommand(meow).flags).toEqual(['--why'])
  })
  it('says how to give a required switch', () => {
    const must = defineCommand({
      name: 'must',
      summary: 'm',
      options: { sure: z.boolean().describe('Sure?') },
      effects: 'read',
      rules: ['when command is must allow'],
      handler: () => null,
    })
    expect(usageLine(must)).toBe('must --sure=true|false')
  })
})

describe('helpBlocks', () => {
  const text = helpBlocks(describeCommand(command)).map((block) =>
    block.kind === 'code' ? block.text : block.kind === 'text' || block.kind === 'note' ? textOf(block.text) : '',
  )

  it('shows summary, usage, description, options with kinds, choices and defaults, and examples', () => {
    expect(text).toEqual([
      'pack install: Install a pack',
      'pack install <pack> [channel] [--force] [--no-verify] [token] [tags…]',
      'From the registry.',
      [
        '--pack       Which pack (text, 1 to 60 characters; required)',
        '--channel    Which channel (stable|edge; stable unless given)',
        '--force, -f  Even if it is there (true or false)',
        '--verify     Verify it (true or false; true unless given)',
        '--token      Token (text)',
        '--tags       Tags (several, each text, at most 3 values)',
      ].join('\n'),
      'Examples\npack install web the web pack',
      'Before it starts: approval by 1 with pack:approve',
      '--form asks for the options · --dry-run says what it would do · --why gives the reason, for those who approve',
    ])
  })

  it('never shows the default of a secret', () => expect(text.join('\n')).not.toContain('xyz'))
})
