import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { md } from '../chat/markdown.ts'
import { NO_CARE } from './care.ts'
import type { Context } from './command.ts'
import { defineCommand, isCommand } from './define.ts'
import type { Definition, HandlerResult, OptionSchemas } from './definition.ts'
import { option } from './options.ts'

const deploy = defineCommand({
  name: 'deploy',
  summary: 'Deploy a service to an environment',
  options: {
    service: z.string().min(1).max(60).describe('Service to deploy'),
    env: z.enum(['staging', 'prod']).describe('Where to'),
    force: z.boolean().default(false).describe('Skip the health check').meta({ short: 'f' }),
  },
  effects: 'write',
  run: 'job',
  singleton: ({ service, env }) => ({ key: `deploy:${service}:${env}`, whenBusy: 'queue' }),
  rules: ['when command is deploy must have deploy:run'],
  approval: { when: ({ env }) => env === 'prod', permission: 'deploy:approve', expires: '1h' },
  complete: { service: (typed) => ['web', 'api'].filter((s) => s.startsWith(typed)) },
  async handler({ service, env, force }) {
    return { service, env, forced: force }
  },
  view: (records) => md`Deployed **${records[0].service}** to ${records[0].env}`,
})

/** A definition that is right but for the given fields. */
function define(fields: Partial<Definition<OptionSchemas, HandlerResult>> & { readonly [field: string]: unknown }) {
  return defineCommand({
    name: 'try',
    summary: 'Try it',
    effects: 'read',
    rules: [`when command is ${String(fields.name ?? 'try').replaceAll(' ', ':')} allow`],
    handler: () => null,
    ...fields,
  } as Definition<OptionSchemas, HandlerResult>)
}

const text = () => z.string().describe('Some text')

describe('defineCommand', () => {
  it('reads names, options and defaults of the definition once', () => {
    expect(deploy).toMatchObject({ path: ['deploy'], key: 'deploy', input: 'each', answer: 'channel', retry: 'unsafe' })
    expect(deploy.options).toEqual([
      {
        name: 'service',
        kind: 'string',
        list: false,
        required: true,
        summary: 'Service to deploy',
        secret: false,
        min: 1,
        max: 60,
        complete: true,
      },
      {
        name: 'env',
        kind: 'string',
        list: false,
        required: true,
        summary: 'Where to',
        choices: ['staging', 'prod'],
        secret: false,
        complete: false,
      },
      {
        name: 'force',
        kind: 'boolean',
        list: false,
        required: false,
        summary: 'Skip the health check',
        default: false,
        short: 'f',
        secret: false,
        complete: false,
      },
    ])
    expect(Object.isFrozen(deploy)).toBe(true)
    expect(isCommand(deploy)).toBe(true)
    expect(isCommand({ ...deploy })).toBe(false)
  })

  it('gives the handler, the lock, the approval and the view what `check` made', async () => {
    const checked = deploy.check({ service: 'web', env: 'prod' })
    if (!checked.ok) throw new Error('refused')
    expect(checked.args).toEqual({ service: 'web', env: 'prod', force: false })
    expect(deploy.singleton(checked.args)).toEqual({ key: 'deploy:web:prod', whenBusy: 'queue' })
    expect(deploy.care(checked.args)).toEqual({
      confirmation: null,
      approvals: [{ permission: 'deploy:approve', count: 1, expiresMs: 3_600_000, reason: false }],
    })
    expect(deploy.care({ ...checked.args, env: 'staging' })).toEqual(NO_CARE)
    expect(deploy.view([{ service: 'web', env: 'prod', forced: false }])).toEqual(
      md`Deployed **${'web'}** to ${'prod'}`,
    )
    expect(await deploy.complete('service', 'w', {} as never)).toEqual(['web'])
    expect(await deploy.complete('toString', 'w', {} as never)).toEqual([])
  })

  it('reads every supported kind', () => {
    const { options } = define({
      options: {
        union: z.union([z.literal('x'), z.literal('y')]).describe('Union'),
        literals: z.literal(['a', 'b']).describe('Literals'),
        count: z.int().min(1).max(9).describe('Integer'),
        above: z.int().gt(3).describe('Exclusive bound'),
        ratio: z.number().describe('Number'),
        who: option.user().describe('Person'),
        room: option.channel().describe('Channel'),
        token: z.string().optional().describe('Secret').meta({ secret: true }),
        tags: z
          .array(z.enum(['a', 'b']))
          .max(3)
          .default([])
          .describe('List'),
      },
    })
    expect(options.map(({ name, kind, list, required }) => [name, kind, list, required])).toEqual([
      ['union', 'string', false, true],
      ['literals', 'string', false, true],
      ['count', 'integer', false, true],
      ['above', 'integer', false, true],
      ['ratio', 'number', false, true],
      ['who', 'user', false, true],
      ['room', 'channel', false, true],
      ['token', 'string', false, false],
      ['tags', 'string', true, false],
    ])
    expect(options[0]?.choices).toEqual(['x', 'y'])
    expect(options[2]).toMatchObject({ min: 1, max: 9 })
    expect(options[3]?.min).toBe(4)
    expect(options[3]).not.toHaveProperty('max')
    expect(options[7]?.secret).toBe(true)
    expect(options[8]).toMatchObject({ choices: ['a', 'b'], max: 3, default: [] })
  })

  it.each([
    ['a list of users', z.array(option.user()).describe('People'), 'user'],
    ['a list of integers', z.array(z.int()).describe('Numbers'), 'integer'],
  ])('reads %s', (_what, schema, kind) => {
    expect(define({ options: { many: schema } }).options[0]).toMatchObject({ kind, list: true })
  })

  it('has a slash command of its own unless told, and refuses what is neither true nor false', () => {
    expect(define({}).slash).toBe(true)
    expect(define({ slash: false }).slash).toBe(false)
    // @ts-expect-error a text is no answer
    expect(() => define({ slash: 'no' })).toThrow('its slash must be true or false')
  })

  it('accepts the longest timeouts and refuses one second more', () => {
    expect(define({ timeout: '25s' }).timeoutMs).toBe(25_000)
    expect(() => define({ timeout: '26s' })).toThrow(
      "its timeout is 26s: at most 25s, as an inline command ends 30 s after its answer: write run: 'job'",
    )
    expect(define({ run: 'job', timeout: '24h' }).timeoutMs).toBe(86_400_000)
    expect(() => define({ run: 'job', timeout: '86401s' })).toThrow(
      'at most 1d, as a wake-up can be put off for no longer',
    )
  })

  it('accepts three words in a name and 25 options, and refuses one more', () => {
    expect(define({ name: 'a b c' }).key).toBe('a:b:c')
    expect(() => define({ name: 'a b c d' })).toThrow('has 4 words')
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`o${i}`, text()]))
    expect(define({ options: many(25) }).options).toHaveLength(25)
    expect(() => define({ options: many(26) })).toThrow('it has 26 options: Discord takes 25')
  })

  it.each<[string, { [field: string]: unknown }, string]>([
    ['an upper-case name', { name: 'Deploy' }, 'write it in lower case, as "deploy"'],
    ['a name with a dot', { name: 'a.b' }, 'use 1 to 32 letters'],
    ['a name that starts with a dash', { name: '-a' }, 'start it with a letter or a digit'],
    ['two spaces in a name', { name: 'a  b' }, 'cannot have the word ""'],
    ['the name pawl', { name: 'pawl x' }, 'cannot start with "pawl"'],
    ['no summary', { summary: '' }, "write summary: 'What it does'"],
    ['a summary of 101 characters', { summary: 'x'.repeat(101) }, 'its summary has 101 characters'],
    ['no effects', { effects: undefined }, "its effects must be 'read' or 'write'"],
    ['a misspelled run', { run: 'queue' }, "its run must be 'inline' or 'job'"],
    ['no handler', { handler: undefined }, 'it has no handler'],
    ['a view that is a text', { view: 'x' }, 'its view is not a function'],
    ['no rules', { rules: [] }, "nobody could run it: write rules: ['when command is try must have try:run'"],
    ['a rule that is none', { rules: ['allow'] }, 'rules[0] is not a rule'],
    ['a rule about another command', { rules: ['when command is deploy allow'] }, 'rules[0] is about deploy'],
    ['a singleton that is no function', { singleton: { key: 'x' } }, 'its singleton is not a function'],
    ['a timeout that is no duration', { timeout: '10 minutes' }, "write it as '90s' or '10m'"],
    ['an approval without a permission', { approval: {} }, 'its approval names no permission'],
    ['examples that are lines', { examples: ['try'] }, 'its examples are not pairs'],
    ['a completer without its option', { complete: { nope: () => [] } }, 'complete.nope: there is no option nope'],
    ['a check without its option', { check: { nope: () => null } }, 'check.nope: there is no option nope'],
    ['a check that is no function', { options: { a: text() }, check: { a: true } }, 'check.a is not a function'],
    ['the option help', { options: { help: text() } }, 'option help: the name "help" is taken'],
    [
      'an upper-case option',
      { options: { dryRun: text() } },
      'option dryRun: its name cannot be "dryRun": write it in lower case',
    ],
    ['the option __proto__', { options: { ['__proto__']: text() } }, 'start it with a letter or a digit'],
    [
      'an option without a description',
      { options: { a: z.string() } },
      'option a: it has no description: add .describe(',
    ],
    [
      'a description of 101 characters',
      { options: { a: z.string().describe('x'.repeat(101)) } },
      'its description has 101 characters',
    ],
    [
      'required after optional',
      { options: { a: text().optional(), b: text() } },
      'option b: it is required but stands after the optional a',
    ],
    [
      'a list that is not last',
      { options: { a: z.array(text()).describe('A'), b: text() } },
      'option a: a list takes all words that are left: declare it last',
    ],
    [
      'a short form of two letters',
      { options: { a: text().meta({ short: 'ab' }) } },
      'its short form is not one letter',
    ],
    [
      'a short form twice',
      { options: { a: text().meta({ short: 'x' }), b: text().meta({ short: 'x' }) } },
      'option b: its short form -x is that of a',
    ],
    [
      'an option that a negation means',
      { options: { a: z.boolean().default(false).describe('A'), 'no-a': text().optional() } },
      '--no-a already means that a is false',
    ],
    ['a date', { options: { a: z.date().describe('A') } }, 'option a: its kind is not supported (Date'],
    ['a transform', { options: { a: text().transform(Number) } }, 'option a: its kind is not supported (Transforms'],
    ['an object', { options: { a: z.object({}).describe('A') } }, 'option a: its kind is not supported'],
    ['a nullable', { options: { a: text().nullable() } }, 'option a: its kind is not supported'],
    [
      'a list of lists',
      { options: { a: z.array(z.array(text())).describe('A') } },
      'option a: its kind is not supported',
    ],
    [
      'a list of booleans',
      { options: { a: z.array(z.boolean()).describe('A') } },
      'a list of booleans cannot be typed',
    ],
    ['a numeric literal', { options: { a: z.literal(5).describe('A') } }, 'option a: its kind is not supported'],
    ['coercion', { options: { a: z.coerce.boolean().default(true).describe('A') } }, 'option a: it coerces'],
    [
      'an asynchronous check',
      { options: { a: text().refine(async () => true) } },
      'option a: it has an asynchronous check',
    ],
    ['something that is no schema', { options: { a: 'string' } }, 'option a: it is not a zod schema'],
  ])('refuses %s, with what to write instead', (_what, fields, message) => {
    expect(() => define(fields)).toThrow(message)
    expect(() => define(fields)).toThrow(`command "${String(fields.name ?? 'try')}": `)
  })

  it('names every problem of a definition at once', () => {
    expect(() => define({ summary: '', options: { a: z.string(), help: text() } })).toThrow(
      /summary.*option a.*option help|option a.*option help.*summary/,
    )
  })

  it('accepts the three ways to meet a lock that is taken, and refuses any other', () => {
    for (const whenBusy of ['reject', 'queue', 'join'] as const)
      expect(define({ singleton: () => ({ key: 'k', whenBusy }) }).singleton({})).toEqual({ key: 'k', whenBusy })
    const command = define({ singleton: (() => ({ key: 'k', whenBusy: 'wait' })) as never })
    expect(() => command.singleton({})).toThrow("must give whenBusy: 'queue', 'reject' or 'join'")
  })

  it('accepts a lock key of 200 characters and refuses one more or none', () => {
    const withKey = (key: string) => define({ singleton: () => ({ key, whenBusy: 'reject' }) })
    expect(withKey('k'.repeat(200)).singleton({})).not.toBeNull()
    expect(() => withKey('k'.repeat(201)).singleton({})).toThrow('a key of 1 to 200 characters')
    expect(() => withKey('').singleton({})).toThrow('a key of 1 to 200 characters')
  })
})

describe('types of a definition', () => {
  it('are inferred from the schemas and the result (checked by tsc)', () => {
    defineCommand({
      name: 'typed',
      summary: 'Typed',
      options: { env: z.enum(['staging', 'prod']).describe('Where to'), key: text().optional() },
      effects: 'read',
      rules: ['when command is typed allow'],
      handler({ env, key }) {
        const exact: 'staging' | 'prod' = env
        // @ts-expect-error an optional option may be undefined
        const wrong: string = key
        return [{ exact, wrong }]
      },
      // @ts-expect-error a record has what the handler returned, and nothing else
      view: ([first]) => md`${first.exact} ${first.missing}`,
    })
    defineCommand({
      name: 'misspelled',
      summary: 'Misspelled',
      options: { env: text() },
      effects: 'read',
      rules: ['when command is misspelled allow'],
      // @ts-expect-error a misspelled option is a compile error
      handler: ({ evn }) => ({ evn: String(evn) }),
    })
    defineCommand({
      name: 'none',
      summary: 'No options',
      effects: 'read',
      rules: ['when command is none allow'],
      // @ts-expect-error a command without options has no arguments
      handler: ({ any }) => String(any),
      // @ts-expect-error a scalar becomes { value }
      view: ([{ text: wrong }]) => md`${wrong}`,
    })
    define({ singleton: () => ({ key: 'k', whenBusy: 'join' }) })
    // @ts-expect-error a lock is refused, waited for, or joined
    define({ singleton: () => ({ key: 'k', whenBusy: 'wait' }) })
    define({
      run: 'job',
      handler: async (_args: unknown, ctx: Context) => {
        const count: number = await ctx.step('count', () => 1)
        await ctx.step('nothing', async () => {})
        const found: { id: number } = await ctx.poll('1m', () => (count > 1 ? { id: 1 } : null))
        // @ts-expect-error a poll goes on until there is something
        const none: null = await ctx.poll('1m', () => (count > 1 ? { id: 1 } : null))
        // @ts-expect-error what is stored is JSON
        await ctx.step('date', () => new Date())
        return { id: found.id, none }
      },
    })
    expect(true).toBe(true)
  })
})
