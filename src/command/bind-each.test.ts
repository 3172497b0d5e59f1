import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { resolverOf } from '../engine/resolver.ts'
import type { PawlRecord } from '../json.ts'
import { parsePipeline } from '../language/parse.ts'
import { bindStage } from './bind.ts'
import { bindEach } from './bind-each.ts'
import { defineCommand } from './define.ts'
import { option } from './options.ts'

const commandWith = (rest: z.ZodArray) =>
  defineCommand({
    name: 'many',
    summary: 'Many',
    options: {
      first: z.string().min(2).describe('First'),
      count: z.int().max(9).optional().describe('How many').meta({ short: 'c' }),
      force: z.boolean().default(false).describe('Skip the check').meta({ short: 'f' }),
      value: option.json().optional().describe('Anything'),
      rest: rest.default([]).describe('Rest'),
    },
    effects: 'read',
    rules: ['when command is many allow'],
    handler: () => null,
  })
const many = commandWith(z.array(z.string()))

/** Words of every kind: literal ones, variables, texts with variables in them, options with and without values. */
const word = fc.constantFrom(
  'web',
  '$name',
  `"\${name}-\${n}"`,
  '"$n"',
  '$list',
  '$gone',
  '-f',
  '--no-force',
  '--force=$up',
  '--count $n',
  '-c="$n"',
  '--count=3',
  '--value $list',
  '--value=$name',
  '--rest=$list',
  '--rest "$name"',
  '--wrong',
  '--help',
)
const command = fc.constantFrom(many, commandWith(z.array(option.json())))
const line = fc.array(word, { maxLength: 7 }).map((words) => `many ${words.join(' ')}`)

const record: fc.Arbitrary<PawlRecord> = fc.record({
  name: fc.constantFrom<PawlRecord[string]>('web', 'api', 'x', 7, null),
  n: fc.constantFrom<PawlRecord[string]>(1, 9, 10, 'two', '3'),
  up: fc.constantFrom<PawlRecord[string]>(true, false, 'true', 'yes'),
  list: fc.constantFrom<PawlRecord[string]>(['a', 'b'], [1], [], 'c'),
})

function tokensOf(text: string) {
  const parsed = parsePipeline(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.pipeline.stages[0]?.tokens.slice(1) ?? []
}

describe('bindEach', () => {
  it('gives each record what binding the whole stage gives it, whatever came before', () => {
    fc.assert(
      fc.property(command, line, fc.array(record, { minLength: 1, maxLength: 5 }), (command, text, records) => {
        const tokens = tokensOf(text)
        const bind = bindEach(command, tokens)
        for (const one of records) {
          const whole = bindStage(command, tokens, resolverOf(one))
          const bound = bind(resolverOf(one))
          expect(bound.ok ? bound.args : bound.problems).toEqual(whole.ok ? whole.args : whole.problems)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('goes on after a record that could not be bound', () => {
    const bind = bindEach(many, tokensOf('many $name --count $n'))
    const outcomes = [
      { name: 'web', n: 1 },
      { name: 'web', n: 10 },
      { name: 'api', n: 2 },
    ].map((one) => {
      const bound = bind(resolverOf(one))
      return bound.ok ? bound.args : bound.problems.map(({ message }) => message)
    })
    expect(outcomes).toEqual([
      { first: 'web', count: 1, force: false, rest: [] },
      ['count must be at most 9'],
      { first: 'api', count: 2, force: false, rest: [] },
    ])
  })

  it('checks the arguments of every record, those of the second too', () => {
    const bind = bindEach(many, tokensOf('many $name'))
    expect(bind(resolverOf({ name: 'web' })).ok).toBe(true)
    expect(bind(resolverOf({ name: 'x' })).ok).toBe(false)
    expect(bind(resolverOf({ name: 7 })).ok).toBe(false)
  })
})
