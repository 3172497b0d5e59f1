import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { parsePipeline } from '../language/parse.ts'
import { completeLine } from './complete-line.ts'
import { defineCommand } from './define.ts'
import { loadRegistry } from './house-registry.ts'
import { createRegistry } from './registry.ts'

const registry = loadRegistry()
const all = registry.all()
const complete = (typed: string, allowed = all) => completeLine(registry, allowed, typed)

describe('completion of a line', () => {
  it('gives names of commands, of several words too', () => {
    expect(complete('audit l')).toEqual(['audit list'])
    expect(complete('group a')).toContain('group add')
  })

  it('begins anew behind a pipe, and not behind one in quotes', () => {
    expect(complete('seed [] | so')).toEqual(['seed [] | sort'])
    expect(complete('seed []|so')).toEqual(['seed []| sort'])
    expect(complete("echo '| so")).not.toContain("echo '| sort")
  })

  it('gives choices where a word is due, by position and by name', () => {
    expect(complete('deploy web ')).toEqual(expect.arrayContaining(['deploy web staging', 'deploy web prod']))
    expect(complete('deploy web --env p')).toEqual(['deploy web --env prod'])
  })

  it('writes choices as the language reads them', () => {
    const paint = defineCommand({
      name: 'paint',
      summary: 'Paint',
      options: { colour: z.enum(['deep blue', '-5%', "it's", '--all']).describe('Colour') },
      effects: 'read',
      rules: ['when command is paint allow'],
      handler: () => null,
    })
    const own = createRegistry([{ file: 'paint', command: paint }])
    const lines = completeLine(own, own.all(), 'paint ')
    const read = lines.flatMap((line) => {
      const parsed = parsePipeline(line)
      const value = parsed.ok ? parsed.pipeline.stages[0].tokens[1]?.value : null
      return value?.kind === 'text' ? [value.text] : []
    })
    expect(read).toEqual(expect.arrayContaining(['deep blue', '-5%', "it's", '--all']))
    expect(completeLine(own, own.all(), "paint 'de")).toEqual(["paint 'deep blue'"])
  })

  it('gives places behind a redirect, and not behind a sign that is text', () => {
    expect(complete('echo x > ')).toEqual(['echo x > here', 'echo x > me', 'echo x > thread'])
    expect(complete('echo x >m')).toEqual(['echo x > me'])
    expect(complete('echo x *> here t')).toEqual(['echo x *> here thread'])
    expect(complete('echo x *> here h')).toEqual([])
    expect(complete("deploy '>' ")).toContain("deploy '>' staging")
    expect(complete('deploy a>b ')).toContain('deploy a>b staging')
    expect(complete('deploy \\> ')).toContain('deploy \\> staging')
    expect(complete('echo x > me | so')).toEqual(['echo x > me | sort'])
  })

  it('gives options that have not been given', () => {
    expect(complete('deploy web staging --')).toContain('deploy web staging --force')
    expect(complete('deploy web staging --force --')).not.toContain('deploy web staging --force --force')
  })

  it('names nothing that the person may not run', () => {
    const open = all.filter(({ key }) => key === 'meow' || key === 'help')
    expect(complete('', open)).toEqual(['help', 'meow'])
    expect(complete('deploy web ', open)).toEqual([])
  })

  it('gives 25 lines of 100 characters at most, each beginning as typed, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('deploy ', 'seed [] | ', 'a | ', '--', 'a > ', "a '")),
        (typed) => {
          const lines = complete(typed)
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
