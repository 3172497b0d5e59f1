import { describe, expect, it } from 'vitest'
import type { DiscordConfig } from '../../config.ts'
import { plain } from '../markdown.ts'
import { textReply } from '../reply.ts'
import { discordAddress } from './address.ts'
import { createDiscordCourier } from './courier.ts'

const NOW = 1_780_000_000_000
const API = 'https://discord.com/api/v10/'
const CONFIG: DiscordConfig = { publicKeys: [], applicationId: '800', botToken: 'bot-secret', apiUrl: API }

type Answer = object | Response | Error
interface Call {
  readonly what: string
  readonly body: Record<string, unknown> | null
  readonly headers: Headers
}

/** A Discord that gives the answers in turn; without one it says yes. */
function discord(answers: Answer[] = [], config: Partial<DiscordConfig> = {}, now = NOW) {
  const calls: Call[] = []
  const fetch = async (address: string, init: RequestInit) => {
    calls.push({
      what: `${init.method} ${address.replace(API, '')}`,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : null,
      headers: new Headers(init.headers),
    })
    const answer = answers.shift() ?? { id: '55', flags: 0 }
    if (answer instanceof Error) throw answer
    return answer instanceof Response ? answer : Response.json(answer)
  }
  const courier = createDiscordCourier({ config: { ...CONFIG, ...config }, fetch, now: () => now, version: '1.2.3' })
  return { calls, courier, ways: () => calls.map(({ what }) => what) }
}

const address = discordAddress(
  { application: '800', interaction: '900', token: 'tok', channel: '300', user: '200' },
  NOW,
)
const ORIGINAL = 'webhooks/800/tok/messages/@original'
const toRoom = textReply(plain('done'), { visibility: 'channel' })
const toAsker = textReply(plain('denied'))
const EXPIRED = NOW + 900_000
const gone = () => Response.json({ message: 'Unknown Webhook', code: 10_015 }, { status: 404 })

describe('while the token lives', () => {
  it('the first answer is edited, and mentions nobody', async () => {
    const { courier, calls, ways } = discord()
    expect(await courier.deliver(address, toRoom, 'deferred')).toEqual({
      outcome: 'delivered',
      message: { via: 'interaction', id: '@original', shown: 'channel' },
      via: 'interaction.edit',
    })
    expect(ways()).toEqual([`GET ${ORIGINAL}`, `PATCH ${ORIGINAL}`])
    expect(calls[1]?.body).toMatchObject({ content: 'done', allowed_mentions: { parse: [] } })
    expect(calls[1]?.headers.get('authorization')).toBeNull()
    expect(calls[1]?.headers.get('user-agent')).toBe('DiscordBot (https://github.com/pawl/pawl, 1.2.3)')
  })

  it('and it is known who sees the answer, one call is enough', async () => {
    const { courier, ways } = discord()
    const ref = { via: 'interaction', id: '@original', shown: 'private' }
    expect(await courier.deliver(address, toAsker, ref)).toMatchObject({ message: ref })
    expect(ways()).toEqual([`PATCH ${ORIGINAL}`])
  })

  it('a private reply is never edited into an answer that all see: it follows up, and that one goes', async () => {
    const { courier, calls, ways } = discord([{ id: '1', flags: 0 }, { id: '77' }])
    expect(await courier.deliver(address, toAsker, 'deferred')).toMatchObject({
      message: { via: 'interaction', id: '77', shown: 'private' },
      via: 'interaction.followup',
    })
    expect(ways()).toEqual([`GET ${ORIGINAL}`, 'POST webhooks/800/tok', `DELETE ${ORIGINAL}`])
    expect(calls[1]?.body).toMatchObject({ flags: 64 })
  })

  it('a reply for the room is never lost in an ephemeral answer', async () => {
    const { courier, calls, ways } = discord([{ id: '1', flags: 64 }, { id: '77' }])
    await courier.deliver(address, toRoom, 'deferred')
    expect(ways()).toEqual([`GET ${ORIGINAL}`, 'POST webhooks/800/tok', `DELETE ${ORIGINAL}`])
    expect(calls[1]?.body).toMatchObject({ flags: 0 })
  })

  it('and no answer was ever sent, the bot posts', async () => {
    const { courier, ways } = discord([gone(), { id: '66' }])
    expect(await courier.deliver(address, toRoom, 'deferred')).toMatchObject({ via: 'channel.post' })
    expect(ways()).toEqual([`GET ${ORIGINAL}`, 'POST channels/300/messages'])
  })
})

describe('after the token', () => {
  it('lives for 15 minutes, to the millisecond', async () => {
    const last = discord([], {}, EXPIRED - 1)
    await last.courier.deliver(address, toRoom, null)
    expect(last.ways()[0]).toBe(`GET ${ORIGINAL}`)
    const over = discord([], {}, EXPIRED)
    await over.courier.deliver(address, toRoom, null)
    expect(over.ways()).toEqual(['POST channels/300/messages'])
  })

  it('the bot posts once however often it is tried, and edits its post later', async () => {
    const { courier, calls } = discord([{ id: '66' }], {}, EXPIRED)
    const first = await courier.deliver(address, toRoom, 'deferred')
    expect(first).toEqual({
      outcome: 'delivered',
      message: { via: 'bot', channel: '300', id: '66', shown: 'channel' },
      via: 'channel.post',
    })
    expect(calls[0]?.body).toMatchObject({ nonce: '900f', enforce_nonce: true, allowed_mentions: { parse: [] } })
    expect(calls[0]?.headers.get('authorization')).toBe('Bot bot-secret')
    await courier.deliver(address, toRoom, first.outcome === 'delivered' ? first.message : null)
    expect(calls[1]?.what).toBe('PATCH channels/300/messages/66')
  })

  it('a post that was deleted is posted anew', async () => {
    const { courier, ways } = discord([gone(), { id: '67' }], {}, EXPIRED)
    await courier.deliver(address, toRoom, { via: 'bot', channel: '300', id: '66', shown: 'channel' })
    expect(ways()).toEqual(['PATCH channels/300/messages/66', 'POST channels/300/messages'])
  })

  it('a private reply is a direct message', async () => {
    const { courier, calls, ways } = discord([{ id: '400' }, { id: '66' }], {}, EXPIRED)
    expect(await courier.deliver(address, toAsker, 'deferred')).toMatchObject({
      message: { channel: '400', shown: 'private' },
      via: 'direct.post',
    })
    expect(ways()).toEqual(['POST users/@me/channels', 'POST channels/400/messages'])
    expect(calls[0]?.body).toEqual({ recipient_id: '200' })
  })

  it('a private reply to somebody who takes no direct messages goes nowhere, least of all into the channel', async () => {
    const refuses = Response.json({ message: 'Cannot send messages to this user', code: 50_007 }, { status: 403 })
    const { courier, ways } = discord([{ id: '400' }, refuses], {}, EXPIRED)
    expect(await courier.deliver(address, toAsker, null)).toEqual({
      outcome: 'undeliverable',
      reason: 'token_expired, discord_50007',
    })
    expect(ways()).not.toContain('POST channels/300/messages')
  })

  it('and without a bot, no call is made with a dead token', async () => {
    const { courier, calls } = discord([], { botToken: null }, EXPIRED)
    expect(await courier.deliver(address, toRoom, null)).toEqual({
      outcome: 'undeliverable',
      reason: 'token_expired, no_bot_token',
    })
    expect(calls).toEqual([])
  })
})

describe('a delivery that does not succeed now', () => {
  it.each([
    [
      'a rate limit',
      Response.json({ retry_after: 0.65, global: false }, { status: 429 }),
      { reason: 'rate_limited', afterMs: 650 },
    ],
    [
      'a rate limit in the header',
      new Response('', { status: 429, headers: { 'retry-after': '3' } }),
      { reason: 'rate_limited', afterMs: 3_000 },
    ],
    ['a failure of Discord', new Response('', { status: 502 }), { reason: 'http_502' }],
    ['no connection', new TypeError('connection lost'), { reason: 'network_error' }],
    ['no answer in time', new DOMException('slow', 'TimeoutError'), { reason: 'timeout' }],
  ])('%s is tried again, and not another way', async (_, answer, expected) => {
    const { courier, calls } = discord([answer as Answer])
    expect(await courier.deliver(address, toRoom, null)).toEqual({ outcome: 'retry', ...expected })
    expect(calls).toHaveLength(1)
  })
})

describe('a message that has served', () => {
  const pressed = discordAddress(
    { application: '800', interaction: '901', token: 'tok', channel: '300', user: '200', pressed: '66' },
    NOW,
  )
  const posted = { channel: '300', id: '55' }

  it("is edited by the bot: the run's own, and the one whose button was pressed, each once", async () => {
    const { courier, calls, ways } = discord()
    await courier.retire(pressed, toRoom, { via: 'interaction', id: '@original', shown: 'channel', posted })
    expect(ways()).toEqual(['PATCH channels/300/messages/55', 'PATCH channels/300/messages/66'])
    expect(calls[0]?.body).toMatchObject({ content: 'done', components: [] })
    const same = discord()
    await same.courier.retire(pressed, toRoom, { via: 'bot', channel: '300', id: '66', shown: 'channel' })
    expect(same.ways()).toEqual(['PATCH channels/300/messages/66'])
  })

  it('is left as it is where nobody knows it, and nothing is said instead', async () => {
    const { courier, ways } = discord([Response.json({ code: 10_008 }, { status: 404 })])
    await courier.retire(address, toRoom, { via: 'interaction', id: '@original', shown: 'channel' })
    await courier.retire(address, toRoom, null)
    expect(ways()).toEqual([])
    await courier.retire(pressed, toRoom, null)
    expect(ways()).toHaveLength(1)
  })

  it.each([
    ['is edited by the bot once the token is over', {}, ['PATCH channels/300/messages/55'], 'channel.edit', '55'],
    [
      'is said anew when the bot cannot reach it',
      { code: 10_008 },
      ['PATCH channels/300/messages/55', 'POST channels/300/messages'],
      'channel.post',
      '77',
    ],
  ])('in between %s', async (_, refusal, expected, via, id) => {
    const answers = 'code' in refusal ? [Response.json(refusal, { status: 404 }), { id: '77' }] : []
    const { courier, ways } = discord(answers, {}, EXPIRED)
    const ref = { via: 'interaction', id: '@original', shown: 'channel', posted }
    const message = { via: 'bot', channel: '300', id, shown: 'channel' }
    expect(await courier.deliver(address, toRoom, ref)).toEqual({ outcome: 'delivered', message, via })
    expect(ways()).toEqual(expected)
  })

  it('is found again by where Discord says that it stands', async () => {
    const { courier } = discord([
      { id: '55', channel_id: '300', flags: 0 },
      { id: '55', channel_id: '300' },
    ])
    expect(await courier.deliver(address, toRoom, 'deferred')).toMatchObject({ message: { id: '@original', posted } })
  })
})

it('a private reply in a direct conversation has nothing to press: no workspace vouches for who would', async () => {
  const { courier, calls } = discord([{ id: 'D9' }], {}, EXPIRED)
  const buttons = { kind: 'buttons' as const, buttons: [{ id: 'run.retry:r_0123456789abcdef', label: 'Retry' }] }
  const reply = { ...toAsker, blocks: [...toAsker.blocks, buttons] }
  expect(await courier.deliver(address, reply, null)).toMatchObject({ via: 'direct.post' })
  expect(calls.at(-1)?.body).toMatchObject({ components: [] })
})
