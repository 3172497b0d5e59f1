import { describe, expect, it } from 'vitest'
import type { SlackConfig } from '../../config.ts'
import { plain } from '../markdown.ts'
import { textReply } from '../reply.ts'
import { slackAddress } from './address.ts'
import { createSlackCourier } from './courier.ts'

const NOW = 1_780_000_000_000
const RESPONSE_URL = 'https://hooks.slack.com/commands/T1/2/x'
const CONFIG: SlackConfig = { signingSecrets: [], botToken: 'xoxb-secret', apiUrl: 'https://slack.com/api/' }

type Answer = object | Response | Error
interface Call {
  readonly to: string
  readonly body: Record<string, unknown>
  readonly authorization: string | null
}

/** A Slack that gives the answers in turn; without one it says yes. */
function slack(answers: Answer[] = [], config: Partial<SlackConfig> = {}, now = NOW) {
  const calls: Call[] = []
  const fetch = async (address: string, init: RequestInit) => {
    calls.push({
      to: address.replace('https://slack.com/api/', ''),
      body: JSON.parse(String(init.body)),
      authorization: new Headers(init.headers).get('authorization'),
    })
    const answer = answers.shift() ?? { ok: true, channel: 'C1', ts: '1.1' }
    if (answer instanceof Error) throw answer
    return answer instanceof Response ? answer : Response.json(answer)
  }
  const courier = createSlackCourier({ config: { ...CONFIG, ...config }, fetch, now: () => now })
  return { calls, courier, ways: () => calls.map(({ to }) => to) }
}

const place = { team: 'T1', channel: 'C1', user: 'U1', receivedAt: NOW }
const command = slackAddress({ ...place, responseUrl: RESPONSE_URL })
const event = slackAddress(place)
const toRoom = textReply(plain('done'), { visibility: 'channel' })
const progress = textReply(plain('rolling out'), { visibility: 'channel', pending: true })
const toAsker = textReply(plain('denied'))
const refusal = (error: string) => ({ ok: false, error })

describe('a reply to the room', () => {
  it('is posted by the bot, with nothing unfurled, and the interim answer of the asker goes', async () => {
    const { courier, calls } = slack()
    expect(await courier.deliver(command, toRoom, 'deferred')).toEqual({
      outcome: 'delivered',
      message: { via: 'bot', uses: 1, channel: 'C1', ts: '1.1' },
      via: 'chat.postMessage',
    })
    expect(calls[0]).toMatchObject({
      to: 'chat.postMessage',
      authorization: 'Bearer xoxb-secret',
      body: { channel: 'C1', text: 'done', unfurl_links: false, unfurl_media: false },
    })
    expect(calls[1]).toEqual({ to: RESPONSE_URL, body: { delete_original: true }, authorization: null })
    expect(calls).toHaveLength(2)
  })

  it('edits the message that the bot posted before', async () => {
    const { courier, calls, ways } = slack()
    const ref = { via: 'bot', uses: 1, channel: 'C1', ts: '1.1' }
    expect(await courier.deliver(command, toRoom, ref)).toEqual({
      outcome: 'delivered',
      message: ref,
      via: 'chat.update',
    })
    expect(ways()).toEqual(['chat.update'])
    expect(calls[0]?.body).toMatchObject({ channel: 'C1', ts: '1.1' })
  })

  it.each(['message_not_found', 'edit_window_closed', 'cant_update_message'])(
    'is posted anew when an edit fails with %s',
    async (error) => {
      const { courier, ways } = slack([refusal(error), { ok: true, channel: 'C1', ts: '2.2' }])
      const ref = { via: 'bot', uses: 0, channel: 'C1', ts: '1.1' }
      expect(await courier.deliver(event, toRoom, ref)).toMatchObject({ message: { ts: '2.2' } })
      expect(ways()).toEqual(['chat.update', 'chat.postMessage'])
    },
  )

  it('stays in the thread that it was asked in', async () => {
    const { courier, calls } = slack()
    await courier.deliver(slackAddress({ ...place, thread: '9.9' }), toRoom, null)
    expect(calls[0]?.body.thread_ts).toBe('9.9')
  })

  it.each(['not_in_channel', 'channel_not_found', 'invalid_auth', 'is_archived', 'missing_scope'])(
    'goes through the response_url when the bot gets %s',
    async (error) => {
      const { courier, calls } = slack([refusal(error), new Response('ok'), new Response('ok')])
      expect(await courier.deliver(command, toRoom, 'deferred')).toEqual({
        outcome: 'delivered',
        message: { via: 'response_url', uses: 2, shown: 'channel' },
        via: 'response_url',
      })
      // An ephemeral message cannot become one of the room: a new one is said, and the interim answer deleted.
      expect(calls[1]?.body).toMatchObject({ response_type: 'in_channel', replace_original: false })
      expect(calls[2]?.body).toEqual({ delete_original: true })
    },
  )

  it('without a token calls no method at all', async () => {
    const { courier, ways } = slack([], { botToken: null })
    await courier.deliver(command, toRoom, null)
    expect(ways()).toEqual([RESPONSE_URL])
  })

  it('in between, without the bot, replaces what the asker sees', async () => {
    const { courier, calls } = slack([], { botToken: null })
    expect(await courier.deliver(command, progress, 'deferred')).toMatchObject({
      message: { uses: 1, shown: 'private' },
    })
    expect(calls[0]?.body).toMatchObject({ response_type: 'ephemeral', replace_original: true })
  })

  it('in between never takes the last use of the response_url, which the final one gets', async () => {
    const { courier, ways } = slack([], { botToken: null })
    const third = { via: 'response_url', uses: 3, shown: 'private' }
    const fourth = { via: 'response_url', uses: 4, shown: 'private' }
    expect(await courier.deliver(command, progress, third)).toMatchObject({ message: fourth })
    expect(await courier.deliver(command, progress, fourth)).toEqual({
      outcome: 'delivered',
      message: fourth,
      via: 'skipped',
    })
    expect(await courier.deliver(command, toRoom, fourth)).toMatchObject({ message: { uses: 5, shown: 'channel' } })
    expect(ways()).toHaveLength(2)
    expect(await courier.deliver(command, toRoom, { via: 'response_url', uses: 5, shown: 'channel' })).toEqual({
      outcome: 'undeliverable',
      reason: 'no_bot_token, response_url_over',
    })
  })

  it('has a response_url for 30 minutes, to the millisecond', async () => {
    const last = slack([], { botToken: null }, NOW + 1_799_999)
    expect(await last.courier.deliver(command, toRoom, null)).toMatchObject({ outcome: 'delivered' })
    const over = slack([], { botToken: null }, NOW + 1_800_000)
    expect(await over.courier.deliver(command, toRoom, null)).toMatchObject({ outcome: 'undeliverable' })
    expect(over.calls).toEqual([])
  })

  it('in the direct conversation with the bot is an ordinary message, even a private one', async () => {
    const { courier, ways } = slack()
    await courier.deliver(slackAddress({ ...place, channel: 'D1' }), toAsker, null)
    // A shortcut from anywhere names no room: the person's id stands for their conversation with the bot.
    await courier.deliver(slackAddress({ ...place, channel: 'U1' }), toAsker, null)
    expect(ways()).toEqual(['chat.postMessage', 'chat.postMessage'])
  })
})

describe('a reply to the asker', () => {
  it('replaces the interim answer through the response_url', async () => {
    const { courier, calls } = slack([new Response('ok')])
    expect(await courier.deliver(command, toAsker, 'deferred')).toEqual({
      outcome: 'delivered',
      message: { via: 'response_url', uses: 1, shown: 'private' },
      via: 'response_url',
    })
    expect(calls[0]).toMatchObject({ to: RESPONSE_URL, body: { response_type: 'ephemeral', replace_original: true } })
  })

  it('is an ephemeral message where there is no response_url, or it is used up', async () => {
    for (const [address, answers] of [
      [event, []],
      [command, [Response.json({ ok: false, error: 'used_url' }, { status: 404 })]],
    ] as const) {
      const { courier, calls } = slack([...answers])
      expect(await courier.deliver(address, toAsker, null)).toMatchObject({
        outcome: 'delivered',
        via: 'chat.postEphemeral',
      })
      expect(calls.at(-1)?.body).toMatchObject({ channel: 'C1', user: 'U1' })
    }
  })

  it('is never posted where others see it, even when every private way is closed', async () => {
    const { courier, ways } = slack([new Response('gone', { status: 404 }), refusal('user_not_in_channel')])
    expect(await courier.deliver(command, toAsker, null)).toEqual({
      outcome: 'undeliverable',
      reason: 'http_404, user_not_in_channel',
    })
    expect(ways()).toEqual([RESPONSE_URL, 'chat.postEphemeral'])
  })

  it('takes away the word in between that the room saw', async () => {
    const { courier, calls } = slack()
    await courier.deliver(command, toAsker, { via: 'bot', uses: 0, channel: 'C1', ts: '1.1' })
    expect(calls.map(({ to }) => to)).toEqual([RESPONSE_URL, 'chat.delete'])
    expect(calls[0]?.body.replace_original).toBe(false)
  })
})

describe('a delivery that does not succeed now', () => {
  it.each([
    [
      'a rate limit',
      new Response('', { status: 429, headers: { 'retry-after': '7' } }),
      { reason: 'rate_limited', afterMs: 7_000 },
    ],
    ['a rate limit without a time', new Response('', { status: 429 }), { reason: 'rate_limited', afterMs: 1_000 }],
    ['a failure of Slack', new Response('', { status: 503 }), { reason: 'http_503' }],
    ['a failure that Slack puts into words', refusal('internal_error'), { reason: 'internal_error' }],
    ['no connection', new TypeError('connection lost'), { reason: 'network_error' }],
    ['no answer in time', new DOMException('slow', 'TimeoutError'), { reason: 'timeout' }],
  ])('%s is tried again, and not another way', async (_, answer, expected) => {
    const { courier, calls } = slack([answer as Answer])
    expect(await courier.deliver(command, toRoom, null)).toEqual({ outcome: 'retry', ...expected })
    expect(calls).toHaveLength(1)
  })

  it('says nothing of a token or an address in its reason', async () => {
    const { courier } = slack([refusal('account_inactive'), new Response('no_service', { status: 404 })])
    const delivery = await courier.deliver(command, toRoom, null)
    expect(delivery).toEqual({ outcome: 'undeliverable', reason: 'account_inactive, http_404' })
  })

  it('has an address that is not ours to read', async () => {
    const { courier, calls } = slack()
    expect(await courier.deliver({ platform: 'slack' }, toRoom, null)).toEqual({
      outcome: 'undeliverable',
      reason: 'address_unreadable',
    })
    expect(calls).toEqual([])
  })
})

describe('the response_url', () => {
  it.each([
    ['https://hooks.slack.com/commands/T1/2/x', 'https://slack.com/api/', true],
    ['https://hooks.slack-gov.com/commands/T1/2/x', 'https://slack.com/api/', true],
    ['http://hooks.slack.com/commands/T1/2/x', 'https://slack.com/api/', false],
    ['https://hooks.slack.com:444/x', 'https://slack.com/api/', false],
    ['https://hooks.slack.com.evil.test/x', 'https://slack.com/api/', false],
    ['https://hooks.slack.com@evil.test/x', 'https://slack.com/api/', false],
    ['https://slack.com/x', 'https://slack.com/api/', false],
    ['not an address', 'https://slack.com/api/', false],
    ['http://127.0.0.1:8788/slack/response/1', 'http://127.0.0.1:8788/slack/api/', true],
    ['http://127.0.0.1:8789/slack/response/1', 'http://127.0.0.1:8788/slack/api/', false],
    ['http://127.0.0.1:8788/slack/response/1', 'https://slack.com/api/', false],
  ])('%s with the API at %s: used %s', async (responseUrl, apiUrl, used) => {
    const { courier, calls } = slack([], { botToken: null, apiUrl })
    await courier.deliver(slackAddress({ ...place, responseUrl }), toAsker, null)
    expect(calls).toHaveLength(used ? 1 : 0)
  })

  it('that points elsewhere is not followed', async () => {
    const { courier, calls } = slack(
      [new Response(null, { status: 302, headers: { location: 'https://evil.test' } })],
      { botToken: null },
    )
    expect(await courier.deliver(command, toAsker, null)).toMatchObject({
      outcome: 'undeliverable',
      reason: 'http_302, no_bot_token',
    })
    expect(calls).toHaveLength(1)
  })
})

describe('of a request that came from a button', () => {
  const pressed = slackAddress({ ...place, responseUrl: RESPONSE_URL, pressed: '7.7' })
  const bot = { via: 'bot', uses: 0, channel: 'C1', ts: '3.3' }

  it('the answer never replaces or deletes the message of the button, which is the original of its response_url', async () => {
    for (const reply of [toRoom, toAsker, progress])
      for (const message of ['deferred', { via: 'response_url', uses: 1, shown: 'private' }, null]) {
        for (const botToken of [null, 'xoxb-secret']) {
          const { courier, calls } = slack([], { botToken })
          await courier.deliver(pressed, reply, message)
          expect(calls.some(({ body }) => body.delete_original === true || body.replace_original === true)).toBe(false)
        }
      }
  })

  it("the run's own message is edited when it has served, and that of the button where it is another one", async () => {
    const { courier, calls } = slack()
    await courier.retire(pressed, toRoom, bot)
    expect(calls.map(({ to, body }) => [to, body.ts, body.replace_original])).toEqual([
      ['chat.update', '3.3', undefined],
      [RESPONSE_URL, undefined, true],
    ])
    const same = slack()
    await same.courier.retire(pressed, toRoom, { ...bot, ts: '7.7' })
    expect(same.ways()).toEqual(['chat.update'])
  })

  it('nothing new is said in place of a message that cannot be edited', async () => {
    const { courier, ways } = slack([refusal('message_not_found')])
    await courier.retire(event, toRoom, bot)
    await courier.retire(event, toRoom, { via: 'response_url', uses: 1, shown: 'channel' })
    await courier.retire(event, toRoom, null)
    expect(ways()).toEqual(['chat.update'])
  })
})
