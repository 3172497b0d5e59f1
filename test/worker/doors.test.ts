/** The doors through the real routes, in workerd, with a hall that only writes down what reaches it. */
import { describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/app.ts'
import { BODY_LIMIT } from '../../src/chat/http.ts'
import { md, plain } from '../../src/chat/markdown.ts'
import { textReply } from '../../src/chat/reply.ts'
import type { Config } from '../../src/config.ts'
import {
  discordKeys,
  discordRequest,
  type FakeHall,
  FORM,
  fakeHall,
  lifetime,
  NOW,
  rooms,
  SLACK_SECRET,
  slackRequest,
  testConfig,
} from './doors-kit.ts'

const AT = NOW / 1_000

function send(request: Request, hall: FakeHall, config: Config = testConfig()): Promise<Response> {
  return Promise.resolve(createApp(() => rooms(hall, config)).fetch(request, {}, lifetime()))
}

function form(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString()
}

const DEPLOY = {
  command: '/deploy',
  text: 'web --env prod',
  team_id: 'T111',
  channel_id: 'C111',
  channel_name: 'ops',
  user_id: 'U111',
  user_name: 'ada',
  trigger_id: '1.2.abc',
  response_url: 'https://hooks.slack.com/commands/T111/1/x',
}

const EVENT = {
  type: 'event_callback',
  team_id: 'T111',
  event_id: 'Ev1',
  authorizations: [{ team_id: 'T111', user_id: 'UPAWL', is_bot: true }],
  event: { type: 'app_mention', user: 'U111', text: '<@UPAWL> deploy web', channel: 'C111', team: 'T111', ts: '1.1' },
}

async function event(over: object, top: object = {}): Promise<Request> {
  return slackRequest('/slack/events', JSON.stringify({ ...EVENT, ...top, event: { ...EVENT.event, ...over } }))
}

const keys = await discordKeys()
const discordConfig = testConfig({ DISCORD_PUBLIC_KEY: keys.publicKey })

const COMMAND = {
  id: '900',
  application_id: '800',
  type: 2,
  token: 'interaction-token',
  guild_id: '100',
  channel_id: '300',
  channel: { id: '300', type: 0, name: 'ops' },
  member: { user: { id: '200', username: 'ada' } },
  data: { id: '1', name: 'deploy', type: 1, options: [] as unknown[] },
}

async function discord(over: object, hall: FakeHall, config: Config = discordConfig): Promise<Response> {
  return send(await discordRequest(keys, JSON.stringify({ ...COMMAND, ...over })), hall, config)
}

describe('routes', () => {
  it('an unknown path is a 404', async () => {
    const response = await send(new Request('https://pawl.test/slack'), fakeHall())
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: 'no such route' })
  })

  it.each(['/slack/commands', '/slack/interactions', '/slack/events', '/discord/interactions'])(
    '%s takes POST only, and names it',
    async (path) => {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
        const response = await send(new Request(`https://pawl.test${path}`, { method }), fakeHall())
        expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'POST'])
      }
    },
  )

  it('health answers 200 when everything is there and 503 when something is not', async () => {
    for (const [ok, status] of [
      [true, 200],
      [false, 503],
    ] as const) {
      const health = async () => ({ ok, version: 'v', bindings: {}, problems: [] })
      const app = createApp(() => ({ ...rooms(fakeHall(), testConfig()), health }))
      expect((await app.fetch(new Request('https://pawl.test/healthz'), {}, lifetime())).status).toBe(status)
    }
  })

  it('a failure inside answers 500 and says nothing of the cause', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const hall = { ...fakeHall(), admit: () => Promise.reject(new Error('D1 is at 10.0.0.1')) }
    const response = await send(await slackRequest('/slack/commands', form(DEPLOY)), hall)
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ error: 'internal error' })
    expect(log.mock.calls).toEqual([['{"event":"request_failed","path":"/slack/commands","error":"Error"}']])
    log.mockRestore()
  })
})

describe('the signature of a Slack request', () => {
  it.each([
    ['300 s old', AT - 300, 200, undefined],
    ['301 s old', AT - 301, 401, 'timestamp_stale'],
    ['300 s ahead', AT + 300, 200, undefined],
    ['301 s ahead', AT + 301, 401, 'timestamp_future'],
  ])('%s', async (_, at, status, reason) => {
    const hall = fakeHall()
    const response = await send(await slackRequest('/slack/commands', form(DEPLOY), { at }), hall)
    expect(response.status).toBe(status)
    expect(hall.refused[0]?.reason).toBe(reason)
    expect(hall.admitted).toHaveLength(status === 200 ? 1 : 0)
  })

  it('made with another secret is refused, and the caller does not learn which check failed', async () => {
    const hall = fakeHall()
    const response = await send(
      await slackRequest('/slack/commands', form(DEPLOY), { secret: 'another-secret-of-length' }),
      hall,
    )
    expect([response.status, await response.text()]).toEqual([401, '{"error":"signature refused"}'])
    expect(hall.refused).toEqual([{ door: 'slack.commands', reason: 'signature_mismatch' }])
    expect(hall.admitted).toEqual([])
  })

  it('made with the secret that is being rotated out is accepted', async () => {
    const config = testConfig({
      SLACK_SIGNING_SECRET: 'the-new-secret-of-some-length',
      SLACK_SIGNING_SECRET_OLD: SLACK_SECRET,
    })
    const response = await send(await slackRequest('/slack/commands', form(DEPLOY)), fakeHall(), config)
    expect(response.status).toBe(200)
  })

  it('is never accepted by an install without a secret, nor by one with a short secret', async () => {
    for (const secret of ['', 'short']) {
      const hall = fakeHall()
      const config = testConfig({ SLACK_SIGNING_SECRET: secret })
      const request = await slackRequest('/slack/commands', form(DEPLOY), { secret: secret || 'x' })
      expect((await send(request, hall, config)).status).toBe(401)
      expect(hall.refused[0]?.reason).toBe('secret_missing')
    }
  })

  it.each([
    ['x-slack-signature', null, 'signature_missing'],
    ['x-slack-signature', 'v0=', 'signature_malformed'],
    ['x-slack-signature', `v0=${'A'.repeat(64)}`, 'signature_malformed'],
    ['x-slack-signature', `v0=${'a'.repeat(63)}`, 'signature_malformed'],
    ['x-slack-signature', `v1=${'a'.repeat(64)}`, 'signature_malformed'],
    ['x-slack-request-timestamp', null, 'timestamp_missing'],
    ['x-slack-request-timestamp', '', 'timestamp_malformed'],
    ['x-slack-request-timestamp', `${AT}.5`, 'timestamp_malformed'],
    ['x-slack-request-timestamp', `+${AT}`, 'timestamp_malformed'],
    ['x-slack-request-timestamp', '0x6a19a200', 'timestamp_malformed'],
  ])('with %s = %s is refused as %s', async (header, value, reason) => {
    const hall = fakeHall()
    const request = await slackRequest('/slack/commands', form(DEPLOY))
    if (value === null) request.headers.delete(header)
    else request.headers.set(header, value)
    expect((await send(request, hall)).status).toBe(401)
    expect(hall.refused[0]?.reason).toBe(reason)
  })
})

describe('the body of a request', () => {
  it('of exactly the limit is read, one byte more is a 413 that comes before the signature', async () => {
    const head = `${form(DEPLOY)}&pad=`
    const full = head + 'x'.repeat(BODY_LIMIT - head.length)
    expect((await send(await slackRequest('/slack/commands', full), fakeHall())).status).toBe(200)

    const hall = fakeHall()
    const over = new Request('https://pawl.test/slack/commands', { method: 'POST', body: `${full}x` })
    const response = await send(over, hall)
    expect([response.status, await response.json()]).toEqual([413, { error: 'body over 256 KB' }])
    expect(hall.refused).toEqual([{ door: 'slack.commands', reason: 'body_too_large' }])
  })

  it('is counted as it arrives, whatever the content-length says', async () => {
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 1
        if (sent > 1_000) controller.close()
        else controller.enqueue(new Uint8Array(65_536))
      },
    })
    const request = new Request('https://pawl.test/slack/events', {
      method: 'POST',
      body,
      headers: { 'content-length': '2' },
    })
    expect((await send(request, fakeHall())).status).toBe(413)
    expect(sent).toBeLessThan(20)
  })

  it('of the wrong media type is a 415, but only once it is verified', async () => {
    const hall = fakeHall()
    const signed = await slackRequest('/slack/commands', form(DEPLOY), { mediaType: 'text/plain' })
    expect((await send(signed, hall)).status).toBe(415)
    const unsigned = new Request('https://pawl.test/slack/commands', { method: 'POST', body: 'x' })
    expect((await send(unsigned, hall)).status).toBe(401)
    expect(hall.refused.map(({ reason }) => reason)).toEqual(['media_type_unsupported', 'signature_missing'])
  })

  it('with a charset behind its media type is read', async () => {
    const request = await slackRequest('/slack/commands', form(DEPLOY), { mediaType: `${FORM}; charset=utf-8` })
    expect((await send(request, fakeHall())).status).toBe(200)
  })

  it.each([
    ['/slack/commands', 'command=%2Fdeploy'],
    ['/slack/commands', form({ ...DEPLOY, team_id: 'T1:U1' })],
    ['/slack/interactions', 'payload=%7B'],
    ['/slack/interactions', 'payload=[]'],
    ['/slack/interactions', ''],
    ['/slack/events', '{'],
    ['/slack/events', '{}'],
    ['/slack/events', '{"type":"event_callback","event":7}'],
    ['/slack/events', '{"type":"url_verification"}'],
  ])('%s with %s is malformed', async (path, body) => {
    const hall = fakeHall()
    const response = await send(await slackRequest(path, body), hall)
    expect([response.status, await response.json()]).toEqual([400, { error: 'malformed request' }])
    expect(hall.refused).toHaveLength(1)
    expect(hall.admitted).toEqual([])
  })
})

describe('a slash command', () => {
  it('becomes an invocation, and the reply its answer', async () => {
    const hall = fakeHall()
    const response = await send(await slackRequest('/slack/commands', form(DEPLOY)), hall)
    expect(hall.admitted).toEqual([
      {
        source: 'slack.command',
        delivery: 'slack:trigger:1.2.abc',
        actor: { platform: 'slack', workspace: 'T111', id: 'U111' },
        standing: 'unknown',
        channel: { id: 'C111', kind: 'channel', name: 'ops' },
        input: { kind: 'line', text: 'deploy web --env prod' },
        address: {
          platform: 'slack',
          team: 'T111',
          channel: 'C111',
          user: 'U111',
          response_url: DEPLOY.response_url,
          response_url_until: NOW + 1_800_000,
        },
        answersInResponse: true,
        receivedAt: NOW,
      },
    ])
    expect(await response.json()).toMatchObject({ response_type: 'in_channel', text: 'done' })
  })

  it('/pawl is its text alone', async () => {
    const hall = fakeHall()
    await send(await slackRequest('/slack/commands', form({ ...DEPLOY, command: '/pawl', text: 'help deploy' })), hall)
    expect(hall.admitted[0]?.input).toEqual({ kind: 'line', text: 'help deploy' })
  })

  it('typed in a direct conversation says so and has no name of a room', async () => {
    const hall = fakeHall()
    await send(
      await slackRequest('/slack/commands', form({ ...DEPLOY, channel_id: 'D111', channel_name: 'directmessage' })),
      hall,
    )
    expect(hall.admitted[0]?.channel).toEqual({ id: 'D111', kind: 'direct' })
  })

  it('whose answer is still to come is acknowledged to the asker alone', async () => {
    const hall = fakeHall(textReply(plain('queued'), { visibility: 'channel', pending: true }))
    const response = await send(await slackRequest('/slack/commands', form(DEPLOY)), hall)
    expect(await response.json()).toMatchObject({ response_type: 'ephemeral', text: 'queued' })
  })

  it('from a workspace that is not served runs nothing, tells the person how to change that, and the audit who it was', async () => {
    const hall = fakeHall()
    const response = await send(await slackRequest('/slack/commands', form({ ...DEPLOY, team_id: 'T999' })), hall)
    expect(response.status).toBe(200)
    const answer = (await response.json()) as { response_type: string; text: string }
    expect(answer.response_type).toBe('ephemeral')
    expect(answer.text).toContain('slack:T999')
    expect(answer.text).toContain('PAWL_WORKSPACES')
    expect(hall.admitted).toEqual([])
    expect(hall.refused).toEqual([
      {
        door: 'slack.commands',
        reason: 'workspace_not_allowed',
        actor: { platform: 'slack', workspace: 'T999', id: 'U111' },
      },
    ])
  })

  it('that is a probe of the certificate is answered empty and read no further', async () => {
    const hall = fakeHall()
    const response = await send(await slackRequest('/slack/commands', 'token=x&ssl_check=1'), hall)
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect([hall.admitted, hall.refused]).toEqual([[], []])
  })
})

describe('a Slack event', () => {
  it('that verifies the address is answered with its challenge', async () => {
    const response = await send(
      await slackRequest('/slack/events', '{"type":"url_verification","challenge":"abc"}'),
      fakeHall(),
    )
    expect(await response.json()).toEqual({ challenge: 'abc' })
  })

  it('that mentions Pawl at its beginning is an invocation whose answer the courier brings', async () => {
    const hall = fakeHall()
    const response = await send(await event({ thread_ts: '12.34' }), hall)
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(hall.admitted).toEqual([
      {
        source: 'slack.event',
        delivery: 'slack:event:Ev1',
        actor: { platform: 'slack', workspace: 'T111', id: 'U111' },
        standing: 'unknown',
        channel: { id: 'C111', kind: 'channel' },
        input: { kind: 'line', text: 'deploy web' },
        address: { platform: 'slack', team: 'T111', channel: 'C111', user: 'U111', thread: '12.34', asked_in: '1.1' },
        answersInResponse: false,
        receivedAt: NOW,
      },
    ])
  })

  it('in the direct conversation needs no mention', async () => {
    const hall = fakeHall()
    await send(await event({ type: 'message', channel_type: 'im', channel: 'D1', text: 'deploy web' }), hall)
    expect(hall.admitted[0]).toMatchObject({ channel: { id: 'D1', kind: 'direct' }, input: { text: 'deploy web' } })
  })

  it('is numbered by its event id when Slack sends it again', async () => {
    const hall = fakeHall()
    const request = await event({})
    request.headers.set('x-slack-retry-num', '1')
    await send(request, hall)
    expect(hall.admitted[0]?.delivery).toBe('slack:event:Ev1')
  })

  it.each([
    ['a message in a channel without a mention', { type: 'message', channel_type: 'channel', text: 'deploy web' }],
    ['a mention in the middle', { text: 'deploy web <@UPAWL>' }],
    ['a mention of somebody else first', { text: '<@UADA> <@UPAWL> deploy web' }],
    ['a mention in the direct conversation, which comes as a message too', { channel: 'D1' }],
    ['a message of a bot', { bot_id: 'B1' }],
    ['a message of a bot, by its profile', { bot_profile: { id: 'B1' } }],
    ['its own message', { user: 'UPAWL', text: '<@UPAWL> deploy web' }],
    ['an edited message', { edited: { user: 'U111', ts: '1.2' } }],
    ['an edit', { type: 'message', channel_type: 'im', subtype: 'message_changed' }],
    ['a deletion', { type: 'message', channel_type: 'im', subtype: 'message_deleted' }],
    ['a bot in the direct conversation', { type: 'message', channel_type: 'im', subtype: 'bot_message' }],
    ['a reaction', { type: 'reaction_added' }],
  ])('that is %s runs nothing and is acknowledged', async (_, over) => {
    const hall = fakeHall()
    expect((await send(await event(over), hall)).status).toBe(200)
    expect([hall.admitted, hall.refused]).toEqual([[], []])
  })

  it.each([
    ['by user_team', { user_team: 'T999', team: 'T111' }, {}, 'workspace_not_allowed'],
    ['by team', { team: 'T999' }, {}, 'workspace_not_allowed'],
    ['in a shared channel, unnamed', { team: undefined }, { is_ext_shared_channel: true }, 'workspace_unknown'],
  ])('of a person of another team, %s, runs nothing', async (_, over, top, reason) => {
    const hall = fakeHall()
    expect((await send(await event(over, top), hall)).status).toBe(200)
    expect(hall.admitted).toEqual([])
    expect(hall.refused[0]?.reason).toBe(reason)
  })
})

describe('a Slack interaction', () => {
  it.each([
    ['block_actions', ''],
    ['view_submission', ''],
    ['view_closed', ''],
    ['shortcut', ''],
    ['message_action', ''],
    ['block_suggestion', '{"options":[]}'],
    ['something_new', ''],
  ])('%s without a handler is answered with %j', async (type, answer) => {
    const hall = fakeHall()
    const response = await send(
      await slackRequest('/slack/interactions', form({ payload: JSON.stringify({ type }) })),
      hall,
    )
    expect([response.status, await response.text()]).toEqual([200, answer])
    expect(hall.admitted).toEqual([])
  })
})

describe('a Discord interaction', () => {
  it('PING is answered PONG', async () => {
    expect(await (await discord({ type: 1 }, fakeHall())).json()).toEqual({ type: 1 })
  })

  it('a command becomes an invocation with typed options, and the reply its message', async () => {
    const hall = fakeHall()
    const options = [
      { name: 'service', type: 3, value: 'web' },
      { name: 'count', type: 4, value: 3 },
      { name: 'force', type: 5, value: true },
      { name: 'who', type: 6, value: '201' },
      { name: 'share', type: 10, value: 0.5 },
    ]
    const response = await discord({ data: { ...COMMAND.data, options } }, hall)
    expect(hall.admitted).toEqual([
      {
        source: 'discord.command',
        delivery: 'discord:interaction:900',
        actor: { platform: 'discord', workspace: '100', id: '200' },
        standing: 'member',
        channel: { id: '300', kind: 'channel', name: 'ops' },
        input: {
          kind: 'command',
          path: ['deploy'],
          options: new Map<string, unknown>([
            ['service', 'web'],
            ['count', 3],
            ['force', true],
            ['who', '201'],
            ['share', 0.5],
          ]),
        },
        address: {
          platform: 'discord',
          application: '800',
          interaction: '900',
          token: 'interaction-token',
          token_until: NOW + 900_000,
          guild: '100',
          channel: '300',
          user: '200',
        },
        answersInResponse: true,
        receivedAt: NOW,
      },
    ])
    expect(await response.json()).toEqual({
      type: 4,
      data: { content: 'done', embeds: [], components: [], allowed_mentions: { parse: [] }, flags: 0 },
    })
  })

  it('a private reply carries the ephemeral flag', async () => {
    const answer = await (await discord({}, fakeHall(textReply(plain('no'))))).json()
    expect(answer).toMatchObject({ data: { flags: 64 } })
  })

  it.each([
    [
      'a subcommand',
      [{ type: 1, name: 'install', options: [{ type: 3, name: 'id', value: 'x' }] }],
      ['deploy', 'install'],
    ],
    ['a group', [{ type: 2, name: 'pack', options: [{ type: 1, name: 'install' }] }], ['deploy', 'pack', 'install']],
  ])('%s is part of the path', async (_, options, path) => {
    const hall = fakeHall()
    await discord({ data: { ...COMMAND.data, options } }, hall)
    expect(hall.admitted[0]?.input).toMatchObject({ kind: 'command', path })
  })

  it('a field of text has its mentions as the words that they are on a line', async () => {
    const hall = fakeHall()
    const options = [{ type: 3, name: 'why', value: 'see <#300> and <@!400>' }]
    await discord({ data: { ...COMMAND.data, options } }, hall)
    expect(hall.admitted[0]?.input).toMatchObject({ options: new Map([['why', 'see #300 and @400']]) })
  })

  it.each([
    [[{ type: 3, name: 'run', value: 'deploy web | echo' }], 'deploy web | echo'],
    [[], ''],
  ])('/pawl with %j is a line', async (options, text) => {
    const hall = fakeHall()
    await discord({ data: { ...COMMAND.data, name: 'pawl', options } }, hall)
    expect(hall.admitted[0]?.input).toEqual({ kind: 'line', text })
  })

  it.each([
    ['a value of another type', [{ type: 4, name: 'count', value: '3' }]],
    [
      'an option named twice',
      [
        { type: 3, name: 'a', value: 'x' },
        { type: 3, name: 'a', value: 'y' },
      ],
    ],
    ['an unknown type of option', [{ type: 99, name: 'a', value: 'x' }]],
    [
      'values beside a subcommand',
      [
        { type: 3, name: 'a', value: 'x' },
        { type: 1, name: 'b' },
      ],
    ],
    ['three levels of groups', [{ type: 2, name: 'a', options: [{ type: 2, name: 'b', options: [] }] }]],
  ])('%s is malformed', async (_, options) => {
    const hall = fakeHall()
    expect((await discord({ data: { ...COMMAND.data, options } }, hall)).status).toBe(400)
    expect(hall.admitted).toEqual([])
  })

  it.each([[{ type: 77 }], [{ type: 'x' }], [{ member: null }], [{ data: null }], [{ token: '' }]])(
    '%j is malformed',
    async (over) => {
      const hall = fakeHall()
      expect((await discord(over, hall)).status).toBe(400)
      expect(hall.refused).toHaveLength(1)
    },
  )

  it('in a direct message belongs to no workspace and is refused in words', async () => {
    const hall = fakeHall()
    const response = await discord({ guild_id: undefined, member: undefined, user: { id: '200' } }, hall)
    expect(await response.json()).toMatchObject({
      type: 4,
      data: { flags: 64, content: expect.stringContaining('server') },
    })
    expect(hall.admitted).toEqual([])
    expect(hall.refused[0]?.reason).toBe('workspace_unknown')
  })

  it('from a guild that is not served runs nothing and says so', async () => {
    const hall = fakeHall()
    const response = await discord({ guild_id: '101' }, hall)
    expect(await response.json()).toMatchObject({
      type: 4,
      data: { flags: 64, content: expect.stringContaining('discord:101') },
    })
    expect(hall.admitted).toEqual([])
    expect(hall.refused[0]).toMatchObject({ reason: 'workspace_not_allowed', actor: { workspace: '101', id: '200' } })
  })

  it.each([
    ['autocompletion', { type: 4 }, { type: 8, data: { choices: [] } }],
    ['a component', { type: 3, data: { custom_id: 'x' } }, { type: 4, data: { flags: 64 } }],
    ['a form', { type: 5, data: { custom_id: 'x' } }, { type: 4, data: { flags: 64 } }],
    ['a command on a person', { data: { name: 'x', type: 2 } }, { type: 4, data: { flags: 64 } }],
  ])('%s without a handler is answered properly', async (_, over, answer) => {
    const hall = fakeHall()
    expect(await (await discord(over, hall)).json()).toMatchObject(answer)
    expect(hall.admitted).toEqual([])
  })

  it('is refused when forged, stale, dated ahead, malformed or without a key', async () => {
    const other = await discordKeys()
    const body = JSON.stringify(COMMAND)
    const upper = await discordRequest(keys, body)
    upper.headers.set('x-signature-ed25519', (upper.headers.get('x-signature-ed25519') ?? '').toUpperCase())
    const cases: [Request, Config, string][] = [
      [await discordRequest(other, body), discordConfig, 'signature_mismatch'],
      [await discordRequest(keys, body, { at: AT - 301 }), discordConfig, 'timestamp_stale'],
      [await discordRequest(keys, body, { at: AT + 301 }), discordConfig, 'timestamp_future'],
      [upper, discordConfig, 'signature_malformed'],
      [await discordRequest(keys, body), testConfig(), 'secret_missing'],
    ]
    for (const [request, config, reason] of cases) {
      const hall = fakeHall()
      expect([(await send(request, hall, config)).status, hall.refused[0]?.reason]).toEqual([401, reason])
      expect(hall.admitted).toEqual([])
    }
  })

  it('is accepted at the edges of the window and with the key that is being rotated out', async () => {
    const other = await discordKeys()
    const rotating = testConfig({ DISCORD_PUBLIC_KEY: other.publicKey, DISCORD_PUBLIC_KEY_OLD: keys.publicKey })
    for (const at of [AT - 300, AT + 300])
      expect(
        (await send(await discordRequest(keys, JSON.stringify(COMMAND), { at }), fakeHall(), rotating)).status,
      ).toBe(200)
  })

  it('data in a reply stays data', async () => {
    const hall = fakeHall(textReply(md`by ${'@everyone <@1> **x**'}`, { visibility: 'channel' }))
    expect(await (await discord({}, hall)).json()).toMatchObject({
      data: { content: 'by @everyone \\<@1> \\*\\*x\\*\\*' },
    })
  })
})
