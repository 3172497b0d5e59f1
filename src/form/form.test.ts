import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { option } from '../command/options.ts'
import { draftOf, flagsOf, NEW_DRAFT } from './draft.ts'
import type { FieldValue } from './form.ts'
import { readForm } from './read.ts'
import { formOf, stepsOf } from './steps.ts'

const base = { effects: 'read' as const, handler: () => null }

const everything = defineCommand({
  ...base,
  name: 'all kinds',
  summary: 'Everything',
  options: {
    key: z.string().min(3).meta({ secret: true }).describe('A key'),
    service: z.string().max(200).describe('Service'),
    env: z.enum(['staging', 'prod']).describe('Where'),
    count: z.int().min(1).max(9).default(2).describe('How many'),
    ratio: z.number().optional().describe('Ratio'),
    force: z.boolean().default(false).describe('Force'),
    who: option.user().optional().describe('Who'),
    where: option.channel().optional().describe('Where to'),
    text: z.string().max(201).optional().describe('A long text'),
    host: z.string().optional().describe('A host'),
    tags: z.array(z.int().max(9)).optional().describe('Tags'),
  },
  complete: { host: () => ['a'] },
  rules: ['when command is all:kinds allow'],
})

const steps = (fields: number) => stepsOf(everything, { fields })
const names = (fields: number) => steps(fields)?.map((options) => options.map(({ name }) => name))
const step = (at: number, fields = 50) =>
  formOf({
    id: 'f_0123456789abcdef',
    command: everything,
    draft: { ...NEW_DRAFT, step: at },
    steps: steps(fields) ?? [],
  })

describe('the steps of a form', () => {
  it('keep the order of the options, five at a time, and ask for secrets last', () => {
    expect(names(5)).toEqual([
      ['service', 'env', 'count', 'ratio', 'force'],
      ['who', 'where', 'text', 'host', 'tags'],
      ['key'],
    ])
    expect(names(11)).toHaveLength(1)
    expect(names(10)).toHaveLength(2)
    expect(names(50)?.[0]?.at(-1)).toBe('key')
  })

  it('are none where there are no options, or more secrets than fit into one', () => {
    const none = defineCommand({ ...base, name: 'none', summary: 'None', rules: ['when command is none allow'] })
    const secret = () => z.string().meta({ secret: true }).describe('S')
    const two = defineCommand({
      ...base,
      name: 'two',
      summary: 'Two',
      options: { a: secret(), b: secret() },
      rules: ['when command is two allow'],
    })
    expect(stepsOf(none, { fields: 5 })).toBeNull()
    expect(stepsOf(two, { fields: 1 })).toBeNull()
    expect(stepsOf(two, { fields: 2 })).toHaveLength(1)
  })

  it('hold each option once, and never more fields than fit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (fields) => {
        const found = names(fields) ?? []
        expect(found.flat().sort()).toEqual(everything.options.map(({ name }) => name).sort())
        for (const one of found) expect(one.length).toBeLessThanOrEqual(fields)
      }),
    )
  })
})

describe('a field', () => {
  it('is of the kind that its option is filled in as', () => {
    const kinds = Object.fromEntries(step(1).fields.map(({ name, kind }) => [name, kind]))
    expect(kinds).toEqual({
      key: 'secret',
      service: 'text',
      env: 'choice',
      count: 'number',
      ratio: 'number',
      force: 'boolean',
      who: 'user',
      where: 'channel',
      text: 'lines',
      host: 'completed',
      tags: 'lines',
    })
  })

  it('shows the default, the bounds, and what was typed in place of both, but of a secret nothing', () => {
    const field = (name: string) => step(1).fields.find((one) => one.name === name)
    expect(field('count')).toMatchObject({ value: '2', min: 1, max: 9, whole: true, required: false })
    expect(field('env')).toMatchObject({ choices: ['staging', 'prod'], required: true })
    expect(field('service')).toMatchObject({ length: 200 })
    expect(field('tags')).toMatchObject({ list: true, hint: 'Tags; one a line' })
    const draft = draftOf(everything, { key: 'hush', service: 'web', count: 7, tags: [1, 2] }, {})
    expect(draft.values).toEqual({ service: 'web', count: '7', tags: ['1', '2'] })
    const cleared = formOf({
      id: 'f_0123456789abcdef',
      command: everything,
      draft: { ...draft, values: { ...draft.values, count: '' }, problems: [['env', 'env is missing']] },
      steps: steps(50) ?? [],
    })
    expect(cleared.fields.find(({ name }) => name === 'count')).not.toHaveProperty('value')
    expect(cleared.fields.find(({ name }) => name === 'env')?.problem).toBe('env is missing')
  })

  it('of a list of words says nothing of lines', () => {
    const said = defineCommand({
      ...base,
      name: 'said',
      summary: 'Said',
      options: { note: z.array(z.string()).default([]).meta({ words: true }).describe('A note') },
      rules: ['when command is said allow'],
    })
    const steps = stepsOf(said, { fields: 5 }) ?? []
    expect(formOf({ id: 'f', command: said, draft: NEW_DRAFT, steps }).fields).toMatchObject([
      { name: 'note', kind: 'lines', hint: 'A note' },
    ])
  })

  it('is followed by what the button does', () => {
    expect(step(1, 5)).toMatchObject({ step: 1, steps: 3, submit: 'Next', title: 'all kinds', intro: 'Everything' })
    expect(step(3, 5)).toMatchObject({ step: 3, submit: 'Run' })
    expect(step(9, 5).step).toBe(3)
    const dry = { ...NEW_DRAFT, flags: { 'dry-run': true } }
    expect(formOf({ id: 'f', command: everything, draft: dry, steps: steps(50) ?? [] })).toMatchObject({
      submit: 'Dry run',
      intro: 'Everything. Dry run: nothing will be changed.',
    })
  })
})

describe('the reason', () => {
  const approved = (approver: string | null) => ({ ...everything, approver })

  it('is asked for where the module wants approval, behind the options and before the secrets', () => {
    const last = stepsOf(approved('all:approve'), { fields: 50 })?.[0]?.map(({ name }) => name)
    expect(last?.slice(-3)).toEqual(['tags', 'why', 'key'])
    expect(names(50)?.[0]).not.toContain('why')
  })

  it('has to be given where the arguments that were given want one, and not where they do not', () => {
    const deploy = defineCommand({
      ...base,
      name: 'deploy',
      summary: 'Deploy',
      options: { env: z.enum(['prod', 'staging']).describe('Where'), word: z.string().default('x').describe('Word') },
      effects: 'write',
      confirm: { when: ({ word }) => word !== 'x', word: ({ word }) => word },
      approval: { permission: 'deploy:approve', reason: true, when: ({ env }) => env === 'prod' },
      rules: ['when command is deploy allow'],
    })
    const steps = stepsOf(deploy, { fields: 5 }) ?? []
    const required = (given: Record<string, string>) =>
      formOf({ id: 'f', command: deploy, draft: draftOf(deploy, given, {}), steps }).fields.find(
        ({ name }) => name === 'why',
      )?.required
    expect(required({ env: 'prod' })).toBe(true)
    expect(required({ env: 'staging' })).toBe(false)
    // Nothing is known yet, and where a module stumbles over what was given nothing can be.
    expect(required({})).toBe(false)
    expect(required({ env: 'nowhere' })).toBe(false)
    expect(required({ env: 'prod', word: ' ' })).toBe(false)
  })

  it('is what the line gave until something else is typed, and none once it is cleared', () => {
    const command = approved('all:approve')
    const draft = draftOf(command, {}, { why: 'so', 'dry-run': true })
    expect(draft).toMatchObject({ values: { why: 'so' }, flags: { 'dry-run': true } })
    expect(flagsOf(command, draft, draft.values)).toEqual({ 'dry-run': true, why: 'so' })
    expect(flagsOf(command, draft, { why: ' ' })).toEqual({ 'dry-run': true })
    const other = draftOf(everything, {}, { why: 'so' })
    expect(flagsOf(everything, other, { why: 'else' })).toEqual({ why: 'so' })
  })
})

describe('what was typed into a form', () => {
  const good: Record<string, FieldValue> = { key: 'abc', service: 'web', env: 'prod' }
  const read = (values: Record<string, FieldValue | null>) => readForm(everything, (name) => values[name])

  it('is read by the type of the option, and what is empty is not given', () => {
    const values = { ...good, count: ' 3 ', ratio: '', force: true, who: '<@U1|ada>', tags: '1\n\n 2 ', host: null }
    expect(read(values)).toEqual({
      raw: { key: 'abc', service: 'web', env: 'prod', count: 3, force: true, who: 'U1', tags: [1, 2] },
      problems: new Map(),
    })
    expect(read({ ...good, service: ' web\n', force: 'false', tags: ['4'], who: ['U2'] }).raw).toMatchObject({
      service: ' web\n',
      force: false,
      tags: [4],
      who: 'U2',
    })
  })

  it('has the problems that it has on a line, in the order of the options', () => {
    const { problems } = read({ key: 'ab', service: '', env: 'nowhere', count: '1.5', tags: '1\nx', who: ['U1', 'U2'] })
    expect([...problems]).toEqual([
      ['key', 'key must have at least 3 characters'],
      ['service', 'service is missing: give text (Service)'],
      ['env', 'env must be one of staging, prod'],
      ['count', 'count must be a whole number'],
      ['who', 'who takes one value'],
      ['tags', 'value 2 of tags must be a whole number'],
    ])
    expect([...read({ ...good, count: '10', tags: ['3', '10'] }).problems.keys()]).toEqual(['count', 'tags'])
  })

  it('is, sent back as it was shown, what the line had given', () => {
    const text = fc.string({ minLength: 1, maxLength: 200 })
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
    const given = fc.record({
      service: text,
      env: fc.constantFrom('staging', 'prod'),
      count: fc.integer({ min: 1, max: 9 }),
      ratio: optional(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
      force: fc.boolean(),
      text: optional(text),
      host: optional(text),
      tags: optional(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1 })),
    })
    fc.assert(
      fc.property(given, (args) => {
        const raw = JSON.parse(JSON.stringify(args))
        const draft = draftOf(everything, raw, {})
        const { fields } = formOf({ id: 'f', command: everything, draft, steps: steps(50) ?? [] })
        const read = readForm(everything, (name) => fields.find((one) => one.name === name)?.value)
        expect(read.raw).toEqual(raw)
        expect([...read.problems.keys()]).toEqual(['key'])
      }),
    )
  })

  it('gives what its own default shows', () => {
    const shown = Object.fromEntries(
      step(1).fields.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    )
    const checked = everything.check(read({ ...shown, ...good }).raw)
    const plain = everything.check(read(good).raw)
    expect(checked).toEqual(plain)
    expect(checked.ok).toBe(true)
  })
})
