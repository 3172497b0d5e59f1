import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Command } from './command.ts'
import { defineCommand } from './define.ts'
import { discordRegistration } from './discord.ts'
import { loadRegistry } from './house-registry.ts'
import { option } from './options.ts'

function command(name: string, fields: { summary?: string; options?: { [name: string]: z.ZodType } } = {}): Command {
  const rule = `when command is ${name.replaceAll(' ', ':')} allow`
  return defineCommand({
    name,
    summary: `does ${name}`,
    effects: 'read',
    rules: [rule],
    handler: () => null,
    ...fields,
  })
}

/** Without the command on messages, which comes last. */
const registered = (...commands: Command[]) => discordRegistration(commands).commands.slice(0, -1)

describe('discordRegistration', () => {
  it('puts /pawl with one required line in front, and says what is for guilds', () => {
    expect(registered()).toEqual([
      {
        name: 'pawl',
        type: 1,
        description: 'Run a command line',
        options: [
          {
            type: 3,
            name: 'run',
            description: 'A command line, as in: deploy web staging',
            required: true,
            autocomplete: true,
          },
        ],
        contexts: [0],
        integration_types: [0],
      },
    ])
  })

  it("leaves out contexts in a guild's registration", () => {
    expect(discordRegistration([], 'guild').commands[0]).not.toHaveProperty('contexts')
  })

  it('writes every kind of option with its bounds and choices', () => {
    const full = command('full', {
      options: {
        text: z.string().min(1).max(60).describe('Text'),
        env: z.enum(['a', 'b']).describe('Choice'),
        count: z.int().min(1).max(9).describe('Integer'),
        ratio: z.number().min(0.5).describe('Number'),
        who: option.user().describe('User'),
        room: option.channel().describe('Channel'),
        force: z.boolean().default(false).describe('Switch'),
        tags: z
          .array(z.enum(['x', 'y']))
          .max(3)
          .default([])
          .describe('List'),
      },
    })
    expect(registered(full)[1]?.options).toEqual([
      { type: 3, name: 'text', description: 'Text', required: true, min_length: 1, max_length: 60 },
      {
        type: 3,
        name: 'env',
        description: 'Choice',
        required: true,
        choices: [
          { name: 'a', value: 'a' },
          { name: 'b', value: 'b' },
        ],
      },
      { type: 4, name: 'count', description: 'Integer', required: true, min_value: 1, max_value: 9 },
      { type: 10, name: 'ratio', description: 'Number', required: true, min_value: 0.5 },
      { type: 6, name: 'who', description: 'User', required: true },
      { type: 7, name: 'room', description: 'Channel', required: true },
      { type: 5, name: 'force', description: 'Switch', required: false },
      { type: 3, name: 'tags', description: 'List', required: false },
    ])
  })

  it('shows 25 choices and leaves 26 to be typed', () => {
    const choices = (n: number) => z.enum(Array.from({ length: n }, (_, i) => `c${i}`)).describe('Choice')
    const [, fits, many] = registered(
      command('fits', { options: { a: choices(25) } }),
      command('many', { options: { a: choices(26) } }),
    )
    expect(fits?.options?.[0]).toMatchObject({ choices: { length: 25 } })
    expect(many?.options?.[0]).not.toHaveProperty('choices')
  })

  it('completes choices that it cannot show', () => {
    const env = (n: number) => z.enum(Array.from({ length: n }, (_, i) => `c${i}`)).describe('Choice')
    const [, many] = registered(command('many', { options: { a: env(26) } }))
    expect(many?.options?.[0]).toMatchObject({ autocomplete: true })
  })

  it('ends with the command on messages, for guilds as the rest', () => {
    const last = { name: 'Run with Pawl…', type: 3 }
    expect(discordRegistration([]).commands.at(-1)).toEqual({ ...last, contexts: [0], integration_types: [0] })
    expect(discordRegistration([], 'guild').commands.at(-1)).toEqual(last)
  })

  it('offers a dry run and a reason, last, where a command has a use for them', () => {
    const careful = (names: readonly string[]) =>
      defineCommand({
        name: 'drop',
        summary: 'Drop it',
        effects: 'write',
        options: Object.fromEntries(names.map((name) => [name, z.string().default('').describe('Word')])),
        rules: ['when command is drop allow'],
        approval: { permission: 'site:drop' },
        dryRun: () => null,
        handler: () => null,
      })
    const names = (n: number) => Array.from({ length: n }, (_, i) => `w${i}`)
    const optionsOf = (n: number) =>
      registered(careful(names(n)))[1]
        ?.options?.map(({ name }) => name)
        .slice(n)
    expect(optionsOf(0)).toEqual(['dry-run', 'why'])
    expect(optionsOf(23)).toEqual(['dry-run', 'why'])
    expect(optionsOf(24)).toEqual(['dry-run'])
    expect(optionsOf(25)).toEqual([])
    expect(registered(command('plain'))[1]?.options).toEqual([])
  })

  it('leaves those out where they would be too many characters', () => {
    const careful = (i: number) =>
      defineCommand({
        name: `p g${i % 4} s${String(i).padStart(2, '0')}`,
        summary: 'x'.repeat(95),
        effects: 'write',
        rules: [`when command is p:g${i % 4}:s${String(i).padStart(2, '0')} allow`],
        dryRun: () => null,
        handler: () => null,
      })
    const { commands, notes } = discordRegistration(Array.from({ length: 77 }, (_, i) => careful(i)))
    expect(notes).toEqual([])
    expect(JSON.stringify(commands)).not.toContain('dry-run')
    expect(JSON.stringify(discordRegistration([careful(1)]).commands)).toContain('dry-run')
  })

  it('nests groups and subcommands, across modules', () => {
    expect(registered(command('pack install'), command('pack repo add'), command('pack repo remove'))[1]).toMatchObject(
      {
        name: 'pack',
        description: 'install, repo',
        options: [
          { type: 1, name: 'install' },
          {
            type: 2,
            name: 'repo',
            description: 'add, remove',
            options: [
              { type: 1, name: 'add' },
              { type: 1, name: 'remove' },
            ],
          },
        ],
      },
    )
  })

  it('reaches what Discord hides through /pawl, and says so', () => {
    const { commands, notes } = discordRegistration([command('pack'), command('pack repo'), command('pack repo add')])
    expect(commands[1]).toMatchObject({ name: 'pack', options: [{ type: 2, name: 'repo' }] })
    expect(notes).toEqual([
      'pack: Discord hides a command that has subcommands; use /pawl pack …',
      'pack repo: Discord hides a command that has subcommands; use /pawl pack repo …',
    ])
  })

  it('takes 25 subcommands and notes the 26th', () => {
    const subs = Array.from({ length: 26 }, (_, i) => command(`pack s${i}`))
    const { commands, notes } = discordRegistration(subs)
    expect(commands[1]?.options).toHaveLength(25)
    expect(notes).toEqual(['pack s25: Discord takes 25 names under one; use /pawl pack s25 …'])
  })

  it('takes 99 commands beside /pawl and notes the 100th', () => {
    const { commands, notes } = discordRegistration(Array.from({ length: 100 }, (_, i) => command(`c${i}`)))
    expect(commands.filter(({ type }) => type === 1)).toHaveLength(100)
    expect(notes).toHaveLength(1)
  })

  it('takes 8,000 characters in one command and notes one with more', () => {
    // 77 subcommands in four groups come near; the summary of the first fills up to the limit.
    const wide = (last: number) =>
      Array.from({ length: 77 }, (_, i) =>
        command(`p g${i % 4} s${String(i).padStart(2, '0')}`, { summary: 'x'.repeat(i === 0 ? last : 96) }),
      )
    const size = (commands: Command[]) => JSON.stringify(discordRegistration(commands).commands[1] ?? null)
    const count = (text: string) =>
      [...text.matchAll(/"(?:name|description)":"([^"]*)"/g)].reduce((sum, [, value = '']) => sum + value.length, 0)
    const slack = 8_000 - count(size(wide(1)))
    expect(slack).toBeGreaterThan(0)
    expect(slack).toBeLessThan(99)
    expect(discordRegistration(wide(1 + slack)).notes).toEqual([])
    expect(discordRegistration(wide(2 + slack)).notes).toEqual([
      "p: its 8001 characters are more than Discord's 8000; use /pawl p …",
    ])
  })

  it('has every shipped command in it, without a note', () => {
    const { commands, notes } = discordRegistration(loadRegistry().all())
    expect(notes).toEqual([])
    expect(commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['pawl', 'deploy', 'help', 'http', 'meow', 'sleep']),
    )
  })
})
