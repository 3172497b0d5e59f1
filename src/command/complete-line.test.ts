import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { parsePipeline } from '../language/parse.ts'
import { completeLine, type ValuesOf } from './complete-line.ts'
import { choicesOf } from './complete-value.ts'
import { defineCommand } from './define.ts'
import { loadRegistry } from './house-registry.ts'
import { createRegistry } from './registry.ts'

const registry = loadRegistry()
const all = registry.all()
const ownValues: ValuesOf = async (_, option, typed) => choicesOf(option, typed) ?? []
const complete = (typed: string, allowed = all, inThread = false) =>
  completeLine(registry, allowed, typed, ownValues, inThread)

describe('completion of a line', () => {
  it('gives names of commands, of several words too', async () => {
    expect(await complete('audit l')).toEqual(['audit list'])
    expect(await complete('group a')).toContain('group add')
  })

  it('begins anew behind a pipe, and not behind one in quotes', async () => {
    expect(await complete('seed [] | so')).toEqual(['seed [] | sort'])
    expect(await complete('seed []|so')).toEqual(['seed []| sort'])
    expect(await complete("echo '| so")).not.toContain("echo '| sort")
  })

  it('gives choices where a word is due, by position and by name', async () => {
    expect(await complete('deploy web ')).toEqual(expect.arrayContaining(['deploy web staging', 'deploy web prod']))
    expect(await complete('deploy web --env p')).toEqual(['deploy web --env prod'])
  })

  it('writes choices as the language reads them', async () => {
    const paint = defineCommand({
      name: 'paint',
      summary: 'Paint',
      options: { colour: z.enum(['deep blue', '-5%', "it's", '--all']).describe('Colour') },
      effects: 'read',
      rules: ['when command is paint allow'],
      handler: () => null,
    })
    const own = createRegistry([{ file: 'paint', command: paint }])
    const lines = await completeLine(own, own.all(), 'paint ', ownValues, false)
    const read = lines.flatMap((line) => {
      const parsed = parsePipeline(line)
      const value = parsed.ok ? parsed.pipeline.stages[0].tokens[1]?.value : null
      return value?.kind === 'text' ? [value.text] : []
    })
    expect(read).toEqual(expect.arrayContaining(['deep blue', '-5%', "it's", '--all']))
    expect(await completeLine(own, own.all(), "paint 'de", ownValues, false)).toEqual(["paint 'deep blue'"])
  })

  it('asks for the values of the option at that place, with what of the word is its value', async () => {
    const asked: [string, string, string][] = []
    const recording =
      (values: readonly string[]): ValuesOf =>
      async (command, option, word) => {
        asked.push([command.key, option.name, word])
        return values
      }
    const lines = async (typed: string, values: readonly string[] = []) =>
      await completeLine(registry, all, typed, recording(values), false)
    expect(await lines('deploy we', ['web', 'web two'])).toEqual(['deploy web', "deploy 'web two'"])
    expect(await lines('deploy --service=we', ['web'])).toEqual(['deploy --service=web'])
    expect(await lines("deploy 'web t", ['web two'])).toEqual(["deploy 'web two'"])
    expect(await lines('deploy "a b" --force pr', ['prod'])).toEqual(['deploy "a b" --force prod'])
    expect(asked).toEqual([
      ['deploy', 'service', 'we'],
      ['deploy', 'service', 'we'],
      ['deploy', 'service', 'web t'],
      ['deploy', 'env', 'pr'],
    ])
  })

  it('asks for no values where the name is still typed, nor of a command that the person may not run', async () => {
    const never: ValuesOf = async () => {
      throw new Error('asked')
    }
    expect(await completeLine(registry, all, 'deplo', never, false)).toEqual(['deploy'])
    const open = all.filter(({ key }) => key !== 'deploy')
    expect(await completeLine(registry, open, 'deploy we', never, false)).toEqual([])
  })

  it('gives places behind a redirect, and not behind a sign that is text', async () => {
    expect(await complete('echo x > ')).toEqual(['echo x > here', 'echo x > me'])
    expect(await complete('echo x >m')).toEqual(['echo x > me'])
    expect(await complete('echo x *> here m')).toEqual(['echo x *> here me'])
    expect(await complete('echo x *> here h')).toEqual([])
    expect(await complete("deploy '>' ")).toContain("deploy '>' staging")
    expect(await complete('deploy a>b ')).toContain('deploy a>b staging')
    expect(await complete('deploy \\> ')).toContain('deploy \\> staging')
    expect(await complete('echo x > me | so')).toEqual(['echo x > me | sort'])
  })

  it('gives the thread as a place only to who types in one', async () => {
    expect(await complete('echo x > t')).toEqual([])
    expect(await complete('echo x > t', all, true)).toEqual(['echo x > thread'])
  })

  it('gives options that have not been given, by name or by position', async () => {
    const left = await complete('deploy web prod --')
    expect(left).not.toContain('deploy web prod --service')
    expect(left).not.toContain('deploy web prod --env')
    expect(await complete('deploy web --')).toEqual(expect.arrayContaining(['deploy web --env', 'deploy web --force']))
    // Where its own name stands, the first word is that of the next option.
    expect(await complete('deploy --service web prod --e')).toEqual([])
    expect(await complete('deploy --env prod web --s')).toEqual([])
    expect(await complete('deploy web staging --')).toContain('deploy web staging --force')
    expect(await complete('deploy web staging --force --')).not.toContain('deploy web staging --force --force')
  })

  it('gives what every command takes beside its options, where it makes sense', async () => {
    expect(await complete('deploy web staging --f')).toEqual([
      'deploy web staging --force',
      'deploy web staging --form',
    ])
    expect(await complete('version --f')).toEqual([])
    expect(await complete('version --h')).toEqual(['version --help'])
    expect(await complete('deploy --why ')).toEqual([])
    expect(await complete('deploy --why web web st')).toEqual(['deploy --why web web staging'])
  })

  it('names nothing that the person may not run', async () => {
    const open = all.filter(({ key }) => key === 'meow' || key === 'help')
    expect(await complete('', open)).toEqual(['help', 'meow'])
    expect(await complete('deploy web ', open)).toEqual([])
  })

  it('gives 25 lines of 100 characters at most, each beginning as typed, whatever is typed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.constantFrom('deploy ', 'seed [] | ', 'a | ', '--', 'a > ', "a '")),
        async (typed) => {
          const lines = await complete(typed)
          expect(lines.length).toBeLessThanOrEqual(25)
          for (const line of lines) {
            expect(line.length).toBeLessThanOrEqual(100)
            expect(line.replace(/\s/g, '').startsWith(typed.replace(/\s/g, ''))).toBe(true)
          }
        },
      ),
    )
  })
})
