import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createFixture, jsonAnswer } from './fixture.ts'
import { formatEntry, signSlack } from './index.ts'

const form = (body: string) => Object.fromEntries(new URLSearchParams(body))

describe('what Slack sends', () => {
  it("reproduces the signature of Slack's published example", async () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    const headers = await signSlack('8f742231b10e8888abcd99yyyzzz85a5', body, 1_531_420_618)
    expect(headers['x-slack-signature']).toBe('v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503')
  })

  it('signs the bytes that it sends, as an independent implementation verifies', async () => {
    const { simulator, heard, secrets } = await createFixture()
    await simulator.slack.user('ada').in('#ops').says('/deploy web "naïve ☕"')
    const [request] = heard
    const mac = createHmac('sha256', secrets.slackSigningSecret)
    const expected = mac
      .update(`v0:${request?.headers.get('x-slack-request-timestamp')}:${request?.body}`)
      .digest('hex')
    expect(request?.headers.get('x-slack-signature')).toBe(`v0=${expected}`)
  })

  it('sends a slash command with every documented field and mentions escaped', async () => {
    const { simulator, heard } = await createFixture()
    await simulator.slack
      .user('ada')
      .in('#ops')
      .says('/pawl user add grace @grace #ops https://a.test/x?a=1&b=2 <b> @nobody')
    expect(heard[0]?.path).toBe('/slack/commands')
    expect(form(heard[0]?.body ?? '')).toMatchObject({
      command: '/pawl',
      text: 'user add grace <@U0GRACE001|grace> <#C0OPS00001|ops> <https://a.test/x?a=1&amp;b=2> &lt;b&gt; @nobody',
      team_id: 'T0PAWL',
      user_id: 'U0ADA00001',
      user_name: 'ada',
      channel_id: 'C0OPS00001',
      channel_name: 'ops',
      is_enterprise_install: 'false',
      response_url: expect.stringMatching(/^http:\/\/simulator\.test\/slack\/response\/[0-9a-f]+$/),
      trigger_id: expect.stringMatching(/^\d+\.\d+\.[0-9a-f]+$/),
    })
  })

  it('sends a mention as app_mention, a line in the direct conversation as message.im, and other talk to nobody', async () => {
    const { simulator, heard } = await createFixture()
    const ada = simulator.slack.user('ada')
    await ada.in('#ops').says('@pawl deploy web')
    await ada.in('dm').says('whoami')
    const talk = await ada.in('#ops').says('good morning')
    const events = heard.map(({ body }) => JSON.parse(body).event)
    expect(events).toEqual([
      expect.objectContaining({ type: 'app_mention', text: '<@U0PAWLBOT1> deploy web', channel: 'C0OPS00001' }),
      expect.objectContaining({ type: 'message', channel_type: 'im', text: 'whoami', channel: 'D0ADA00001' }),
    ])
    expect(talk.status).toBe(0)
  })

  it('delivers the same bytes again, late with the old time, and altered with the same id', async () => {
    const { simulator, heard, pass } = await createFixture()
    const delivery = await simulator.slack.user('ada').in('#ops').prepares('/pawl help')
    pass(400_000)
    const exchange = await delivery.send()
    await exchange.deliverAgain()
    await (await delivery.altered((body) => body.replace('help', 'version'))).send()
    const times = heard.map(({ headers }) => Number(headers.get('x-slack-request-timestamp')))
    expect(heard[1]?.body).toBe(heard[0]?.body)
    expect(times[1]).toBe(times[0])
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBe(400)
    expect(form(heard[2]?.body ?? '')).toMatchObject({ text: 'version', trigger_id: delivery.id })
  })
})

describe('what Slack shows', () => {
  it('shows an ephemeral answer to the asker alone, then its replacement as an edit', async () => {
    const { simulator, heard } = await createFixture(() =>
      jsonAnswer({ response_type: 'ephemeral', text: 'Working on *it* … &lt;' }),
    )
    const exchange = await simulator.slack.user('ada').in('#ops').says('/pawl http check')
    const url = form(heard[0]?.body ?? '').response_url ?? ''
    const body = JSON.stringify({ replace_original: true, text: 'It is up' })
    await simulator.fetch(new Request(url, { method: 'POST', body }))
    expect((await exchange.final()).text).toBe('It is up')
    const lines = (viewer: string) => simulator.timeline('slack').map((entry) => formatEntry(entry, { viewer }))
    expect(lines('ada')).toEqual([
      '[ops] ada: /pawl http check',
      '[ops] pawl (only you see this): Working on it … <',
      '[ops] pawl (only you see this, edited): It is up',
    ])
    expect(lines('linus').slice(1)).toEqual([null, null])
    expect(simulator.violations).toEqual([])
  })

  it('shows operation_timeout when the answer takes more than 3 s, and not when it takes 3 s', async () => {
    for (const [ms, failure] of [
      [3_000, null],
      [3_001, '/pawl failed with the error "operation_timeout"'],
    ] as const) {
      const fixture = await createFixture(() => {
        fixture.pass(ms)
        return jsonAnswer({ text: 'late' })
      })
      const exchange = await fixture.simulator.slack.user('ada').in('#ops').says('/pawl help')
      expect(exchange.failure).toBe(failure)
    }
  })

  it('recognises what the bot posts of its own accord as the answer whose run it names', async () => {
    let n = 0
    const { simulator, slack } = await createFixture(() => jsonAnswer({ text: `Queued: run r_000000000000000${++n}` }))
    const seat = simulator.slack.user('ada').in('#ops')
    const first = await seat.says('/deploy web staging')
    const second = await seat.says('/deploy api staging')
    const post = (text: string) => slack('chat.postMessage', { channel: 'C0OPS00001', text })
    await post('api is out (run r_0000000000000002)')
    await post('web is out (run r_0000000000000001)')
    expect((await first.final()).text).toContain('web is out')
    expect((await second.final()).text).toContain('api is out')
  })

  it('finds the interim words that nothing has replaced', async () => {
    const { simulator, slack } = await createFixture(() => jsonAnswer({ text: 'Queued: deploy web' }))
    const exchange = await simulator.slack.user('ada').in('#ops').says('/deploy web staging')
    const { ts } = await slack('chat.postMessage', { channel: 'C0OPS00001', text: 'Running: deploy web' })
    expect(simulator.interim().map((message) => message.text)).toEqual(['Queued: deploy web', 'Running: deploy web'])
    await slack('chat.update', { channel: 'C0OPS00001', ts, text: '✅ Deployed web' })
    expect((await exchange.final()).text).toBe('✅ Deployed web')
    expect(simulator.interim()).toHaveLength(1)
  })

  it('refuses a slash command that the installed app does not have', async () => {
    const { simulator, heard } = await createFixture()
    simulator.slack.installs(['/pawl'])
    const ada = simulator.slack.user('ada').in('#ops')
    expect((await ada.says('/deploy web')).refused).toBe('/deploy is not a valid command')
    expect((await ada.says('/pawl deploy web')).refused).toBeNull()
    expect(heard).toHaveLength(1)
  })

  it('numbers buttons, and sends a pressed one as block_actions with its own response_url', async () => {
    const actions = {
      type: 'actions',
      block_id: 'b',
      elements: [{ type: 'button', action_id: 'run.cancel:r_1', text: { type: 'plain_text', text: 'Cancel' } }],
    }
    const { simulator, heard } = await createFixture(({ path }) =>
      path === '/slack/commands'
        ? jsonAnswer({ response_type: 'in_channel', text: 'Queued', blocks: [actions] })
        : new Response(null),
    )
    await simulator.slack.user('ada').in('#ops').says('/sleep 1m')
    expect(simulator.transcript()).toContain('[1] Cancel')
    await simulator.slack.user('linus').in('#ops').press(1)
    const payload = JSON.parse(form(heard[1]?.body ?? '').payload ?? '')
    expect(payload).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0LINUS001' },
      actions: [{ action_id: 'run.cancel:r_1', block_id: 'b' }],
    })
    expect((await simulator.slack.user('linus').in('#ops').press(9)).refused).toBe('There is no button [9] here')
    const late = await simulator.slack.user('linus').in('#ops').preparesPress('Cancel')
    expect(heard).toHaveLength(2)
    await late.send()
    await late.send()
    expect(heard[3]?.body).toBe(heard[2]?.body)
    await expect(simulator.slack.user('linus').in('#ops').preparesPress('Retry')).rejects.toThrow('no button "Retry"')
  })

  it('shows moments in UTC, wherever they stand, and what rich text calls out to', async () => {
    const { simulator, slack } = await createFixture()
    const element = { type: 'date', timestamp: 0, format: '{date_short_pretty} {time}', fallback: 'then' }
    const inner = [{ type: 'text', text: 'at ' }, element, { type: 'broadcast', range: 'here' }]
    const rich = { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: inner }] }
    await slack('chat.postMessage', { channel: 'C0OPS00001', text: 'x', blocks: [rich] })
    for (const moment of ['<!date^0^{date_num} {time}|then>', '<!date^soon^{time}|then>'])
      await slack('chat.postMessage', { channel: 'C0OPS00001', text: `*at* ${moment}` })
    const seen = simulator.slack.user('ada').in('#ops').sees()
    expect(seen.map((message) => message.text)).toEqual([
      'at 1970-01-01 00:00 UTC@here',
      'at 1970-01-01 00:00 UTC',
      'at then',
    ])
    expect(seen.flatMap((message) => message.pings)).toEqual(['@here'])
  })

  it('tells whom a message would notify, and that a private one notifies nobody', async () => {
    const { simulator, slack } = await createFixture()
    await slack('chat.postMessage', { channel: 'C0OPS00001', text: '<!channel> and <@U0ADA00001>' })
    await slack('chat.postEphemeral', { channel: 'C0OPS00001', user: 'U0ADA00001', text: '<@U0ADA00001>' })
    const seen = simulator.slack.user('ada').in('#ops').sees()
    expect(seen.map((message) => message.pings)).toEqual([['@channel', '@ada'], []])
  })
})

describe("Slack's Web API", () => {
  const channel = 'C0OPS00001'

  it('answers a wrong token, an unknown method and unknown rooms with its own error codes', async () => {
    const { slack } = await createFixture()
    const error = async (method: string, args: object, token?: string) => (await slack(method, args, token)).error
    expect(await error('auth.test', {}, 'xoxb-wrong')).toBe('invalid_auth')
    expect(await error('chat.shout', {})).toBe('unknown_method')
    expect(await error('chat.postMessage', { channel: 'C0NOWHERE', text: 'x' })).toBe('channel_not_found')
    expect(await error('chat.postMessage', { channel: 'C0DEV00001', text: 'x' })).toBe('not_in_channel')
    expect(await error('chat.postMessage', { channel, text: '' })).toBe('no_text')
    expect(await error('users.info', { user: 'U0NOBODY' })).toBe('user_not_found')
  })

  it('takes 4,000 characters in chat.update and refuses 4,001', async () => {
    const { simulator, slack } = await createFixture()
    const { ts } = await slack('chat.postMessage', { channel, text: 'x' })
    expect(await slack('chat.update', { channel, ts, text: 'x'.repeat(4_000) })).toMatchObject({ ok: true })
    expect(simulator.violations).toEqual([])
    expect(await slack('chat.update', { channel, ts, text: 'x'.repeat(4_001) })).toMatchObject({
      ok: false,
      error: 'msg_too_long',
    })
    expect(simulator.violations).toHaveLength(1)
  })

  it('refuses to edit an ephemeral message', async () => {
    const { simulator, slack } = await createFixture()
    const { message_ts } = await slack('chat.postEphemeral', { channel, user: 'U0ADA00001', text: 'psst' })
    expect(await slack('chat.update', { channel, ts: message_ts, text: 'x' })).toMatchObject({
      error: 'message_not_found',
    })
    expect(simulator.violations[0]?.what).toContain('ephemeral')
  })

  it.each([
    ['50 blocks', Array(50).fill({ type: 'divider' }), true],
    ['51 blocks', Array(51).fill({ type: 'divider' }), false],
    ['a section of 3,000 characters', [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_000) } }], true],
    ['a section of 3,001 characters', [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } }], false],
    [
      'a button label of 76 characters',
      [{ type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'x'.repeat(76) } }] }],
      false,
    ],
    ['an unknown block', [{ type: 'fireworks' }], false],
  ])('checks blocks: %s', async (_, blocks, ok) => {
    const { slack } = await createFixture()
    const answer = await slack('chat.postMessage', { channel, text: 'x', blocks })
    expect(answer.ok).toBe(ok)
    if (!ok) expect(answer.error).toBe('invalid_blocks')
  })

  it('lets a response_url be used five times within 30 minutes', async () => {
    const { simulator, heard, pass } = await createFixture()
    const ada = simulator.slack.user('ada').in('#ops')
    await ada.says('/pawl help')
    await ada.says('/pawl help')
    const use = async (n: number) => {
      const url = form(heard[n]?.body ?? '').response_url ?? ''
      const response = await simulator.fetch(new Request(url, { method: 'POST', body: '{"text":"x"}' }))
      return ((await response.json()) as { error?: string }).error
    }
    for (let i = 0; i < 5; i++) expect(await use(0)).toBeUndefined()
    expect(await use(0)).toBe('used_url')
    pass(30 * 60_000)
    expect(await use(1)).toBeUndefined()
    pass(1)
    expect(await use(1)).toBe('expired_url')
    expect(simulator.violations).toHaveLength(1)
  })

  it('makes the trouble that it is asked for, as often as asked', async () => {
    const { simulator, slack } = await createFixture()
    simulator.faults.next('slack.chat.postMessage', { status: 429, retryAfter: 2 })
    simulator.faults.next('slack.*', { drop: 'after' })
    expect(await slack('chat.postMessage', { channel, text: 'x' })).toMatchObject({ ok: false, error: 'ratelimited' })
    await expect(slack('chat.postMessage', { channel, text: 'once' })).rejects.toThrow('broke before the answer')
    expect(await slack('chat.postMessage', { channel, text: 'twice' })).toMatchObject({ ok: true })
    expect(
      simulator.slack
        .user('ada')
        .in('#ops')
        .sees()
        .map((message) => message.text),
    ).toEqual(['once', 'twice'])
  })
})
