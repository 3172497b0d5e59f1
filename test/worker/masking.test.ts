/**
 * A secret leaves no trace: after commands that were called with one, print it, fail with it, log it and say it while they work, no
 * row of any table, no message in the chat and no line of the console has it.
 */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { CommandFailure, defineCommand, md } from '#pawl'
import { eventsOf, logOf, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

/** Built here, so that no scanner takes this file for a leak. */
const TOKEN = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')
const KEY = ['AKIA', 'IOSFODNN7EXAMPLE'].join('')
const PASSWORD = 'correct "horse" battery/staple'

const HOW = z.enum(['print', 'show', 'fail', 'break']).describe('What to do with it')
type How = z.output<typeof HOW>

function leak(how: How, text: string) {
  if (how === 'fail') throw new CommandFailure(`no entry with ${text}`, { shown: `> ${text}` })
  if (how === 'break') throw new TypeError(`cannot read ${text}`)
  // So long that a table would cut it in the middle.
  return { text, padded: `${'x'.repeat(40)} ${text}`, nested: [{ deep: text }] }
}

/** A token in an ordinary option. */
const leaky = defineCommand({
  name: 'leaky',
  summary: 'Say a text in many ways',
  options: { how: HOW, text: z.string().describe('What to say') },
  effects: 'write',
  rules: ['when command is leaky allow'],
  handler({ how, text }, ctx) {
    ctx.log(`asked with ${text}`)
    return leak(how, text)
  },
  view: (records) => md`It is **${records[0]?.text ?? 'nothing'}**, ${JSON.stringify(records)}`,
})

/** The same without a view of its own. */
const plainly = defineCommand({
  name: 'plainly',
  summary: 'Give a text',
  options: { how: HOW, text: z.string().describe('What to say') },
  effects: 'read',
  rules: ['when command is plainly allow'],
  handler: ({ how, text }) => leak(how, text),
})

const leakyJob = defineCommand({
  name: 'leaky job',
  summary: 'Say a text in many ways, as a job',
  options: { how: HOW, text: z.string().describe('What to say') },
  effects: 'write',
  run: 'job',
  rules: ['when command is leaky:job allow'],
  async handler({ how, text }, ctx) {
    ctx.log(`asked with ${text}`)
    await ctx.progress(`at work with ${text}`)
    await ctx.step('keep', () => ({ text }))
    await new Promise((resolve) => {
      setTimeout(resolve, 1_500)
    })
    return leak(how, text)
  },
})

/** A secret option, of any shape. */
const login = defineCommand({
  name: 'login',
  summary: 'Say a secret in many ways',
  options: { how: HOW, password: z.string().describe('Secret').meta({ secret: true }) },
  effects: 'write',
  rules: ['when command is login allow'],
  handler({ how, password }, ctx) {
    ctx.log(`logged in with ${password}, ${new URLSearchParams({ a: password })}, ${btoa(password)}`)
    return leak(how, password)
  },
})

/** The same, closed to all. */
const loginClosed = defineCommand({
  name: 'login-closed',
  summary: 'Take a secret',
  options: { password: z.string().describe('Secret').meta({ secret: true }) },
  effects: 'write',
  rules: ['when command is login-closed must have login:run'],
  handler: () => null,
})

/** Closed to one value. */
const loginApart = defineCommand({
  name: 'login-apart',
  summary: 'Take a secret that is not closed',
  options: { password: z.string().describe('Secret').meta({ secret: true }) },
  effects: 'write',
  rules: ['when command is login-apart allow', 'when command is login-apart with option[password] == "closed" forbid'],
  handler: () => null,
})

let world: World
const console_: string[] = []
beforeAll(async () => {
  for (const level of ['error', 'warn', 'log', 'info', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      console_.push(parts.map(String).join(' '))
    })
  world = await worldWith(leaky, plainly, leakyJob, login, loginClosed, loginApart)
})

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
  ).all<{ name: string }>()
  const dumps = await Promise.all(tables.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`).all()))
  return dumps.map(({ results }) => results.map((row) => Object.values(row).join('\n')).join('\n')).join('\n')
}

/** All that Pawl has ever said, in every form that was sent. */
function said(): string {
  const entries = world.simulator.timeline().filter(({ by }) => by === 'pawl')
  const rooms = [seesOf('ada', '#ops'), seesOf('grace', '#ops'), seesOf('ada', '#general')]
  return [...entries.map(({ text }) => text), ...rooms.flat().map(({ raw }) => JSON.stringify(raw))].join('\n')
}

const seesOf = (person: string, room: string) =>
  world.simulator.slack
    .user(person)
    .in(room)
    .sees()
    .filter(({ by }) => by === 'pawl')

/** A secret in the writings that are looked for. */
function formsOf(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (octet) => octet.toLowerCase()),
    new URLSearchParams({ a: secret }).toString().slice(2),
    btoa(secret),
  ]
}

async function expectNoTraceOf(secret: string): Promise<void> {
  const places = { database: await everything(), chat: said(), console: console_.join('\n') }
  for (const [place, text] of Object.entries(places)) {
    for (const form of formsOf(secret)) expect(text.includes(form), `${place} has ${form}`).toBe(false)
  }
}

const quoted = (text: string) => `'${text}'`

describe('a token of a well-known shape', () => {
  it.each(['print', 'fail', 'break'] as const)('leaves no trace when a command is to %s it', async (how) => {
    for (const command of ['leaky', 'plainly']) {
      const answer = await world.hears('ada', `/pawl ${command} ${how} ${quoted(`it is ${TOKEN}`)}`)
      expect(how === 'break' ? console_.at(-1) : answer).toContain('[secret]')
      expect((await world.newestRun(command)).line).toBe(`${command} ${how} 'it is [secret]'`)
    }
    await expectNoTraceOf(TOKEN)
  })

  it.each(['print', 'fail', 'break'] as const)('leaves no trace when a job is to %s it', async (how) => {
    const answer = await world.hears('ada', `/pawl leaky job ${how} ${quoted(KEY)}`)
    const run = await world.newestRun('leaky:job')
    expect(how === 'break' ? console_.at(-1) : answer).toContain('[secret]')
    expect(run.state).toBe(how === 'print' ? 'succeeded' : 'failed')
    expect(await logOf(run.id)).toEqual(['asked with [secret]'])
    expect(said()).toContain('at work with [secret]')
    await expectNoTraceOf(KEY)
  })

  it('leaves no trace in a line that is wrong, unknown or refused', async () => {
    await world.hears('ada', `/pawl leaky nonsense ${TOKEN}`)
    await world.hears('ada', `/pawl leaky "${TOKEN}`)
    await world.hears('ada', `/pawl ${TOKEN}`)
    await world.hears('ada', `/pawl leaky print ${TOKEN} && x`)
    await world.hears('grace', `/pawl deploy ${TOKEN} --env=prod`)
    await expectNoTraceOf(TOKEN)
  })

  it('goes on from stage to stage as it is, and to another room masked', async () => {
    const answer = await world.hears(
      'ada',
      `/pawl plainly print ${TOKEN} | filter 'text matches /ghp_.{36}/' | count > #general`,
    )
    expect(answer).not.toContain('failed')
    expect((await world.newestRun('plainly|filter|count')).records).toContain('1')
    await world.hears('ada', `/pawl plainly print ${TOKEN} > #general`)
    await vi.waitFor(() => expect(seesOf('ada', '#general').at(-1)?.text).toContain('[secret]'), { timeout: 5_000 })
    await expectNoTraceOf(TOKEN)
  })

  it('makes a line that !! does not repeat', async () => {
    await world.hears('ada', `/pawl plainly print ${TOKEN}`)
    expect(await world.hears('ada', '/pawl !!')).toContain('it held a secret')
  })
})

describe('a secret option', () => {
  it.each(['print', 'fail', 'break'] as const)('leaves no trace when the command is to %s it', async (how) => {
    const answer = await world.hears('ada', `/pawl login ${how} --password=${quoted(PASSWORD)}`)
    expect(how === 'break' ? console_.at(-1) : answer).toContain('[secret]')
    const run = await world.newestRun('login')
    expect(run.line).toBe(`login ${how} [secret]`)
    expect(await logOf(run.id)).toEqual(['logged in with [secret], a=[secret], [secret]'])
    await expectNoTraceOf(PASSWORD)
  })

  it('is no word of a line that why explains: the answer says them again, to the asker alone', async () => {
    expect(await world.hears('ada', '/pawl why version')).toContain('version')
    expect(await world.hears('ada', '/pawl why login print correct-horse')).not.toContain('horse')
  })

  it('is the same tag in the audit each time, and another one for another secret', async () => {
    const tagOf = async (secret: string) => {
      await world.hears('ada', `/pawl login print --password=${quoted(secret)}`)
      const [event] = await eventsOf((await world.newestRun('login')).id, 'policy.allowed')
      expect(event?.args_digest).toMatch(/^[0-9a-f]{16}$/)
      return (event as { args: { password: string } }).args.password
    }
    const tag = await tagOf(PASSWORD)
    expect(tag).toMatch(/^\[secret:[0-9a-f]{8}\]$/)
    expect(await tagOf(PASSWORD)).toBe(tag)
    expect(await tagOf('another one')).not.toBe(tag)
  })

  it('has neither tag nor digest in a denied line, which costs a guess nothing', async () => {
    await world.hears('grace', `/pawl login-closed --password=${quoted(PASSWORD)}`)
    const [event] = await eventsOf((await world.newestRun('login-closed')).id, 'policy.denied')
    expect(event).toMatchObject({ args: { password: '[secret]' } })
    expect(event).not.toHaveProperty('args_digest')
  })

  it('has neither where one call out of records is denied, nor in the decisions beside it', async () => {
    const line = `seed '[{"p":"${'open '.repeat(3)}"},{"p":"closed"}]' | login-apart --password=$p`
    expect(await world.hears('ada', `/pawl ${line}`)).toContain('login-apart')
    const run = (await world.newestRun('seed|login-apart')).id
    const late = [...(await eventsOf(run, 'policy.allowed')), ...(await eventsOf(run, 'policy.denied'))].filter(
      ({ command, args }) => command === 'login-apart' && args !== undefined,
    )
    expect(late.map(({ code }) => code)).toEqual(['policy.allowed', 'policy.denied'])
    for (const event of late) {
      expect(event).toMatchObject({ args: { password: '[secret]' } })
      expect(event).not.toHaveProperty('args_digest')
    }
  })
})
