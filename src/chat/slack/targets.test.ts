import { describe, expect, it } from 'vitest'
import type { SlackConfig } from '../../config.ts'
import type { Target } from '../../runs/courier.ts'
import type { Address } from '../invocation.ts'
import { plain } from '../markdown.ts'
import { textReply } from '../reply.ts'
import { slackAddress } from './address.ts'
import { createSlackCourier } from './courier.ts'
import type { Served } from './targets.ts'

const CONFIG: SlackConfig = { signingSecrets: [], botToken: 'xoxb-secret', apiUrl: 'https://slack.com/api/' }
const RESPONSE_URL = 'https://hooks.slack.com/commands/T1/2/x'
const place = { team: 'T1', channel: 'C1', user: 'U1', receivedAt: 1_780_000_000_000 }
const command = slackAddress({ ...place, responseUrl: RESPONSE_URL })

type Answer = object | Response | Error
interface Call {
  readonly method: string
  readonly type: string | null
  readonly args: Record<string, unknown>
}

/** A Slack that gives each method's answers in turn, the last one again and again. */
function slack(answers: Record<string, Answer[]>, config: Partial<SlackConfig> = {}, served: Served = 'one') {
  const calls: Call[] = []
  const fetch = async (address: string, init: RequestInit) => {
    const method = address.replace('https://slack.com/api/', '')
    const type = new Headers(init.headers).get('content-type')
    const body = String(init.body)
    const isForm = type === 'application/x-www-form-urlencoded'
    calls.push({ method, type, args: isForm ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body) })
    const list = answers[method] ?? []
    const answer = list.length > 1 ? list.shift() : list[0]
    if (answer === undefined) throw new Error(`nobody expected ${method}`)
    if (answer instanceof Error) throw answer
    return answer instanceof Response ? answer.clone() : Response.json(answer)
  }
  const courier = createSlackCourier({ config: { ...CONFIG, ...config }, fetch, now: () => place.receivedAt, served })
  const resolve = (target: Target, address: Address = command) => courier.resolve(address, target)
  return { calls, courier, resolve, methods: () => calls.map(({ method }) => method) }
}

const refusal = (error: string) => ({ ok: false, error })
const channel = (more: object = {}) => ({
  ok: true,
  channel: {
    id: 'C2',
    name: 'ops',
    is_member: true,
    is_private: false,
    is_archived: false,
    is_shared: false,
    context_team_id: 'T1',
    ...more,
  },
})
const user = (more: object = {}) => ({
  ok: true,
  user: { id: 'U2', team_id: 'T1', name: 'ada', profile: { display_name: 'Ada' }, ...more },
})
const members = (list: string[], next_cursor = '') => ({ ok: true, members: list, response_metadata: { next_cursor } })
const rooms = (list: object[], next_cursor = '') => ({ ok: true, channels: list, response_metadata: { next_cursor } })
const opened = { ok: true, channel: { id: 'D2' } }
const ops: Target = { kind: 'channel', id: 'C2' }
const ada: Target = { kind: 'user', id: 'U2' }
const refused = (pattern: RegExp) => ({ ok: false, message: expect.stringMatching(pattern) })
/** What passes by itself: a queued run waits for it. */
const refusedNow = (pattern: RegExp) => ({ ...refused(pattern), later: true })

it('here is where it was asked, unchanged and without a call', async () => {
  const { resolve, calls } = slack({})
  expect(await resolve({ kind: 'here' })).toEqual({ ok: true, address: command, label: 'this channel' })
  expect(calls).toEqual([])
})

describe('a channel', () => {
  it('that is public and has the bot in it is reached without the response_url of the asker', async () => {
    const { resolve, calls } = slack({ 'conversations.info': [channel()] })
    expect(await resolve(ops)).toEqual({
      ok: true,
      label: '#ops',
      address: { platform: 'slack', team: 'T1', channel: 'C2', user: 'U1' },
    })
    // Slack's reading methods overlook a JSON body.
    expect(calls).toEqual([
      { method: 'conversations.info', type: 'application/x-www-form-urlencoded', args: { channel: 'C2' } },
    ])
  })

  it('that refuses the post in the end leaves the answer undeliverable, and says it nowhere else', async () => {
    const { resolve, courier, methods } = slack({
      'conversations.info': [channel()],
      'chat.postMessage': [refusal('restricted_action')],
    })
    const resolved = await resolve(ops)
    if (!resolved.ok) throw new Error(resolved.message)
    const reply = textReply(plain('secret'), { visibility: 'channel' })
    expect(await courier.deliver(resolved.address, reply, null)).toMatchObject({ outcome: 'undeliverable' })
    expect(methods()).toEqual(['conversations.info', 'chat.postMessage'])
  })

  it.each([
    ['without the bot', { is_member: false }, /not in #ops.*invite @pawl/],
    ['that is archived', { is_archived: true }, /#ops is archived/],
    ['that is shared through Slack Connect', { is_ext_shared: true }, /shared with another workspace/],
    ['that is about to be shared', { is_pending_ext_shared: true }, /shared with another workspace/],
    ['that the whole organisation shares', { is_shared: true, is_org_shared: true }, /shared with another workspace/],
    ['of another team', { context_team_id: 'T2' }, /no such channel/],
  ])('%s is refused', async (_, more, message) => {
    expect(await slack({ 'conversations.info': [channel(more)] }).resolve(ops)).toEqual(refused(message))
  })

  it.each([undefined, null, ''])(
    'that Slack says to be of %j is open only where one workspace is served',
    async (context_team_id) => {
      const answers = { 'conversations.info': [channel({ context_team_id })] }
      expect(await slack(answers).resolve(ops)).toMatchObject({ ok: true })
      const elsewhere = await slack(answers, {}, 'several').resolve(ops)
      expect(elsewhere).toEqual(refused(/no such channel/))
      expect(JSON.stringify(elsewhere)).not.toContain('#ops')
      const known = { 'conversations.info': [channel()] }
      expect(await slack(known, {}, 'several').resolve(ops)).toMatchObject({ ok: true })
    },
  )

  it('that is where it was asked says so, unless that was in a thread of it', async () => {
    const home = { 'conversations.info': [channel({ id: 'C1' })] }
    expect(await slack(home).resolve({ kind: 'channel', id: 'C1' })).toMatchObject({ here: true })
    const inThread = slackAddress({ ...place, thread: '1.1' })
    expect(await slack(home).resolve({ kind: 'channel', id: 'C1' }, inThread)).not.toHaveProperty('here')
  })

  it('that is private is for its members alone, and nobody else learns its name', async () => {
    const info = [channel({ is_private: true, name: 'layoffs', is_archived: true, is_shared: true })]
    const outside = await slack({ 'conversations.info': info, 'conversations.members': [members(['U9'])] }).resolve(ops)
    expect(outside).toEqual(refused(/no such channel/))
    expect(JSON.stringify(outside)).not.toContain('layoffs')
    const inside = slack({
      'conversations.info': [channel({ is_private: true })],
      'conversations.members': [members(['U9'], 'next'), members(['U1'])],
    })
    expect(await inside.resolve(ops)).toMatchObject({ ok: true, label: '#ops' })
    expect(inside.calls.at(-1)?.args).toEqual({ channel: 'C2', limit: '1000', cursor: 'next' })
  })

  it('counts as private where Slack does not say', async () => {
    const info = { ok: true, channel: { id: 'C2', name: 'ops', is_member: true } }
    const { resolve, methods } = slack({ 'conversations.info': [info], 'conversations.members': [members([])] })
    expect(await resolve(ops)).toEqual(refused(/no such channel/))
    expect(methods()).toEqual(['conversations.info', 'conversations.members'])
  })

  it.each([
    [5, { ok: true }],
    [6, refused(/too many members/)],
  ])('whose member stands on page %i is looked for on five pages', async (page, expected) => {
    const pages = Array.from({ length: 6 }, (_, i) => members([i === page - 1 ? 'U1' : 'U9'], i < 5 ? `p${i}` : ''))
    const { resolve, methods } = slack({
      'conversations.info': [channel({ is_private: true })],
      'conversations.members': pages,
    })
    expect(await resolve(ops)).toMatchObject(expected)
    expect(methods()).toHaveLength(6)
  })
})

describe('a channel whose name was typed', () => {
  const typed: Target = { kind: 'channel', id: 'Ops' }

  it('is found among those of the bot, in any case of letters, and checked like a picked one', async () => {
    const { resolve, calls } = slack({
      'users.conversations': [rooms([{ id: 'C3', name: 'ops-2' }], 'more'), rooms([{ id: 'C2', name: 'ops' }])],
      'conversations.info': [channel({ is_archived: true })],
    })
    expect(await resolve(typed)).toEqual(refused(/archived/))
    expect(calls[1]?.args).toMatchObject({ cursor: 'more', types: 'public_channel,private_channel' })
    expect(calls[2]).toMatchObject({ method: 'conversations.info', args: { channel: 'C2' } })
  })

  it.each([
    ['is not among them', [rooms([{ id: 'C3', name: 'ops-2' }])]],
    ['is there twice', [rooms([{ id: 'C2', name: 'ops' }]), rooms([{ id: 'C3', name: 'ops' }])].map(twice)],
    ['may be there again on a page that nobody reads', [rooms([{ id: 'C2', name: 'ops' }], 'more'), rooms([], 'more')]],
  ])('is refused when it %s', async (_, pages) => {
    const { resolve, methods } = slack({ 'users.conversations': pages })
    expect(await resolve(typed)).toEqual(refused(/pick the channel from the list/))
    expect(methods()).not.toContain('conversations.info')
  })

  /** The first page says that another follows. */
  function twice(page: object, index: number): object {
    return index === 0 ? { ...page, response_metadata: { next_cursor: 'next' } } : page
  }
})

describe('a person', () => {
  it('is reached in the direct conversation with the bot', async () => {
    const { resolve, calls } = slack({ 'users.info': [user()], 'conversations.open': [opened] })
    expect(await resolve(ada)).toEqual({
      ok: true,
      label: '@Ada',
      address: { platform: 'slack', team: 'T1', channel: 'D2', user: 'U2' },
    })
    expect(calls.map(({ method, args }) => [method, args])).toEqual([
      ['users.info', { user: 'U2' }],
      ['conversations.open', { users: 'U2' }],
    ])
  })

  it('who is the asker needs no look-up', async () => {
    const { resolve, methods } = slack({ 'conversations.open': [opened] })
    expect(await resolve({ kind: 'me' })).toMatchObject({ ok: true, label: 'you', address: { user: 'U1' } })
    expect(methods()).toEqual(['conversations.open'])
  })

  it('bears a name of one line', async () => {
    const profile = { display_name: 'Ada\n\u202eLovelace' }
    const { resolve } = slack({ 'users.info': [user({ profile })], 'conversations.open': [opened] })
    expect(await resolve(ada)).toMatchObject({ label: '@Ada Lovelace' })
  })

  it.each([
    ['of another workspace', { team_id: 'T2' }, /another workspace/],
    ['whom Slack calls a stranger', { is_stranger: true }, /another workspace/],
    ['who has left', { deleted: true }, /deactivated/],
    ['who is a bot', { is_bot: true }, /is a bot/],
    ['who is Slackbot', { id: 'USLACKBOT' }, /is a bot/],
  ])('%s is refused before a conversation is opened', async (_, more, message) => {
    const { resolve, methods } = slack({ 'users.info': [user(more)] })
    expect(await resolve(ada)).toEqual(refused(message))
    expect(methods()).toEqual(['users.info'])
  })

  it('whose name was only typed is refused without a call', async () => {
    const { resolve, calls } = slack({})
    expect(await resolve({ kind: 'user', id: 'ada' })).toEqual(refused(/pick the person/))
    expect(calls).toEqual([])
  })
})

describe('the thread', () => {
  const thread: Target = { kind: 'thread' }

  it('is the one that it was asked in', async () => {
    const { resolve } = slack({ 'conversations.info': [channel({ id: 'C1' })] })
    const asked = slackAddress({ ...place, thread: '1.1', askedIn: '2.2' })
    expect(await resolve(thread, asked)).toEqual({
      ok: true,
      label: 'this thread',
      here: true,
      address: { platform: 'slack', team: 'T1', channel: 'C1', user: 'U1', thread: '1.1' },
    })
  })

  it('begins at the message that asked, where that stands in none', async () => {
    const { resolve, calls } = slack({})
    const asked = slackAddress({ ...place, channel: 'D1', askedIn: '2.2' })
    expect(await resolve(thread, asked)).toMatchObject({ address: { channel: 'D1', thread: '2.2' } })
    expect(calls).toEqual([])
  })

  it('of a slash command is none', async () => {
    expect(await slack({}).resolve(thread)).toEqual(refused(/stands in no thread/))
  })

  it('in a channel without the bot is refused', async () => {
    const { resolve } = slack({ 'conversations.info': [channel({ is_member: false })] })
    expect(await resolve(thread, slackAddress({ ...place, thread: '1.1' }))).toEqual(refused(/not in #ops/))
  })
})

describe('when Slack does not help', () => {
  it.each([
    ['is out of reach', new Error('no route'), refusedNow(/just now/)],
    ['is down', new Response('', { status: 503 }), refusedNow(/just now/)],
    ['has had enough', new Response('', { status: 429 }), refusedNow(/just now/)],
    ['knows no such channel', refusal('channel_not_found'), refused(/no such channel/)],
    ['misses a scope', refusal('missing_scope'), refused(/manifest/)],
    ['knows the token no more', refusal('token_revoked'), refused(/SLACK_BOT_TOKEN/)],
    ['says something new', refusal('brand_new'), refused(/brand_new/)],
    ['says nothing that can be read', { ok: true }, refused(/cannot read/)],
  ])('because it %s, the refusal says what to do', async (_, answer, expected) => {
    expect(await slack({ 'conversations.info': [answer] }).resolve(ops)).toEqual(expected)
  })

  it('for want of a token, nobody is called', async () => {
    const { resolve, calls } = slack({}, { botToken: null })
    expect(await resolve(ops)).toEqual(refused(/SLACK_BOT_TOKEN/))
    expect(calls).toEqual([])
  })

  it('and the address is no address of Slack, it is refused', async () => {
    expect(await slack({}).resolve(ops, { platform: 'slack' })).toEqual(refused(/Type the line again/))
  })
})
