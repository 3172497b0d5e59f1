import { describe, expect, it } from 'vitest'
import type { DiscordConfig } from '../../config.ts'
import type { Target } from '../../runs/courier.ts'
import type { Address } from '../invocation.ts'
import { plain } from '../markdown.ts'
import { textReply } from '../reply.ts'
import { discordAddress } from './address.ts'
import { createDiscordCourier } from './courier.ts'

const NOW = 1_780_000_000_000
const API = 'https://discord.com/api/v10/'
const CONFIG: DiscordConfig = { publicKeys: [], applicationId: '800', botToken: 'bot-secret', apiUrl: API }
const address = discordAddress(
  { application: '800', interaction: '900', token: 'tok', guild: '100', channel: '300', user: '200' },
  NOW,
)

type Answer = object | Response | Error
interface Call {
  readonly what: string
  readonly authorization: string | null
  readonly body: Record<string, unknown> | null
}

const VIEW = 1n << 10n
const SEND = 1n << 11n
const SEND_IN_THREADS = 1n << 38n
const deny = (id: string, bits: bigint) => ({ id, type: 0, allow: '0', deny: String(bits) })
const allow = (id: string, bits: bigint) => ({ id, type: 0, allow: String(bits), deny: '0' })

/** What is asked about whom before a room that the line names is looked at: 200 asks, 800 is the bot. */
const ROLES: Record<string, Answer> = {
  'GET guilds/100': {
    id: '100',
    owner_id: '1',
    roles: [{ id: '100', permissions: String(VIEW | SEND | SEND_IN_THREADS) }],
  },
  'GET guilds/100/members/200': { roles: [] },
  'GET users/@me': { id: '801' },
  'GET guilds/100/members/801': { roles: ['802'] },
}
const ROLE_CALLS = Object.keys(ROLES)

/** A Discord that answers by route. */
function discord(some: Record<string, Answer>, config: Partial<DiscordConfig> = {}) {
  const answers: Record<string, Answer> = {
    ...ROLES,
    'GET channels/300': channel({ id: '300', name: 'home' }),
    ...some,
  }
  const calls: Call[] = []
  const fetch = async (url: string, init: RequestInit) => {
    const what = `${init.method} ${url.replace(API, '')}`
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : null
    calls.push({ what, authorization: new Headers(init.headers).get('authorization'), body })
    const answer = answers[what]
    if (answer === undefined) throw new Error(`nobody expected ${what}`)
    if (answer instanceof Error) throw answer
    return answer instanceof Response ? answer.clone() : Response.json(answer)
  }
  const courier = createDiscordCourier({ config: { ...CONFIG, ...config }, fetch, now: () => NOW })
  const resolve = (target: Target, from: Address = address) => courier.resolve(from, target)
  return { calls, courier, resolve, ways: () => calls.map(({ what }) => what) }
}

const channel = (more: object = {}) => ({ id: '301', type: 0, guild_id: '100', name: 'ops', ...more })
const member = (more: object = {}) => ({
  nick: null,
  user: { id: '201', username: 'ada', global_name: 'Ada' },
  ...more,
})
const status = (code: number) => Response.json({ code: 50_001, message: 'no' }, { status: code })
const ops: Target = { kind: 'channel', id: '301' }
const ada: Target = { kind: 'user', id: '201' }
const refused = (pattern: RegExp) => ({ ok: false, message: expect.stringMatching(pattern) })
/** What passes by itself: a queued run waits for it. */
const refusedNow = (pattern: RegExp) => ({ ...refused(pattern), later: true })
const redirect = { platform: 'discord', application: '800', interaction: '900', guild: '100' }

it('here is where it was asked, unchanged and without a call', async () => {
  const { resolve, calls } = discord({})
  expect(await resolve({ kind: 'here' })).toEqual({ ok: true, address, label: 'this channel' })
  expect(calls).toEqual([])
})

describe('a channel', () => {
  it.each([0, 5, 10, 11])(
    'of type %i is reached with the bot token, and without the token of the asker',
    async (type) => {
      const { resolve, calls, ways } = discord({ 'GET channels/301': channel({ type, parent_id: '300' }) })
      const to = { ...redirect, channel: '301', user: '200' }
      expect(await resolve(ops)).toEqual({ ok: true, label: '#ops', address: to })
      expect(calls[4]).toEqual({ what: 'GET channels/301', authorization: 'Bot bot-secret', body: null })
      expect(ways()).toEqual([...ROLE_CALLS, 'GET channels/301', ...(type >= 10 ? ['GET channels/300'] : [])])
    },
  )

  it.each([
    ['of another guild', { guild_id: '101' }, /no such channel/],
    ['of no guild', { guild_id: undefined }, /no such channel/],
    ['to talk in', { type: 2 }, /no text channel/],
    ['that only holds others', { type: 4 }, /no text channel/],
    ['that is a forum', { type: 15 }, /no text channel/],
    ['that is a locked thread', { type: 11, parent_id: '300', thread_metadata: { locked: true } }, /#ops is locked/],
  ])('%s is refused', async (_, more, message) => {
    expect(await discord({ 'GET channels/301': channel(more) }).resolve(ops)).toEqual(refused(message))
  })

  it('of a guild that is not the asker’s keeps its name to itself', async () => {
    const { resolve } = discord({ 'GET channels/301': channel({ guild_id: '101', name: 'layoffs' }) })
    expect(JSON.stringify(await resolve(ops))).not.toContain('layoffs')
  })

  it.each([
    ['everybody', [deny('100', VIEW)]],
    ['the asker', [deny('200', VIEW)]],
  ])('that %s may not see answers like one that is not there', async (_, permission_overwrites) => {
    const closed = channel({ name: 'layoffs', permission_overwrites })
    const unknown = await discord({ 'GET channels/301': status(404) }).resolve(ops)
    expect(await discord({ 'GET channels/301': closed }).resolve(ops)).toEqual(unknown)
    const hidden = { ...closed, type: 2, thread_metadata: { locked: true } }
    expect(await discord({ 'GET channels/301': hidden }).resolve(ops)).toEqual(unknown)
  })

  it('that the asker sees through a role or by name is open', async () => {
    for (const id of ['210', '200']) {
      const permission_overwrites = [deny('100', VIEW), allow(id, VIEW), allow('802', VIEW)]
      const answers = {
        'GET channels/301': channel({ permission_overwrites }),
        'GET guilds/100/members/200': { roles: ['210'] },
      }
      expect(await discord(answers).resolve(ops)).toMatchObject({ ok: true })
    }
  })

  it.each([
    ['the asker', [deny('200', SEND)], /You may not write in #ops/],
    ['the bot', [deny('802', SEND)], /Pawl may not write in #ops.*"Send Messages"/],
    ['the bot, which may not see it,', [deny('802', VIEW)], /Pawl may not write in #ops/],
  ])('that %s may not write in is refused', async (_, permission_overwrites, message) => {
    const answer = channel({ permission_overwrites })
    expect(await discord({ 'GET channels/301': answer }).resolve(ops)).toEqual(refused(message))
  })

  it('that is a thread is as open as the channel that it is in, and has a right of its own to write', async () => {
    const thread = channel({ type: 11, name: 'layoffs', parent_id: '302' })
    const inside = (permission_overwrites: object[]) =>
      discord({ 'GET channels/301': thread, 'GET channels/302': channel({ id: '302', permission_overwrites }) })
    expect(await inside([deny('200', VIEW)]).resolve(ops)).toEqual(refused(/no such channel/))
    expect(await inside([deny('200', SEND)]).resolve(ops)).toMatchObject({ ok: true })
    expect(await inside([deny('200', SEND_IN_THREADS)]).resolve(ops)).toEqual(refused(/You may not write/))
    expect(await inside([deny('802', SEND_IN_THREADS)]).resolve(ops)).toEqual(refused(/Messages in Threads/))
  })

  it.each([
    ['the guild', { 'GET guilds/100': status(404) }, refused(/no such channel/)],
    ['the asker', { 'GET guilds/100/members/200': status(404) }, refused(/no such channel/)],
    ['the roles', { 'GET guilds/100': { id: '100' } }, refused(/cannot read/)],
    ['the bot', { 'GET users/@me': new Error('no route') }, refusedNow(/just now/)],
  ])('is closed while %s cannot be looked up', async (_, answers, expected) => {
    expect(await discord({ 'GET channels/301': channel(), ...answers }).resolve(ops)).toEqual(expected)
  })

  it('that is a private thread is for its members alone', async () => {
    const thread = channel({ type: 12, name: 'layoffs', parent_id: '300' })
    const path = 'GET channels/301/thread-members/200'
    const outside = await discord({ 'GET channels/301': thread, [path]: status(404) }).resolve(ops)
    expect(outside).toEqual(refused(/no such channel/))
    expect(JSON.stringify(outside)).not.toContain('layoffs')
    expect(await discord({ 'GET channels/301': thread, [path]: {} }).resolve(ops)).toMatchObject({ ok: true })
  })

  it('that refuses the post in the end leaves the answer undeliverable, and says it nowhere else', async () => {
    const { resolve, courier, ways } = discord({
      'GET channels/301': channel(),
      'POST channels/301/messages': status(403),
    })
    const resolved = await resolve(ops)
    if (!resolved.ok) throw new Error(resolved.message)
    const reply = textReply(plain('secret'), { visibility: 'channel' })
    expect(await courier.deliver(resolved.address, reply, null)).toEqual({
      outcome: 'undeliverable',
      reason: 'no_token, discord_50001',
    })
    expect(ways()).toEqual([...ROLE_CALLS, 'GET channels/301', 'POST channels/301/messages'])
  })

  it('beside another one gets a post of its own: each has its nonce, which a retry repeats', async () => {
    const { resolve, courier, calls } = discord({
      'GET channels/301': channel(),
      'GET channels/302': channel({ id: '302' }),
      'POST channels/301/messages': { id: '1' },
      'POST channels/302/messages': { id: '2' },
    })
    const reply = textReply(plain('done'), { visibility: 'channel' })
    for (const id of ['301', '302', '301']) {
      const resolved = await resolve({ kind: 'channel', id })
      if (resolved.ok) await courier.deliver(resolved.address, reply, null)
    }
    const nonces = calls.flatMap(({ body }) => (body ? [String(body.nonce)] : []))
    expect(nonces[0]).toMatch(/^[0-9a-f]{25}$/)
    expect(nonces).toEqual([nonces[0], expect.not.stringMatching(`^${nonces[0]}$`), nonces[0]])
  })
})

describe('a channel whose name was typed', () => {
  const typed: Target = { kind: 'channel', id: 'ops' }

  it('is the only text channel of the guild that is called exactly so, and is checked like a picked one', async () => {
    const { resolve, ways } = discord({
      'GET guilds/100/channels': [channel({ id: '302', name: 'ops-2' }), channel({ id: '303', type: 4 }), channel()],
      'GET channels/301': status(403),
    })
    expect(await resolve(typed)).toEqual(refused(/no such channel.*View Channel/))
    expect(ways()).toEqual([...ROLE_CALLS, 'GET guilds/100/channels', 'GET channels/301'])
  })

  it('is not confused with one of that name that the asker does not see', async () => {
    const hidden = channel({ id: '302', permission_overwrites: [deny('200', VIEW)] })
    const { resolve } = discord({ 'GET guilds/100/channels': [hidden, channel()], 'GET channels/301': channel() })
    expect(await resolve(typed)).toMatchObject({ ok: true, address: { channel: '301' } })
  })

  it.each([
    ['is not there', [channel({ name: 'Ops' })], /no such channel/],
    ['is there twice', [channel(), channel({ id: '302' })], /Several channels/],
    ['cannot be looked up', {}, /cannot read/],
  ])('is refused when it %s', async (_, list, message) => {
    expect(await discord({ 'GET guilds/100/channels': list }).resolve(typed)).toEqual(refused(message))
  })
})

describe('a person', () => {
  const open = 'POST users/@me/channels'

  it('who is a member of the guild is written to directly', async () => {
    const { resolve, calls } = discord({ 'GET guilds/100/members/201': member(), [open]: { id: '401' } })
    const to = { ...redirect, channel: '401', user: '201' }
    expect(await resolve(ada)).toEqual({ ok: true, label: '@Ada', address: to })
    expect(calls[1]?.body).toEqual({ recipient_id: '201' })
  })

  it('who is the asker needs no look-up', async () => {
    const { resolve, ways } = discord({ [open]: { id: '401' } })
    expect(await resolve({ kind: 'me' })).toMatchObject({ ok: true, label: 'you', own: true, address: { user: '200' } })
    expect(ways()).toEqual([open])
  })

  it.each([
    ['of other guilds', status(404), /in this server/],
    ['who is a bot', member({ user: { id: '201', username: 'ada', bot: true } }), /@ada is a bot/],
  ])('%s is refused before a conversation is opened', async (_, answer, message) => {
    const { resolve, ways } = discord({ 'GET guilds/100/members/201': answer })
    expect(await resolve(ada)).toEqual(refused(message))
    expect(ways()).toEqual(['GET guilds/100/members/201'])
  })

  it('whose name was only typed is refused without a call', async () => {
    const { resolve, calls } = discord({})
    expect(await resolve({ kind: 'user', id: 'ada' })).toEqual(refused(/pick the person/))
    expect(calls).toEqual([])
  })

  it('whom Discord shields is refused', async () => {
    const { resolve } = discord({ [open]: status(403) })
    expect(await resolve({ kind: 'me' })).toEqual(refused(/does not let Pawl write/))
  })
})

describe('the thread', () => {
  it.each([10, 11, 12])('is where it was asked, if that is one (type %i)', async (type) => {
    const { resolve, ways } = discord({ 'GET channels/300': channel({ id: '300', type }) })
    expect(await resolve({ kind: 'thread' })).toEqual({
      ok: true,
      label: 'this thread',
      here: true,
      address: { ...redirect, channel: '300', user: '200' },
    })
    expect(ways()).toEqual(['GET channels/300'])
  })

  it('is none in a channel', async () => {
    const { resolve } = discord({ 'GET channels/300': channel({ id: '300' }) })
    expect(await resolve({ kind: 'thread' })).toEqual(refused(/not asked in a thread/))
  })
})

describe('when Discord does not help', () => {
  it.each([
    ['is out of reach', new Error('no route'), refusedNow(/just now/)],
    ['is down', new Response('', { status: 502 }), refusedNow(/just now/)],
    ['has had enough', new Response('', { status: 429 }), refusedNow(/just now/)],
    ['knows no such channel', status(404), refused(/no such channel/)],
    ['knows the token no more', status(401), refused(/DISCORD_BOT_TOKEN/)],
    ['says nothing that can be read', [], refused(/cannot read/)],
  ])('because it %s, the refusal says what to do', async (_, answer, expected) => {
    expect(await discord({ 'GET channels/301': answer }).resolve(ops)).toEqual(expected)
  })

  it('for want of a token, nobody is called', async () => {
    const { resolve, calls } = discord({}, { botToken: null })
    expect(await resolve(ops)).toEqual(refused(/DISCORD_BOT_TOKEN/))
    expect(calls).toEqual([])
  })

  it('and the address names no guild, as those of before redirects, it is refused', async () => {
    const { guild: _, ...old } = address
    expect(await discord({}).resolve(ops, old as Address)).toEqual(refused(/Type the line again/))
  })
})
