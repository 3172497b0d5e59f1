/** Completion behind the doors: of a line's values, of a native option, of a form's field; what is slow or fails gives nothing. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import type { CompletionContext } from '../../src/command/command.ts'
import type { FieldValue } from '../../src/form/form.ts'
import { FIVE, formFor, hall, rest, says, submits, who } from './forms.kit.ts'
import { worldWith } from './survive.kit.ts'

const HOSTS = ['web-1', 'web-2', 'web three', 'db']
let asked: CompletionContext[] = []
/** What the signal of the completer said in the end. */
let stopped = false
let gives: (typed: string, ctx: CompletionContext) => unknown = () => []

const restart = defineCommand({
  name: 'restart',
  summary: 'Restart a host',
  options: {
    host: z
      .string()
      .regex(/^[a-z0-9 -]+$/)
      .max(60)
      .describe('Host'),
    env: z.enum(['staging', 'prod']).default('staging').describe('Where'),
    force: z.boolean().default(false).describe('Force'),
    size: z.int().max(9).optional().describe('Size'),
    key: z.string().optional().meta({ secret: true }).describe('Key'),
    tags: z.array(z.string()).optional().describe('Tags'),
  },
  effects: 'read',
  rules: ['when command is restart allow', 'when command is restart with option[env] == "prod" must have restart:prod'],
  complete: {
    host: (typed, ctx) => {
      asked.push(ctx)
      return gives(typed, ctx) as string[]
    },
    size: () => ['3', '10', 'many'],
    key: () => ['hush'],
    tags: (typed) => ['red', 'green'].filter((tag) => tag.startsWith(typed)),
  },
  handler: () => null,
})

const closed = defineCommand({
  name: 'closed',
  summary: 'Closed',
  options: { host: z.string().describe('Host') },
  effects: 'read',
  rules: ['when command is closed must have closed:run'],
  complete: { host: () => ['inside'] },
  handler: () => null,
})

let lines: string[] = []
beforeAll(async () => {
  await worldWith(restart, closed)
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(String(line)))
})
afterEach(async () => {
  await rest()
  asked = []
  lines = []
  gives = () => []
})

const starting = (typed: string) => HOSTS.filter((host) => host.startsWith(typed))
const option = (name: string, typed: string, others: Record<string, string | boolean> = {}, command = 'restart') =>
  hall().completeOption(who('grace'), {
    path: [command],
    option: name,
    typed,
    others: new Map(Object.entries(others)),
  })
const logged = () => lines.filter((line) => line.includes('no completion'))

describe('a native option', () => {
  it('is completed by the module, which is told who asks and where', async () => {
    gives = starting
    expect(await option('host', 'web')).toEqual(['web-1', 'web-2', 'web three'])
    expect(asked[0]).toMatchObject({ actor: who('grace').actor, channel: { id: 'C0OPS00001' } })
    expect(asked[0]?.setting('SLACK_BOT_TOKEN')).toBeUndefined()
  })

  it('is completed with its choices, true and false without one', async () => {
    expect(await option('env', 'S')).toEqual(['staging'])
    expect(await option('force', '')).toEqual(['true', 'false'])
    expect(await option('nothing', '')).toEqual([])
  })

  it('gets the last word of a list completed', async () => {
    expect(await option('tags', 'blue  gr')).toEqual(['blue  green'])
    expect(await option('tags', '')).toEqual(['red', 'green'])
  })

  it('is offered only what it takes, once, and nothing too long', async () => {
    expect(await option('size', '')).toEqual(['3'])
    gives = () => ['ok', 'ok', 'NOT', 7, null, '', 'x'.repeat(60), 'x'.repeat(61)]
    expect(await option('host', '')).toEqual(['ok', 'x'.repeat(60)])
    gives = () => Array.from({ length: 40 }, (_, i) => `h${i}`)
    expect(await option('host', '')).toHaveLength(25)
    for (const odd of ['text', undefined, null, { 0: 'a' }, 5]) {
      gives = () => odd
      expect(await option('host', '')).toEqual([])
    }
  })

  it('of a secret is never completed', async () => {
    expect(await option('key', '')).toEqual([])
  })

  it('is completed only of a command that the person may run, with what else is typed', async () => {
    gives = starting
    expect(await option('host', '', {}, 'closed')).toEqual([])
    expect(await option('host', 'db', { env: 'staging' })).toEqual(['db'])
    expect(await option('host', 'db', { env: 'prod' })).toEqual([])
    expect(await option('host', 'db', { env: 'pro', size: 'many' })).toEqual(['db'])
    expect(asked).toHaveLength(2)
    const ada = await hall().completeOption(who('ada'), {
      path: ['restart'],
      option: 'host',
      typed: 'db',
      others: new Map([['env', 'prod']]),
    })
    expect(ada).toEqual(['db'])
  })
})

describe('an id that a command of Pawl takes', () => {
  const ids = (name: 'ada' | 'grace', command: string, option: string, typed: string) =>
    hall().completeOption(who(name), { path: command.split(' '), option, typed, others: new Map() })

  it('is completed for who may use it, out of what is there', async () => {
    await says('ada', 'freeze start one')
    await says('ada', 'freeze start two')
    expect(await ids('ada', 'freeze end', 'id', '')).toEqual(['1', '2'])
    expect(await ids('ada', 'freeze end', 'id', '2')).toEqual(['2'])
    expect(await ids('grace', 'freeze end', 'id', '')).toEqual([])
    await says('ada', 'freeze end 1')
    expect(await ids('ada', 'freeze end', 'id', '')).toEqual(['2'])
    await says('ada', 'freeze end 2')
  })
})

describe('a completer', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no such service')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no such service'))],
  ])('that %s gives nothing, and is logged once', async (_, fails) => {
    gives = fails
    expect(await option('host', 'w')).toEqual([])
    expect(logged()).toHaveLength(1)
    expect(logged()[0]).toContain('no such service')
  })

  it('that takes too long gives nothing within the 3 s, hears so by its signal, and is logged once', async () => {
    stopped = false
    gives = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true
          reject(new Error('stopped'))
        })
      })
    const started = Date.now()
    expect(await option('host', 'w')).toEqual([])
    expect(Date.now() - started).toBeLessThan(2_500)
    expect(stopped).toBe(true)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
    expect(logged()).toHaveLength(1)
  })

  it('is asked for the value on a line that is being typed', async () => {
    gives = starting
    const complete = (typed: string) => hall().complete(who('grace'), typed)
    expect(await complete('restart web-')).toEqual(['restart web-1', 'restart web-2'])
    expect(await complete("echo x | restart --host 'web t")).toEqual(["echo x | restart --host 'web three'"])
    expect(await complete('closed ins')).toEqual([])
    expect(await complete('restart db --env=p')).toEqual(['restart db --env=prod'])
    expect(await complete('restart --key ')).toEqual([])
  })
})

describe('a field of a form', () => {
  const field = (
    form: string,
    name: string,
    typed: string,
    person: 'grace' | 'ada' = 'grace',
    values: Record<string, FieldValue | null> = {},
  ) => hall().completeField(who(person), { form, field: name, typed, values: new Map(Object.entries(values)) })

  it('is completed for whoever it belongs to', async () => {
    gives = starting
    const { id, fields } = await formFor('grace', 'restart')
    expect(fields[0]).toMatchObject({ name: 'host', kind: 'completed' })
    expect(await field(id, 'host', 'web-')).toEqual(['web-1', 'web-2'])
    expect(await field(id, 'env', 'p')).toEqual(['prod'])
    expect(asked[0]?.channel).toMatchObject({ id: 'C0OPS00001' })
    expect(await field(id, 'host', 'web-', 'ada')).toEqual([])
    expect(await field('f_0123456789abcdef', 'host', 'web-')).toEqual([])
    expect(await field(id, 'nothing', '')).toEqual([])
    expect(asked).toHaveLength(1)
  })

  it('is completed only where the person may run the command with what stands in the other fields, now or before', async () => {
    gives = starting
    const { id } = await formFor('grace', 'restart --env=staging')
    expect(await field(id, 'host', 'db')).toEqual(['db'])
    expect(await field(id, 'host', 'db', 'grace', { env: 'prod' })).toEqual([])
    const prod = await formFor('grace', 'restart')
    await submits('grace', prod, { host: '', env: 'prod' })
    expect(await field(prod.id, 'host', 'db')).toEqual([])
    expect(await field(prod.id, 'host', 'db', 'grace', { env: 'staging' })).toEqual(['db'])
    // The field that is being typed decides nothing.
    expect(await field(prod.id, 'env', 's')).toEqual(['staging'])
  })

  it('is completed only where the person may run the command in the room where the form was asked for', async () => {
    gives = starting
    const { id } = await formFor('grace', 'restart')
    const elsewhere = { channel: { id: 'C0GENERAL1', kind: 'channel' as const } }
    const { id: other } = await formFor('grace', 'restart', elsewhere)
    const actor = who('ada').actor
    await says('ada', `rule create 'when command is restart with not channel == "#general" forbid'`)
    const rule = await env.DB.prepare("SELECT id FROM rules WHERE text LIKE '%#general%'").first<number>('id')
    expect(rule).not.toBeNull()
    expect(actor.platform).toBe('slack')
    expect(await field(id, 'host', 'db')).toEqual([])
    expect(await field(other, 'host', 'db')).toEqual(['db'])
    await says('ada', `rule delete ${rule}`)
  })

  it('in which a command is picked offers those that the person may run', async () => {
    const address = { platform: 'slack', team: 'T0PAWL', channel: 'U0GRACE001', user: 'U0GRACE001' }
    const opened = await hall().shortcut({ ...who('grace'), address, kind: 'global' }, FIVE)
    const id = opened.ok ? opened.form.id : ''
    expect(await field(id, 'command', 'sta')).toEqual(['restart'])
    expect(await field(id, 'command', 'closed')).toEqual([])
    const all = await field(id, 'command', '')
    expect(all.length).toBeLessThanOrEqual(25)
    expect(await field(id, 'line', 'res')).toEqual([])
  })

  it('gives nothing when D1 cannot be asked', async () => {
    const { id } = await formFor('grace', 'restart')
    const broken = vi.spyOn(env.DB, 'withSession').mockImplementation(() => {
      throw new Error('D1 is away')
    })
    expect(await field(id, 'env', '')).toEqual([])
    broken.mockRestore()
    expect(logged()).toHaveLength(1)
    await submits('grace', { id, step: 1 }, {})
  })
})
