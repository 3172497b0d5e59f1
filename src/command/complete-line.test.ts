import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completeLine } from './complete-line.ts'
import { loadRegistry } from './house-registry.ts'

const registry = loadRegistry()
const all = registry.all()
const complete = (typed: string, allowed = all) => completeLine(registry, allowed, typed)

describe('completion of a line', () => {
  it('gives names of commands, of several words too', () => {
    expect(complete('audi')).toEqual(['audit list'])
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
      fc.property(fc.oneof(fc.string(), fc.constantFrom('deploy ', 'seed [] | ', 'a | ', '--')), (typed) => {
        const lines = complete(typed)
        expect(lines.length).toBeLessThanOrEqual(25)
        for (const line of lines) {
          expect(line.length).toBeLessThanOrEqual(100)
          expect(line.replace(/\s/g, '').startsWith(typed.replace(/\s/g, ''))).toBe(true)
        }
      }),
    )
  })
})
