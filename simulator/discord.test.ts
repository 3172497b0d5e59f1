import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createFixture, type Fixture, jsonAnswer } from './fixture.ts'

const COMMANDS = [
  {
    name: 'deploy',
    description: 'Deploy',
    options: [
      { type: 3, name: 'service', description: 'Service', required: true },
      {
        type: 3,
        name: 'env',
        description: 'Where',
        required: true,
        choices: [
          { name: 'staging', value: 'staging' },
          { name: 'prod', value: 'prod' },
        ],
      },
      { type: 5, name: 'force', description: 'Force' },
    ],
  },
  {
    name: 'user',
    description: 'Users',
    options: [
      {
        type: 1,
        name: 'add',
        description: 'Add',
        options: [
          { type: 3, name: 'name', description: 'Name', required: true },
          { type: 6, name: 'who', description: 'Who', required: true },
        ],
      },
    ],
  },
  { name: 'pawl', description: 'Pawl', options: [{ type: 3, name: 'run', description: 'Line', required: true }] },
]
const APP = '/applications/1180000000000000090'

async function withCommands(door?: Parameters<typeof createFixture>[0]): Promise<Fixture> {
  const fixture = await createFixture(door)
  const { status } = await fixture.discord('PUT', `${APP}/commands`, COMMANDS)
  expect(status).toBe(200)
  return fixture
}
const message =
  (content: string, flags = 0) =>
  () =>
    jsonAnswer({ type: 4, data: { content, flags } })
const sent = (fixture: Fixture, n = 0) => JSON.parse(fixture.heard[n]?.body ?? '{}')

describe('what Discord sends', () => {
  it('signs the bytes that it sends, as an independent implementation verifies', async () => {
    const fixture = await withCommands(message('hi'))
    await fixture.simulator.discord.user('ada').in('#ops').says('/pawl run:echo naïve ☕')
    const request = fixture.heard[0]
    const der = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(fixture.secrets.discordPublicKey, 'hex'),
    ])
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const signed = Buffer.from(`${request?.headers.get('x-signature-timestamp')}${request?.body}`)
    const signature = Buffer.from(request?.headers.get('x-signature-ed25519') ?? '', 'hex')
    expect(verify(null, signed, key, signature)).toBe(true)
    expect(verify(null, Buffer.concat([signed, Buffer.from(' ')]), key, signature)).toBe(false)
  })

  it('fills typed fields in declared order or by name', async () => {
    const fixture = await withCommands(message('ok'))
    const ada = fixture.simulator.discord.user('ada').in('#ops')
    await ada.says('/deploy web staging true')
    await ada.says('/deploy env:staging service:web force:true')
    const { type, guild_id, member, data } = sent(fixture)
    expect({ type, guild_id, user: member.user.id }).toEqual({
      type: 2,
      guild_id: '1180000000000000001',
      user: '1180000000000000011',
    })
    expect(data).toMatchObject({
      name: 'deploy',
      type: 1,
      options: [
        { name: 'service', type: 3, value: 'web' },
        { name: 'env', type: 3, value: 'staging' },
        { name: 'force', type: 5, value: true },
      ],
    })
    expect(sent(fixture, 1).data.options).toEqual(data.options)
  })

  it('nests subcommands and sends people by id', async () => {
    const fixture = await withCommands(message('ok'))
    await fixture.simulator.discord.user('ada').in('#ops').says('/user add grace @grace')
    const { options, resolved } = sent(fixture).data
    expect(options).toEqual([
      {
        name: 'add',
        type: 1,
        options: [
          { name: 'name', type: 3, value: 'grace' },
          { name: 'who', type: 6, value: '1180000000000000012' },
        ],
      },
    ])
    expect(resolved.users['1180000000000000012'].username).toBe('grace')
  })

  it.each(['/pawl run:user add grace @grace --x "a  b"', '/pawl user add grace @grace --x "a  b"'])(
    'sends the whole line raw: %s',
    async (line) => {
      const fixture = await withCommands(message('ok'))
      await fixture.simulator.discord.user('ada').in('#ops').says(line)
      expect(sent(fixture).data.options).toEqual([
        { name: 'run', type: 3, value: 'user add grace <@1180000000000000012> --x "a  b"' },
      ])
    },
  )

  it.each([
    ['/nothing here', 'not registered'],
    ['/deploy web', 'required: env'],
    ['/deploy web moon', 'choose one of staging, prod'],
    ['/deploy web staging perhaps', 'choose True or False'],
    ['/user remove grace', 'Choose one of'],
    ['good morning', 'slash commands only'],
  ])('refuses in the client what the form would not take: %s', async (line, why) => {
    const fixture = await withCommands()
    const exchange = await fixture.simulator.discord.user('ada').in('#ops').says(line)
    expect(exchange.refused).toContain(why)
    expect(fixture.heard).toEqual([])
  })

  it('sends no guild from a direct conversation, and a PING on request', async () => {
    const fixture = await withCommands(() => jsonAnswer({ type: 1 }))
    await fixture.simulator.discord.user('linus').in('dm').says('/pawl help')
    await fixture.simulator.discord.ping()
    expect(sent(fixture)).toMatchObject({ user: { id: '1180000000000000013' }, context: 1 })
    expect(sent(fixture)).not.toHaveProperty('guild_id')
    expect(sent(fixture, 1).type).toBe(1)
  })
})

describe("Discord's REST API", () => {
  const original = (fixture: Fixture, n = 0) =>
    `/webhooks/1180000000000000090/${sent(fixture, n).token}/messages/@original`

  it('fills in a deferred answer, keeps it private, and marks a second change as edited', async () => {
    const fixture = await withCommands(() => jsonAnswer({ type: 5, data: { flags: 64 } }))
    const exchange = await fixture.simulator.discord.user('ada').in('#ops').says('/pawl help')
    expect(exchange.messages()[0]).toMatchObject({ thinking: true, onlyFor: 'ada' })
    await fixture.discord('PATCH', original(fixture), { content: '**first** \\*word\\*' })
    const final = await exchange.final()
    expect(final).toMatchObject({ text: 'first *word*', edited: false, onlyFor: 'ada' })
    await fixture.discord('PATCH', original(fixture), { content: 'second', flags: 0 })
    expect(final).toMatchObject({ text: 'second', edited: true, onlyFor: 'ada' })
    expect(fixture.simulator.violations).toEqual([])
  })

  it('lets a token live for 15 minutes and not a millisecond longer', async () => {
    const fixture = await withCommands(message('x'))
    await fixture.simulator.discord.user('ada').in('#ops').says('/pawl help')
    fixture.pass(15 * 60_000)
    expect((await fixture.discord('PATCH', original(fixture), { content: 'y' })).status).toBe(200)
    fixture.pass(1)
    expect(await fixture.discord('PATCH', original(fixture), { content: 'z' })).toMatchObject({
      status: 404,
      body: { code: 10015 },
    })
  })

  it('voids the token when the first answer takes more than 3 s', async () => {
    const fixture = await withCommands(() => {
      fixture.pass(3_001)
      return jsonAnswer({ type: 5 })
    })
    const exchange = await fixture.simulator.discord.user('ada').in('#ops').says('/pawl help')
    expect(exchange.failure).toBe('The application did not respond')
    expect((await fixture.discord('PATCH', original(fixture), { content: 'y' })).body.code).toBe(10015)
  })

  it('takes 2,000 characters of content and refuses 2,001 with a form error', async () => {
    const fixture = await createFixture()
    const path = '/channels/1180000000000000021/messages'
    expect((await fixture.discord('POST', path, { content: 'x'.repeat(2_000) })).status).toBe(200)
    expect(fixture.simulator.violations).toEqual([])
    expect(await fixture.discord('POST', path, { content: 'x'.repeat(2_001) })).toEqual({
      status: 400,
      body: {
        message: 'Invalid Form Body',
        code: 50035,
        errors: {
          content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 2000 or fewer in length.' }] },
        },
      },
    })
    expect(fixture.simulator.violations).toHaveLength(1)
  })

  it.each([
    ['an empty message', 'POST', '/channels/1180000000000000021/messages', { content: '' }, 400, 50006],
    ['a room it is not in', 'POST', '/channels/1180000000000000023/messages', { content: 'x' }, 403, 50001],
    ['an unknown room', 'POST', '/channels/1/messages', { content: 'x' }, 404, 10003],
    ['an unknown message', 'PATCH', '/channels/1180000000000000021/messages/1', { content: 'x' }, 404, 10008],
    ['a token nobody has', 'POST', '/webhooks/1180000000000000090/nope', { content: 'x' }, 404, 10015],
    [
      '7,000 characters in embeds',
      'POST',
      '/channels/1180000000000000021/messages',
      { embeds: [{ description: 'x'.repeat(3_500) }, { description: 'x'.repeat(3_500) }] },
      400,
      50035,
    ],
    ['a second acknowledgement', 'POST', '/interactions/1/nope/callback', { type: 4 }, 404, 10062],
  ])('answers %s with its own code', async (_, method, path, body, status, code) => {
    const fixture = await createFixture()
    expect(await fixture.discord(method, path, body)).toMatchObject({ status, body: { code } })
  })

  it('treats a message with a known enforced nonce as the same message', async () => {
    const fixture = await createFixture()
    const post = () =>
      fixture.discord('POST', '/channels/1180000000000000021/messages', {
        content: 'x',
        nonce: 'n1',
        enforce_nonce: true,
      })
    expect((await post()).body.id).toBe((await post()).body.id)
    expect(fixture.simulator.discord.user('ada').in('#ops').sees()).toHaveLength(1)
  })

  it('turns away a client without the DiscordBot user agent', async () => {
    const { simulator, secrets } = await createFixture()
    const headers = { authorization: `Bot ${secrets.discordBotToken}` }
    const response = await simulator.fetch(new Request('http://simulator.test/discord/api/v10/users/@me', { headers }))
    expect(response.status).toBe(403)
  })

  it('says who may what: what roles give, and what a room takes from or gives to a role or a member', async () => {
    const fixture = await createFixture()
    const guild = '/guilds/1180000000000000001'
    const { body } = await fixture.discord('GET', guild)
    expect(body).toMatchObject({
      owner_id: expect.any(String),
      roles: [{ id: '1180000000000000001' }, { name: 'pawl' }],
    })
    const [, { id: role }] = body.roles as { id: string }[] as [unknown, { id: string }]
    expect((await fixture.discord('GET', '/users/@me')).body.id).toBe('1180000000000000099')
    expect((await fixture.discord('GET', `${guild}/members/1180000000000000099`)).body.roles).toEqual([role])
    expect((await fixture.discord('GET', `${guild}/members/1180000000000000011`)).body.roles).toEqual([])
    const of = async (id: string) => (await fixture.discord('GET', `/channels/${id}`)).body.permission_overwrites
    expect(await of('1180000000000000021')).toEqual([])
    expect(await of('1180000000000000024')).toEqual([
      { id: '1180000000000000001', type: 0, allow: '0', deny: '1024' },
      { id: role, type: 0, allow: '1024', deny: '0' },
      { id: '1180000000000000011', type: 1, allow: '1024', deny: '0' },
      { id: '1180000000000000012', type: 1, allow: '1024', deny: '0' },
    ])
    expect((await fixture.discord('GET', '/guilds/1')).status).toBe(404)
  })

  it('shows a room to those alone whom it is open to', async () => {
    const { simulator } = await createFixture()
    expect(() => simulator.discord.user('linus').in('#leads')).toThrow(
      'there are #ops, #general, #dev, #security, #training and dm',
    )
    expect(simulator.discord.user('grace').in('#leads').sees()).toEqual([])
  })

  it('refuses commands that Discord would refuse', async () => {
    const fixture = await createFixture()
    const put = async (commands: object) => (await fixture.discord('PUT', `${APP}/commands`, commands)).status
    expect(await put([{ name: 'Deploy', description: 'x' }])).toBe(400)
    expect(await put([{ name: 'deploy', description: '' }])).toBe(400)
    expect(
      await put([
        {
          name: 'deploy',
          description: 'x',
          options: [
            { type: 3, name: 'a', description: 'x' },
            { type: 3, name: 'b', description: 'x', required: true },
          ],
        },
      ]),
    ).toBe(400)
    expect(await put(COMMANDS)).toBe(200)
    expect((await fixture.discord('GET', `${APP}/commands`)).body).toHaveLength(3)
  })

  it('shows moments in UTC', async () => {
    const fixture = await createFixture()
    const content = '**until** <t:0:f> or <t:60> and not \\<t:0:f>'
    await fixture.discord('POST', '/channels/1180000000000000021/messages', { content })
    const [seen] = fixture.simulator.discord.user('ada').in('#ops').sees()
    expect(seen?.text).toBe('until 1970-01-01 00:00 UTC or 1970-01-01 00:01 UTC and not <t:0:f>')
  })

  it('tells whom a message would notify, and that an empty parse list notifies nobody', async () => {
    const fixture = await createFixture()
    const content = 'hello <@1180000000000000011> and @everyone'
    for (const allowed_mentions of [undefined, { parse: [] }])
      await fixture.discord('POST', '/channels/1180000000000000021/messages', { content, allowed_mentions })
    const seen = fixture.simulator.discord.user('ada').in('#ops').sees()
    expect(seen.map((it) => it.pings)).toEqual([['@ada', '@everyone'], []])
  })
})
