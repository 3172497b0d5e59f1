import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Json } from '../json.ts'
import type { Token, Value } from '../language/tree.ts'
import { type Bound, bindStage, bindTyped } from './bind.ts'
import { noRecord, type Resolve, variableText } from './bind-values.ts'
import { defineCommand } from './define.ts'
import { option } from './options.ts'
import { maskPlaces } from './redact.ts'

const deploy = defineCommand({
  name: 'deploy',
  summary: 'Deploy',
  options: {
    service: z.string().min(1).describe('Service'),
    env: z.enum(['staging', 'prod']).describe('Where to'),
    count: z.int().min(-5).max(9).default(1).describe('How many').meta({ short: 'c' }),
    force: z.boolean().default(false).describe('Skip the check').meta({ short: 'f' }),
  },
  effects: 'write',
  rules: ['when command is deploy allow'],
  handler: () => null,
})

const many = defineCommand({
  name: 'many',
  summary: 'Many',
  options: {
    first: z.string().describe('First'),
    ratio: z.number().optional().describe('Ratio'),
    who: option.user().optional().describe('Who'),
    token: z.string().optional().describe('Token').meta({ secret: true }),
    rest: z.array(z.string()).default([]).describe('Rest'),
  },
  effects: 'read',
  rules: ['when command is many allow'],
  handler: () => null,
})

/** A small stand-in for the parser: words and options of a line without quotes, with their places. */
function tokens(line: string): Token[] {
  return [...line.matchAll(/\S+/g)].map((match): Token => {
    const [text] = match
    const place = { at: match.index, end: match.index + text.length }
    const parts = /^(--?)([^=\d-][^=]*)(?:=(.*))?$/.exec(text)
    if (!parts) return { ...place, kind: 'word', value: valueIn(text) }
    const [, dashes, name = '', value] = parts
    return { ...place, kind: 'option', name, long: dashes === '--', value: value === undefined ? null : valueIn(value) }
  })
}

function valueIn(text: string): Value {
  return text.startsWith('$') ? { kind: 'variable', path: [text.slice(1)] } : { kind: 'text', text, quoted: false }
}

function args(bound: Bound): unknown {
  return bound.ok ? bound.args : bound.problems.map(({ message }) => message)
}

const bound = (command: typeof deploy, line: string, resolve: Resolve = noRecord) =>
  bindStage(command, tokens(line), resolve)

describe('bindStage', () => {
  const expected = { service: 'web', env: 'prod', count: 2, force: true }

  it.each([
    'web prod 2 --force',
    '--force web prod 2',
    'web prod 2 -f',
    'web --env prod 2 --force=true',
    '--env=prod web 2 -f=true',
    '-c 2 --env prod --service web -f',
    '2 --env prod --service=web --force',
    'web prod -c=2 -f',
  ])('reads "%s" as the same arguments', (line) => {
    expect(args(bound(deploy, line))).toEqual(expected)
  })

  it('turns a switch off by --no-name and by =false', () => {
    expect(args(bound(deploy, 'web prod --no-force'))).toMatchObject({ force: false })
    expect(args(bound(deploy, 'web prod --force=false'))).toMatchObject({ force: false })
  })

  it('gives a switch no word: the word after it is positional', () => {
    expect(args(bound(deploy, '--force web prod'))).toMatchObject({ force: true, service: 'web' })
  })

  it("reads a value by the schema's type and leaves text as typed", () => {
    expect(args(bound(many, '1.10 --ratio 1.10 007 5'))).toEqual({
      first: '1.10',
      ratio: 1.1,
      who: '007',
      rest: [],
      token: '5',
    })
    expect(args(bound(deploy, '5 prod -5'))).toMatchObject({ service: '5', count: -5 })
  })

  it('gives the list what is left, or what is named again and again', () => {
    expect(args(bound(many, 'a 1 U1 t x y z'))).toMatchObject({ rest: ['x', 'y', 'z'] })
    expect(args(bound(many, 'a --rest x --rest=y'))).toMatchObject({ rest: ['x', 'y'] })
    expect(args(bound(many, 'a 1 U1 t x --rest y'))).toEqual([expect.stringContaining('one word too many')])
  })

  it.each(['U024BE7LH', '<@U024BE7LH>', '<@U024BE7LH|ada>', '@U024BE7LH'])('reads %s as a person', (text) => {
    expect(args(bound(many, `a --who ${text}`))).toMatchObject({ who: 'U024BE7LH' })
  })

  it('names missing, mistyped, unknown and duplicate options at once, each with its place', () => {
    const result = bound(deploy, 'web --count two --forse --env x --env y')
    expect(result).toMatchObject({
      ok: false,
      problems: [
        { option: 'count', message: 'count must be a whole number', place: { at: 12, end: 15 } },
        { option: null, message: 'there is no option --forse: did you mean --force?', place: { at: 16, end: 23 } },
        { option: 'env', message: 'env is given twice: give it once', place: { at: 38, end: 39 } },
      ],
    })
    expect(args(bound(deploy, ''))).toEqual([
      'service is missing: give text (Service)',
      'env is missing: give one of staging, prod',
    ])
  })

  it.each([
    ['web --env staging 3 x', 'one word too many: deploy takes only service, env, count'],
    ['web prod 3 x y', '2 words too many'],
    [
      'web prod --verbose',
      'there is no option --verbose: the options are --service, --env, --count (-c), --force (-f)',
    ],
    ['web prod -x', 'there is no option -x: the options are'],
    ['web prod --force=yes', 'force must be true or false'],
    ['web prod --no-force=true', '--no-force takes no value'],
    ['web prod --no-count', 'there is no option --no-count'],
    ['web prod --count', '--count needs a value: give a whole number (How many)'],
    ['web --env --force', '--env needs a value: give one of staging, prod'],
    ['web prod 1e3', 'count must be a whole number'],
    ['web prod 0x5', 'count must be a whole number'],
    ['web prod 9007199254740993', 'count must be a whole number'],
    ['web prod 10', 'count must be at most 9'],
    ['web prod 1 --constructor x', 'there is no option --constructor'],
  ])('says of "%s": %s', (line, message) => {
    expect(args(bound(deploy, line))).toEqual([expect.stringContaining(message)])
  })

  it('takes the word of a misspelled option with it, so that one slip is one problem', () => {
    expect(args(bound(deploy, 'web --evn prod'))).toEqual(['there is no option --evn: did you mean --env?'])
  })

  it('answers --help before any problem', () => {
    expect(bound(deploy, '--nope --help')).toMatchObject({ ok: false, help: true, problems: [] })
    expect(bound(deploy, 'web prod --help=x')).toMatchObject({ ok: false, help: false })
  })

  it('keeps the type of a variable that is the whole word and never parses it again', () => {
    const resolve: Resolve = ([name]) =>
      name === 'n' ? { ok: true, value: 3 } : name === 's' ? { ok: true, value: '3' } : { ok: true, value: ['p', 'q'] }
    expect(args(bound(deploy, 'web prod $n', resolve))).toMatchObject({ count: 3 })
    expect(args(bound(deploy, 'web prod $s', resolve))).toEqual(['count must be a whole number'])
    expect(args(bound(deploy, '$n prod', resolve))).toEqual(['service must be text'])
    expect(args(bound(many, 'a --rest $l --rest z', resolve))).toMatchObject({ rest: ['p', 'q', 'z'] })
  })

  it('makes text of a template', () => {
    const template: Token = { at: 0, end: 9, kind: 'word', value: { kind: 'template', pieces: ['to ', ['x', 'y']] } }
    const result = bindStage(many, [template], () => ({ ok: true, value: 5 }))
    expect(args(result)).toMatchObject({ first: 'to 5' })
  })

  it('names a variable without a value, with its place', () => {
    expect(bound(deploy, 'web $env')).toMatchObject({
      problems: [
        { option: 'env', message: expect.stringContaining('$env has no value here'), place: { at: 4, end: 8 } },
      ],
    })
  })

  it.each([
    'a --token hunter2',
    'a --token=hunter2',
    'a 1 U1 hunter2',
    'a --tokn hunter2',
    'a --tokn=hunter2',
    'a --token hunter2 --nope',
    'a 1 U1 x y --rest z hunter2',
  ])('knows where the secret stands in "%s"', (line) => {
    expect(maskPlaces(line, bound(many, line).secrets)).not.toContain('hunter2')
  })

  it('never repeats a value in a problem', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{6,12}$/), (value) => {
        const result = bound(deploy, `${value}=1 zz${value} ${value} --count=${value} -f=${value} more${value}`)
        return !result.ok && result.problems.every(({ message }) => !message.includes(value))
      }),
    )
  })
})

describe('bindTyped', () => {
  it('splits the text of a list at white space', () => {
    expect(
      args(
        bindTyped(
          many,
          new Map<string, Json>([
            ['first', 'a b'],
            ['rest', ' x  y '],
          ]),
        ),
      ),
    ).toMatchObject({ first: 'a b', rest: ['x', 'y'] })
  })

  it('refuses what the schema refuses, and unknown names', () => {
    const options = new Map<string, Json>([
      ['service', 'web'],
      ['env', 'moon'],
      ['__proto__', 'x'],
    ])
    expect(args(bindTyped(deploy, options))).toEqual([
      expect.stringContaining('there is no option __proto__'),
      'env must be one of staging, prod',
    ])
  })

  it('gives what the same values give on a line, wherever they stand and however they are named', () => {
    const values = fc.record(
      {
        service: fc.stringMatching(/^[a-z0-9.]{0,5}$/),
        env: fc.constantFrom('staging', 'prod', 'moon'),
        count: fc.integer({ min: -8, max: 12 }),
        force: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.boolean()), fc.nat(), (given, coins, turn) => {
        const named = Object.entries(given).flatMap(([name, value]): Token[][] => {
          const place = { at: 0, end: 0 }
          const text: Value = { kind: 'text', text: String(value), quoted: true }
          const long = { ...place, kind: 'option', name, long: true } as const
          if (value === true && coins.next().value) return [[{ ...long, value: null }]]
          if (value === false && coins.next().value) return [[{ ...long, name: `no-${name}`, value: null }]]
          if (typeof value === 'boolean' || coins.next().value) return [[{ ...long, value: text }]]
          return [
            [
              { ...long, value: null },
              { ...place, kind: 'word', value: text },
            ],
          ]
        })
        const order = named.map((_, i) => named[(i + turn) % named.length] ?? [])
        const line = bindStage(deploy, order.flat(), noRecord)
        const typed = bindTyped(deploy, new Map(Object.entries(given)))
        const sorted = (result: Bound) => (result.ok ? result.args : [...(args(result) as string[])].sort())
        expect(sorted(line)).toEqual(sorted(typed))
      }),
    )
  })
})

describe('variableText', () => {
  it('writes a path as a person types it', () =>
    expect(variableText(['x', 'key', 'a key', 0])).toBe('$x.key["a key"][0]'))
})
