import { describe, expect, it } from 'vitest'
import { discordRegistration } from '../../src/command/discord.ts'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { difference } from '../difference.ts'
import { type RegisterMeans, register } from './register.ts'

const COMMANDS = loadRegistry().all()
const WANTED = discordRegistration(COMMANDS).commands
const SETTINGS = {
  DISCORD_APPLICATION_ID: '123',
  DISCORD_BOT_TOKEN: 't0ken',
  DISCORD_API_URL: 'http://discord.local/api',
}

/** As Discord tells a command: with what it adds, and keys in its own order. */
const told = (command: object) => ({
  version: '1',
  id: '2',
  nsfw: false,
  default_member_permissions: null,
  name_localizations: null,
  ...Object.fromEntries(Object.entries(command).reverse()),
})

/** Runs `register` against a Discord that has `before` registered. */
async function run(
  argv: string[],
  before: unknown,
  { settings = SETTINGS as Record<string, string>, ask = null as RegisterMeans['ask'], status = 200 } = {},
) {
  const lines: string[] = []
  const complaints: string[] = []
  const calls: { url: string; method: string; body: unknown; headers: Headers }[] = []
  const means: RegisterMeans = {
    settings: new Map(Object.entries(settings)),
    commands: COMMANDS,
    ask,
    print: (line) => lines.push(line),
    complain: (line) => complaints.push(line),
    fetch: (async (url: string, init: RequestInit) => {
      const body = init.body ? JSON.parse(String(init.body)) : null
      calls.push({ url, method: String(init.method), body, headers: new Headers(init.headers) })
      return Response.json(init.method === 'PUT' ? body : before, { status, headers: { 'retry-after': '3' } })
    }) as unknown as typeof fetch,
  }
  const code = await register(argv, means)
  return { code, lines, complaints, calls, last: lines.at(-1) }
}

describe('pawl register', () => {
  it('shows what is added and replaces the list, as a Discord bot', async () => {
    const { code, lines, calls, last } = await run(['--yes'], [])
    expect(code).toBe(0)
    expect(lines).toContain('+ /deploy')
    expect(last).toBe(`registered ${WANTED.length} commands globally`)
    expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET http://discord.local/api/applications/123/commands',
      'PUT http://discord.local/api/applications/123/commands',
    ])
    expect(calls[1]?.body).toEqual(WANTED)
    expect(calls[1]?.headers.get('authorization')).toBe('Bot t0ken')
    expect(calls[1]?.headers.get('user-agent')).toMatch(/^DiscordBot \(\S+, \d+\.\d+\.\d+\)$/)
  })

  it('sends nothing when Discord has it all already, whatever it added to it', async () => {
    const { code, calls, last } = await run(['--yes'], WANTED.map(told).reverse())
    expect({ code, last }).toEqual({ code: 0, last: `0 added, 0 changed, 0 removed, ${WANTED.length} unchanged` })
    expect(calls).toHaveLength(1)
  })

  it('registers in one guild, without what Discord takes for global commands only', async () => {
    const { calls } = await run(['--yes', '--guild', '77'], [])
    expect(calls[1]?.url).toBe('http://discord.local/api/applications/123/guilds/77/commands')
    expect(calls[1]?.body).toEqual(discordRegistration(COMMANDS, 'guild').commands)
  })

  it('only looks with --dry-run', async () => {
    const { code, calls, last } = await run(['--dry-run'], [])
    expect({ code, calls: calls.length, last }).toEqual({ code: 0, calls: 1, last: 'nothing was sent (--dry-run)' })
  })

  it('asks, and sends nothing after a no or without a terminal', async () => {
    expect(await run([], [], { ask: async () => true })).toMatchObject({ code: 0, calls: { length: 2 } })
    expect(await run([], [], { ask: async () => false })).toMatchObject({
      code: 1,
      calls: { length: 1 },
      complaints: ['nothing was registered'],
    })
    expect(await run([], [])).toMatchObject({
      code: 1,
      calls: { length: 1 },
      complaints: [expect.stringContaining('add --yes')],
    })
  })

  it.each<[Record<string, string>, string[], string]>([
    [
      {},
      [],
      'DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN are not set: copy from https://discord.com/developers/applications',
    ],
    [{ DISCORD_APPLICATION_ID: '1' }, [], 'DISCORD_BOT_TOKEN is not set'],
    [{ ...SETTINGS, DISCORD_APPLICATION_ID: 'pawl' }, [], 'DISCORD_APPLICATION_ID is not a number'],
    [{ ...SETTINGS, DISCORD_API_URL: 'discord' }, [], 'DISCORD_API_URL is not a web address'],
    [{ ...SETTINGS, DISCORD_API_URL: 'http://127.0.0.1:8788/discord/api/v10/' }, [], 'say --local if you mean it'],
    [SETTINGS, ['--guild', 'home'], '--guild home is not a guild'],
  ])('with %j and %j says what to do', async (settings, argv, message) => {
    const { code, complaints, calls } = await run(argv, [], { settings })
    expect({ code, calls }).toEqual({ code: 1, calls: [] })
    expect(complaints).toEqual([expect.stringContaining(message)])
  })

  it.each([
    [401, 'does not know this bot token'],
    [403, 'of another application'],
    [404, 'knows no such application'],
    [429, 'try again in 3 seconds'],
    [500, 'Discord answered 500, nothing was changed'],
  ])('explains a %i and never shows the token', async (status, message) => {
    const { code, complaints } = await run(['--yes'], { message: 'no' }, { status })
    expect(code).toBe(1)
    expect(complaints).toEqual([expect.stringContaining(message)])
    expect(complaints.join()).not.toContain('t0ken')
  })

  it('does not take for Discord what answers something else', async () => {
    expect(await run(['--yes'], { hello: 1 })).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('is not Discord')],
    })
  })
})

describe('difference', () => {
  const ping = { name: 'ping', description: 'Ping' }
  it('tells added, changed and removed apart, and commands of other types from ours', () => {
    const before = [ping, { name: 'old' }, { name: 'ping', type: 2 }]
    const after = [{ ...ping, description: 'Pong' }, { name: 'new' }]
    expect(difference(before, after)).toEqual({
      added: ['/new'],
      changed: ['/ping'],
      removed: ['/old', 'ping (user command)'],
      same: 0,
    })
  })
  it('sees a changed, a removed and a newly required option', () => {
    const option = { name: 'x', type: 3, description: 'X' }
    const wanted = { ...ping, options: [option] }
    for (const options of [[{ ...option, description: 'Y' }], [], [{ ...option, required: true }], [option, option]])
      expect(difference([{ ...ping, options } as typeof wanted], [wanted]).changed).toEqual(['/ping'])
    const filledIn = { ...ping, options: [{ ...option, required: false, name_localizations: null }] }
    expect(difference([filledIn], [wanted]).same).toBe(1)
  })
})
