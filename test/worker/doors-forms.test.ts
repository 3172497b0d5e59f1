/** Forms, shortcuts and completion at the doors, through the real routes, with a hall that only writes down what reaches it. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { withButton } from '../../src/chat/form-shown.ts'
import type { TypedField } from '../../src/chat/hall.ts'
import { md, plain } from '../../src/chat/markdown.ts'
import { textReply } from '../../src/chat/reply.ts'
import { SLACK_FORMS } from '../../src/chat/slack/form-limits.ts'
import type { Form } from '../../src/form/form.ts'
import {
  discordKeys,
  discordRequest,
  type FakeHall,
  fakeHall,
  lifetime,
  NOW,
  rooms,
  slackRequest,
  testConfig,
} from './doors-kit.ts'

const ID = 'f_0123456789abcdef'
const FORM: Form = {
  id: ID,
  title: 'deploy',
  intro: null,
  step: 1,
  steps: 1,
  fields: [
    { name: 'service', label: 'service', hint: '', kind: 'text', list: false, required: true },
    { name: 'force', label: 'force', hint: '', kind: 'boolean', list: false, required: false },
  ],
  submit: 'Run',
}
const PRESSED = `form.open:${ID}`
const USAGE = {
  ...withButton(textReply(plain('service is missing'), { tone: 'warning' }), ID, 'Fill in a form'),
  form: FORM,
}

const slackConfig = testConfig({ SLACK_BOT_TOKEN: 'xoxb-1' })
const keys = await discordKeys()
const discordConfig = testConfig({ DISCORD_PUBLIC_KEY: keys.publicKey })

interface Call {
  readonly address: string
  readonly body: { readonly [key: string]: unknown }
}

/** A Slack that answers each call so, and writes it down. */
function slackApi(answer: object | 'never' = { ok: true }) {
  const calls: Call[] = []
  const logged: object[] = []
  return {
    calls,
    logged,
    log: (message: string, fields: object) => void logged.push({ message, ...fields }),
    fetch: (address: string, init: RequestInit): Promise<Response> => {
      calls.push({ address, body: JSON.parse(String(init.body)) })
      return answer === 'never' ? new Promise(() => {}) : Promise.resolve(Response.json(answer))
    },
  }
}

type Api = ReturnType<typeof slackApi>

async function interact(
  payload: object,
  hall: FakeHall,
  api: Api = slackApi(),
  config = slackConfig,
): Promise<unknown> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  return answerOf(await slackRequest('/slack/interactions', body), hall, api, config)
}

async function type(line: string, hall: FakeHall, api: Api = slackApi(), config = slackConfig): Promise<unknown> {
  const fields = {
    command: '/pawl',
    text: line,
    team_id: 'T111',
    channel_id: 'C111',
    user_id: 'U111',
    trigger_id: '1.2.abc',
    response_url: 'https://hooks.slack.com/commands/T111/1/x',
  }
  return answerOf(await slackRequest('/slack/commands', new URLSearchParams(fields).toString()), hall, api, config)
}

async function answerOf(request: Request, hall: FakeHall, api: Api, config: typeof slackConfig): Promise<unknown> {
  const response = await createApp(() => rooms(hall, config, NOW, api)).fetch(request, {}, lifetime())
  expect(response.status).toBe(200)
  const text = await response.text()
  return text === '' ? '' : JSON.parse(text)
}

const USER = { user: { id: 'U111', team_id: 'T111' }, team: { id: 'T111' } }
const URL_OF_PRESS = 'https://hooks.slack.com/actions/T111/1/x'

const press = (action_id: string, over: object = {}) => ({
  type: 'block_actions',
  ...USER,
  trigger_id: '9.9.press',
  channel: { id: 'C111', name: 'ops' },
  container: { message_ts: '5.5' },
  response_url: URL_OF_PRESS,
  actions: [{ type: 'button', action_id, action_ts: '1.1' }],
  ...over,
})

const submit = (over: object = {}, view: object = {}) => ({
  type: 'view_submission',
  ...USER,
  trigger_id: '9.9.submit',
  view: {
    callback_id: 'form:1',
    private_metadata: ID,
    state: {
      values: {
        '1:text:service': { service: { type: 'plain_text_input', value: 'web' } },
        '1:boolean:force': { force: { type: 'radio_buttons', selected_option: { value: 'false' } } },
      },
    },
    ...view,
  },
  ...over,
})

describe('a form in Slack', () => {
  it('is opened instead of the answer that it would mend, with the trigger of the command', async () => {
    const api = slackApi()
    expect(await type('deploy', fakeHall(USAGE), api)).toBe('')
    expect(api.calls).toEqual([
      {
        address: 'https://slack.com/api/views.open',
        body: { trigger_id: '1.2.abc', view: expect.objectContaining({ type: 'modal', private_metadata: ID }) },
      },
    ])
  })

  it.each([
    ['expired_trigger_id', { ok: false, error: 'expired_trigger_id' }],
    ['late', 'never'],
  ] as const)(
    'that Slack does not open (%s) is the answer, with a button, and a line for the operator',
    async (reason, answer) => {
      const api = slackApi(answer)
      const told = JSON.stringify(await type('deploy', fakeHall(USAGE), api))
      expect(told).toContain('service is missing')
      expect(told).toContain(PRESSED)
      expect(api.logged).toEqual([{ message: 'no modal', reason }])
    },
  )

  it('is not asked for without the bot, which alone can open it', async () => {
    const api = slackApi()
    expect(await type('deploy', fakeHall(USAGE), api, testConfig())).toMatchObject({ text: '⚠️ service is missing' })
    expect(api.calls).toEqual([])
  })

  it('is opened by its button, for the presser', async () => {
    const hall = fakeHall(USAGE, { opened: { ok: true, form: FORM } })
    const api = slackApi()
    expect(await interact(press(PRESSED), hall, api)).toBe('')
    expect(hall.asked).toEqual([['openForm', { id: ID, limits: SLACK_FORMS }]])
    expect(api.calls.map(({ body }) => body.trigger_id)).toEqual(['9.9.press'])
    expect(hall.admitted).toEqual([])
  })

  it('that is over says so in a modal, and where Slack opens none, to the presser alone', async () => {
    const opened = { ok: false, reply: textReply(md`That form is over.`) } as const
    const api = slackApi()
    const hall = fakeHall(USAGE, { opened })
    await interact(press(PRESSED), hall, api)
    expect(hall.refused).toEqual([])
    expect(JSON.stringify(api.calls[0]?.body.view)).toContain('That form is over.')

    const broken = slackApi({ ok: false, error: 'expired_trigger_id' })
    await interact(press(PRESSED), fakeHall(USAGE, { opened }), broken)
    expect(broken.calls[1]).toMatchObject({
      address: URL_OF_PRESS,
      body: { response_type: 'ephemeral', replace_original: false, text: 'That form is over.' },
    })
  })

  it('that is nothing to the presser is noted in the audit, with who that was', async () => {
    const opened = { ok: false, reply: textReply(md`That form is over.`), refused: 'form_over' } as const
    const hall = fakeHall(USAGE, { opened })
    await interact(press(PRESSED), hall)
    const actor = { platform: 'slack', workspace: 'T111', id: 'U111' }
    expect(hall.refused).toEqual([{ door: 'slack.interactions', reason: 'form_over', actor }])
  })

  it('comes back with what was filled in, from the envelope of whoever sent it', async () => {
    const hall = fakeHall(USAGE, { submitted: { kind: 'reply', reply: textReply(plain('done')), told: true } })
    expect(await interact(submit(), hall)).toEqual({ response_action: 'clear' })
    expect(hall.asked).toEqual([
      [
        'submitForm',
        {
          source: 'slack.view',
          id: ID,
          step: 1,
          values: new Map<string, unknown>([
            ['service', 'web'],
            ['force', false],
          ]),
          actor: { platform: 'slack', workspace: 'T111', id: 'U111' },
          standing: 'unknown',
          answersInResponse: false,
          receivedAt: NOW,
          address: null,
        },
      ],
    ])
  })

  it.each([
    [{ type: 'plain_text_input', value: null }, null],
    [{ type: 'number_input', value: '3' }, '3'],
    [{ type: 'static_select', selected_option: null }, null],
    [{ type: 'external_select', selected_option: { value: 'web' } }, 'web'],
    [{ type: 'multi_static_select', selected_options: [{ value: 'a' }, { value: 'b' }] }, ['a', 'b']],
    [{ type: 'radio_buttons', selected_option: { value: 'true' } }, true],
    [{ type: 'radio_buttons', selected_option: null }, null],
    [{ type: 'users_select', selected_user: 'U222' }, 'U222'],
    [{ type: 'multi_users_select', selected_users: [] }, []],
    [{ type: 'conversations_select', selected_conversation: 'C222' }, 'C222'],
    [{ type: 'multi_conversations_select', selected_conversations: ['C222'] }, ['C222']],
    [{ type: 'something_new' }, null],
  ])('%j is read as %j', async (element, value) => {
    const hall = fakeHall(USAGE)
    await interact(submit({}, { state: { values: { '1:text:service': { service: element } } } }), hall)
    expect(hall.asked[0]?.[1]).toMatchObject({ values: new Map([['service', value]]) })
  })

  it('says what is wrong beside the fields, and elsewhere in a new view', async () => {
    const problems = (field: string) =>
      fakeHall(USAGE, {
        submitted: { kind: 'problems', form: FORM, problems: new Map([[field, 'no such service']]) },
      })
    expect(await interact(submit(), problems('service'))).toEqual({
      response_action: 'errors',
      errors: { '1:text:service': 'no such service' },
    })
    expect(await interact(submit(), problems('region'))).toMatchObject({ response_action: 'update' })
  })

  it('goes on with its next step', async () => {
    const next = { ...FORM, step: 2, steps: 2 }
    const hall = fakeHall(USAGE, { submitted: { kind: 'next', form: next } })
    expect(await interact(submit(), hall)).toMatchObject({
      response_action: 'update',
      view: { callback_id: 'form:2', title: { text: 'deploy (2/2)' } },
    })
  })

  it('shows an answer that nobody else brings', async () => {
    const reply = textReply(plain('That form was sent already.'))
    const hall = fakeHall(USAGE, { submitted: { kind: 'reply', reply, told: false } })
    const answer = await interact(submit(), hall)
    expect(answer).toMatchObject({ response_action: 'update' })
    expect(JSON.stringify(answer)).toContain('That form was sent already.')
  })

  it.each([
    ['another callback id', submit({}, { callback_id: 'view-id' })],
    ['no id of a form', submit({}, { private_metadata: 'f_0' })],
    ['an id and more', submit({}, { private_metadata: `${ID} ` })],
    ['a step of another kind', submit({}, { callback_id: 'form:1e3' })],
    ['step 0', submit({}, { callback_id: 'form:0' })],
    ['nobody', submit({ user: {} })],
    ['an id with a colon', submit({ user: { id: 'U1:2' } })],
    ['a closed modal', { ...submit(), type: 'view_closed' }],
  ])('with %s is none of ours: acknowledged, and nothing changes', async (_, payload) => {
    const hall = fakeHall(USAGE)
    const api = slackApi()
    expect(await interact(payload, hall, api)).toBe('')
    expect([hall.asked, hall.admitted, hall.refused, api.calls]).toEqual([[], [], [], []])
  })

  it('of a workspace that is not served is refused to the audit, whatever is done to it', async () => {
    const theirs = { user: { id: 'U999', team_id: 'T999' } }
    for (const payload of [
      submit(theirs),
      press(PRESSED, theirs),
      { ...MESSAGE_SHORTCUT, ...theirs },
      { ...GLOBAL_SHORTCUT, ...theirs },
    ]) {
      const hall = fakeHall(USAGE)
      const api = slackApi()
      expect(await interact(payload, hall, api)).toBe('')
      expect([hall.asked, api.calls]).toEqual([[], []])
      expect(hall.refused).toMatchObject([
        { reason: 'workspace_not_allowed', actor: { workspace: 'T999', id: 'U999' } },
      ])
    }
  })

  it('sent by somebody of another workspace than the one it was opened in is sent from outside', async () => {
    const hall = fakeHall(USAGE)
    await interact(submit({}, { app_installed_team_id: 'T222' }), hall)
    expect(hall.asked[0]?.[1]).toMatchObject({ standing: 'outside' })
  })
})

const MESSAGE_SHORTCUT = {
  type: 'message_action',
  ...USER,
  callback_id: 'pawl.message',
  trigger_id: '9.9.message',
  channel: { id: 'C111', name: 'ops' },
  response_url: 'https://hooks.slack.com/app/T111/1/x',
  message: { type: 'message', user: 'U222', text: 'disk &lt;full&gt; &amp;amp; hot', ts: '1780000000.000300' },
}
const GLOBAL_SHORTCUT = { type: 'shortcut', ...USER, callback_id: 'pawl.run', trigger_id: '9.9.global' }

describe('a shortcut in Slack', () => {
  it('on a message opens the form that its record is for', async () => {
    const hall = fakeHall(USAGE, { opened: { ok: true, form: FORM } })
    const api = slackApi()
    expect(await interact(MESSAGE_SHORTCUT, hall, api)).toBe('')
    expect(hall.asked).toEqual([
      [
        'shortcut',
        {
          kind: 'message',
          actor: { platform: 'slack', workspace: 'T111', id: 'U111' },
          standing: 'unknown',
          channel: { id: 'C111', kind: 'channel', name: 'ops' },
          record: {
            text: 'disk <full> &amp; hot',
            user: 'U222',
            channel: 'C111',
            message: '1780000000.000300',
            at: '2026-05-28T20:26:40.000Z',
          },
          address: {
            platform: 'slack',
            team: 'T111',
            channel: 'C111',
            user: 'U111',
            asked_in: '1780000000.000300',
            response_url: MESSAGE_SHORTCUT.response_url,
            response_url_until: NOW + 1_800_000,
          },
          limits: SLACK_FORMS,
        },
      ],
    ])
    expect(api.calls.map(({ body }) => body.trigger_id)).toEqual(['9.9.message'])
  })

  it('from anywhere names the conversation between the person and the bot', async () => {
    const hall = fakeHall(USAGE, { opened: { ok: true, form: FORM } })
    const api = slackApi()
    await interact(GLOBAL_SHORTCUT, hall, api)
    expect(hall.asked[0]?.[1]).toMatchObject({
      kind: 'global',
      channel: { id: 'U111', kind: 'direct' },
      address: { platform: 'slack', team: 'T111', channel: 'U111', user: 'U111' },
    })
    expect(api.calls.map(({ body }) => body.trigger_id)).toEqual(['9.9.global'])
  })

  it.each([
    ['no trigger', { ...GLOBAL_SHORTCUT, trigger_id: '' }],
    ['no message', { ...MESSAGE_SHORTCUT, message: null }],
    ['a message without a time', { ...MESSAGE_SHORTCUT, message: { text: 'x' } }],
    ['no room', { ...MESSAGE_SHORTCUT, channel: null }],
  ])('with %s opens nothing', async (_, payload) => {
    const hall = fakeHall(USAGE)
    expect(await interact(payload, hall)).toBe('')
    expect(hall.asked).toEqual([])
  })
})

describe('a select that asks in Slack', () => {
  const suggestion = (over: object = {}) => ({
    type: 'block_suggestion',
    ...USER,
    action_id: 'service',
    block_id: '1:completed:service',
    value: 'we',
    view: { private_metadata: ID },
    ...over,
  })

  it('gets what fits, and what was typed, for a field may hold anything', async () => {
    const hall = fakeHall(USAGE, { completed: ['web', 'w'.repeat(76), 'worker'] })
    expect(await interact(suggestion(), hall)).toMatchObject({
      options: [{ value: 'web' }, { value: 'worker' }, { value: 'we' }],
    })
    expect(hall.asked).toMatchObject([['completeField', { form: ID, field: 'service', typed: 'we' }]])
  })

  it('is asked with what stands in the other fields, as far as Slack tells', async () => {
    const hall = fakeHall(USAGE)
    const state = {
      values: {
        '1:text:note': { note: { type: 'plain_text_input', value: 'now' } },
        '1:one:env': { env: { type: 'static_select', selected_option: { value: 'prod' } } },
        '1:completed:service': { service: { type: 'external_select', selected_option: null } },
      },
    }
    await interact(suggestion({ view: { private_metadata: ID, state } }), hall)
    await interact(suggestion(), hall)
    expect(hall.asked.map(([, typed]) => (typed as TypedField).values)).toEqual([
      new Map([
        ['note', 'now'],
        ['env', 'prod'],
        ['service', null],
      ]),
      new Map(),
    ])
  })

  it('gets each value once, and nothing for nothing', async () => {
    expect(await interact(suggestion(), fakeHall(USAGE, { completed: ['we'] }))).toMatchObject({
      options: [{ value: 'we' }],
    })
    expect(await interact(suggestion({ value: '' }), fakeHall(USAGE))).toEqual({ options: [] })
  })

  it.each([
    ['for a form of somebody else', { view: { private_metadata: 'view-id' } }],
    ['in a workspace that is not served', { user: { id: 'U999', team_id: 'T999' } }],
  ])('%s gets nothing', async (_, over) => {
    const hall = fakeHall(USAGE)
    expect(await interact(suggestion(over), hall)).toEqual({ options: [] })
    expect(hall.asked).toEqual([])
  })
})

const DISCORD = {
  id: '900',
  application_id: '800',
  token: 'interaction-token',
  guild_id: '100',
  channel_id: '300',
  channel: { type: 0, name: 'ops' },
  member: { user: { id: '200' } },
}
const ADDRESS = {
  platform: 'discord',
  application: '800',
  interaction: '900',
  token: 'interaction-token',
  token_until: NOW + 900_000,
  guild: '100',
  channel: '300',
  user: '200',
}

async function discord(payload: object, hall: FakeHall): Promise<{ type: number; data: { [key: string]: unknown } }> {
  const request = await discordRequest(keys, JSON.stringify({ ...DISCORD, ...payload }))
  const response = await createApp(() => rooms(hall, discordConfig)).fetch(request, {}, lifetime())
  expect(response.status).toBe(200)
  return response.json()
}

const sent = (over: object = {}) => ({
  type: 5,
  data: {
    custom_id: `form:${ID}:1`,
    components: [
      { type: 10, id: 1 },
      { type: 18, component: { type: 4, custom_id: 'text:service', value: 'web' } },
      { type: 18, component: { type: 3, custom_id: 'boolean:force', values: ['true'] } },
      { type: 18, component: { type: 5, custom_id: 'list:people', values: ['201', '202'] } },
    ],
    ...over,
  },
})

describe('a form in Discord', () => {
  it('is the answer to the command, or the button, that it would mend', async () => {
    const command = { type: 2, data: { type: 1, name: 'pawl', options: [{ type: 3, name: 'run', value: 'deploy' }] } }
    const button = { type: 3, data: { custom_id: 'run.retry:r_0123456789abcdef', component_type: 2 } }
    for (const payload of [command, button])
      expect(await discord(payload, fakeHall(USAGE))).toMatchObject({ type: 9, data: { custom_id: `form:${ID}:1` } })
  })

  it('is opened by its button, or says that it is over', async () => {
    const button = { type: 3, data: { custom_id: PRESSED, component_type: 2 } }
    const hall = fakeHall(USAGE, { opened: { ok: true, form: FORM } })
    expect(await discord(button, hall)).toMatchObject({ type: 9, data: { title: 'deploy' } })
    expect(hall.asked).toEqual([['openForm', { id: ID, limits: { fields: 5 } }]])
    expect(hall.admitted).toEqual([])
    const over = { ok: false, reply: textReply(md`That form is over.`), refused: 'form_over' } as const
    const closed = fakeHall(USAGE, { opened: over })
    expect(await discord(button, closed)).toMatchObject({
      type: 4,
      data: { content: 'That form is over.', flags: 64 },
    })
    expect(closed.refused).toMatchObject([
      { door: 'discord.interactions', reason: 'form_over', actor: expect.anything() },
    ])
  })

  it('comes back with what was filled in', async () => {
    const hall = fakeHall(USAGE, { submitted: { kind: 'reply', reply: textReply(plain('done')), told: true } })
    expect(await discord(sent(), hall)).toMatchObject({ type: 4, data: { content: 'done' } })
    expect(hall.asked).toEqual([
      [
        'submitForm',
        {
          source: 'discord.modal',
          id: ID,
          step: 1,
          values: new Map<string, unknown>([
            ['service', 'web'],
            ['force', true],
            ['people', ['201', '202']],
          ]),
          actor: { platform: 'discord', workspace: '100', id: '200' },
          standing: 'member',
          answersInResponse: true,
          receivedAt: NOW,
          address: ADDRESS,
        },
      ],
    ])
  })

  it('is never the answer to one: what goes on, or is wrong, is opened by a button', async () => {
    const next = { ...FORM, step: 2, steps: 3 }
    const going = await discord(sent(), fakeHall(USAGE, { submitted: { kind: 'next', form: next } }))
    expect(going).toMatchObject({ type: 4, data: { flags: 64 } })
    expect(JSON.stringify(going)).toContain('Continue (2/3)')
    const problems = new Map([['service', 'no such service']])
    const wrong = await discord(sent(), fakeHall(USAGE, { submitted: { kind: 'problems', form: FORM, problems } }))
    expect(wrong).toMatchObject({ type: 4, data: { flags: 64, content: expect.stringContaining('no such service') } })
    expect(JSON.stringify(wrong)).toContain('Correct it')
  })

  it('that would open after another one shows its answer instead', async () => {
    const submitted = { kind: 'reply', reply: USAGE, told: true } as const
    const answer = await discord(sent(), fakeHall(USAGE, { submitted }))
    expect(answer.type).toBe(4)
    expect(JSON.stringify(answer)).toContain(PRESSED)
  })

  it.each([
    ['another custom id', sent({ custom_id: 'modal' })],
    ['no step', sent({ custom_id: `form:${ID}` })],
    ['step 0', sent({ custom_id: `form:${ID}:0` })],
    ['rows as of old', sent({ custom_id: 'modal', components: [{ type: 1, components: [] }] })],
  ])('with %s has nothing behind it', async (_, payload) => {
    const hall = fakeHall(USAGE)
    expect(await discord(payload, hall)).toMatchObject({ type: 4, data: { flags: 64 } })
    expect([hall.asked, hall.admitted]).toEqual([[], []])
  })

  it('of a guild that is not served is refused, whatever is done to it', async () => {
    for (const payload of [sent(), { type: 3, data: { custom_id: PRESSED, component_type: 2 } }, ON_MESSAGE]) {
      const hall = fakeHall(USAGE)
      expect(await discord({ ...payload, guild_id: '101' }, hall)).toMatchObject({
        type: 4,
        data: { flags: 64, content: expect.stringContaining('discord:101') },
      })
      expect(hall.asked).toEqual([])
      expect(hall.refused).toMatchObject([{ reason: 'workspace_not_allowed' }])
    }
  })
})

const ON_MESSAGE = {
  type: 2,
  data: {
    type: 3,
    name: 'Run with Pawl…',
    target_id: '555',
    resolved: {
      messages: { '555': { content: 'disk <full>', author: { id: '201' }, timestamp: '2026-11-21T20:00:00Z' } },
    },
  },
}

describe('a command on a message in Discord', () => {
  it('opens the form that its record is for', async () => {
    const hall = fakeHall(USAGE, { opened: { ok: true, form: FORM } })
    expect(await discord(ON_MESSAGE, hall)).toMatchObject({ type: 9 })
    expect(hall.asked).toEqual([
      [
        'shortcut',
        {
          kind: 'message',
          actor: { platform: 'discord', workspace: '100', id: '200' },
          standing: 'member',
          channel: { id: '300', kind: 'channel', name: 'ops' },
          record: {
            text: 'disk <full>',
            user: '201',
            channel: '300',
            message: '555',
            at: '2026-11-21T20:00:00Z',
          },
          address: ADDRESS,
          limits: { fields: 5 },
        },
      ],
    ])
  })

  it('whose message is not there is malformed', async () => {
    const data = { ...ON_MESSAGE.data, target_id: '556' }
    const request = await discordRequest(keys, JSON.stringify({ ...DISCORD, ...ON_MESSAGE, data }))
    const hall = fakeHall(USAGE)
    const response = await createApp(() => rooms(hall, discordConfig)).fetch(request, {}, lifetime())
    expect([response.status, hall.asked]).toEqual([400, []])
  })
})

describe('an option that is being typed in Discord', () => {
  const typing = (data: object) => ({ type: 4, data: { type: 1, ...data } })
  const service = { type: 3, name: 'service', value: 'we', focused: true }
  const WHO = { path: ['deploy'], option: 'service', typed: 'we' }

  it.each([
    ['of a command', { name: 'deploy', options: [service] }, WHO],
    [
      'of a subcommand',
      { name: 'pack', options: [{ type: 1, name: 'install', options: [service] }] },
      { ...WHO, path: ['pack', 'install'] },
    ],
    [
      'in a group',
      { name: 'pack', options: [{ type: 2, name: 'repo', options: [{ type: 1, name: 'add', options: [service] }] }] },
      { ...WHO, path: ['pack', 'repo', 'add'] },
    ],
  ])('%s is completed', async (_, data, asked) => {
    const hall = fakeHall(USAGE, { completed: ['web'] })
    expect(await discord(typing(data), hall)).toEqual({
      type: 8,
      data: { choices: [{ name: 'web', value: 'web' }] },
    })
    expect(hall.asked).toEqual([['completeOption', { ...asked, others: new Map() }]])
  })

  it('comes with the others, as far as they are known', async () => {
    const hall = fakeHall(USAGE)
    const others = [
      { type: 3, name: 'env', value: 'prod' },
      { type: 5, name: 'force', value: true },
    ]
    await discord(typing({ name: 'deploy', options: [...others, service] }), hall)
    expect(hall.asked[0]?.[1]).toMatchObject({
      others: new Map<string, unknown>([
        ['env', 'prod'],
        ['force', true],
      ]),
    })
  })

  it('as a number is completed with numbers', async () => {
    const hall = fakeHall(USAGE, { completed: ['1', '12', 'many'] })
    const count = { type: 4, name: 'count', value: '1', focused: true }
    expect(await discord(typing({ name: 'deploy', options: [count] }), hall)).toMatchObject({
      data: {
        choices: [
          { name: '1', value: 1 },
          { name: '12', value: 12 },
        ],
      },
    })
  })

  it('in /pawl is a whole line', async () => {
    const line = { type: 3, name: 'run', value: 'dep', focused: true }
    expect(await discord(typing({ name: 'pawl', options: [line] }), fakeHall())).toMatchObject({
      data: { choices: [{ value: 'dep!' }] },
    })
  })

  it.each([
    ['nothing in focus', { name: 'deploy', options: [{ ...service, focused: false }] }],
    ['an option of another shape', { name: 'deploy', options: [{ ...service, value: {} }] }],
    ['no options', { name: 'deploy' }],
  ])('with %s gets nothing', async (_, data) => {
    const hall = fakeHall(USAGE, { completed: ['web'] })
    expect(await discord(typing(data), hall)).toEqual({ type: 8, data: { choices: [] } })
    expect(hall.asked).toEqual([])
  })
})
