import { describe, expect, it } from 'vitest'
import { createFixture, jsonAnswer } from './fixture.ts'
import { input, offers, option, payloadOf, plain, VIEW, withForm } from './slack-forms.kit.ts'

describe('a modal at Slack', () => {
  it('opens for the person whose trigger it is, and shows numbered fields', async () => {
    const { seat, simulator } = await withForm()
    expect(seat.form()).toMatchObject({ title: 'Deploy', words: ['What goes where'], submit: 'Run' })
    expect(seat.form()?.fields.map(({ kind, required }) => [kind, required])).toEqual([
      ['search', true],
      ['choice', true],
      ['lines', false],
      ['person', false],
      ['tick', false],
    ])
    expect(simulator.transcript({ viewer: 'ada' })).toContain('2. env *: (staging | prod)')
    expect(simulator.transcript({ viewer: 'grace' })).not.toContain('Deploy')
    expect(simulator.slack.user('grace').in('#ops').form()).toBeNull()
    expect(simulator.violations).toEqual([])
  })

  it('asks what an external menu offers, with the words typed and the view around it', async () => {
    const { seat, fixture } = await withForm(offers(['web', 'worker']))
    expect((await seat.searches('service', 'w')).map(({ text }) => text)).toEqual(['web', 'worker'])
    expect(payloadOf(fixture, 1)).toMatchObject({
      type: 'block_suggestion',
      value: 'w',
      block_id: 'service',
      action_id: 'service',
      user: { id: 'U0ADA00001', team_id: 'T0PAWL' },
      view: { private_metadata: 'f_1', callback_id: 'form:0' },
    })
    expect(payloadOf(fixture, 1)).not.toHaveProperty('trigger_id')
  })

  it('asks only when three characters are typed, or as many as the menu says', async () => {
    const menu = (more: object) => ({
      ...VIEW,
      blocks: [input('a', { type: 'external_select', action_id: 'a', ...more })],
    })
    for (const [more, short, long] of [
      [{}, 'we', 'web'],
      [{ min_query_length: 1 }, '', 'w'],
    ] as const) {
      const { seat, heard } = await withForm(offers(['web']), menu(more))
      expect(await seat.searches('a', short)).toEqual([])
      expect(heard).toHaveLength(1)
      expect(await seat.searches('a', long)).toHaveLength(1)
    }
  })

  it('sends what was put into the fields as state, without channel and response_url', async () => {
    const { seat, fixture } = await withForm(offers(['web']))
    for (const [field, value] of [
      [1, 'web'],
      ['env', 'prod'],
      ['note', 'two\nlines'],
      ['who', '@grace, @linus'],
    ] as const)
      await seat.fills(field, value)
    const exchange = await seat.submits()
    const payload = payloadOf(fixture, 2)
    expect(payload.view.state.values).toEqual({
      service: {
        service: { type: 'external_select', selected_option: { text: { ...plain('web'), emoji: true }, value: 'web' } },
      },
      env: {
        env: { type: 'static_select', selected_option: { text: { ...plain('prod'), emoji: true }, value: 'prod' } },
      },
      note: { note: { type: 'plain_text_input', value: 'two\nlines' } },
      who: { who: { type: 'multi_users_select', selected_users: ['U0GRACE001', 'U0LINUS001'] } },
      force: { force: { type: 'checkboxes', selected_options: [] } },
    })
    expect(payload).toMatchObject({ type: 'view_submission', trigger_id: exchange.deliveryId, response_urls: [] })
    expect(payload).not.toHaveProperty('channel')
    expect(payload).not.toHaveProperty('response_url')
    expect(seat.form()).toBeNull()
  })

  it('lets nobody send what the client would not take', async () => {
    const { seat, heard } = await withForm(offers(['web']))
    expect((await seat.submits()).refused).toBe('service: this field is required')
    await expect(seat.fills('service', 'nope')).rejects.toThrow('service offers no "nope": there are web')
    await expect(seat.fills('env', 'dev')).rejects.toThrow('there are staging, prod')
    await expect(seat.fills('note', 'x'.repeat(21))).rejects.toThrow('20 characters at most')
    await seat.fills('note', 'x'.repeat(20))
    await expect(seat.fills('who', '@nobody')).rejects.toThrow('Nobody here is called @nobody')
    await expect(seat.fills('colour', 'red')).rejects.toThrow('There is no field colour')
    expect(heard).toHaveLength(2)
  })

  it('shows errors beside the fields, keeps what was typed, and closes when the next answer is empty', async () => {
    let tries = 0
    const { seat, simulator } = await withForm((payload) => {
      if (payload.type === 'block_suggestion') return { options: [option('web')] }
      tries += 1
      return tries === 1 ? { response_action: 'errors', errors: { service: 'there is no service web' } } : null
    })
    await seat.fills('service', 'web')
    await seat.fills('env', 'prod')
    await seat.submits()
    expect(seat.form()?.fields[0]).toMatchObject({ problem: 'there is no service web', chosen: [{ value: 'web' }] })
    expect(simulator.transcript()).toContain('✗ there is no service web')
    await seat.submits()
    expect(seat.form()).toBeNull()
    expect(simulator.violations).toEqual([])
  })

  it('goes on with an update, keeping fields of the same ids, and stacks what is pushed', async () => {
    const next = { ...VIEW, title: plain('Deploy (2/2)'), blocks: VIEW.blocks.slice(2, 3) }
    const { seat, simulator } = await withForm((payload) => {
      if (payload.type === 'block_suggestion') return { options: [option('web')] }
      const title = seat.form()?.title
      if (title === 'Deploy') return { response_action: 'update', view: next }
      if (title === 'Deploy (2/2)') return { response_action: 'push', view: { ...next, title: plain('Sure?') } }
      return null
    })
    await seat.fills('service', 'web')
    await seat.fills('env', 'prod')
    await seat.submits()
    expect(seat.form()).toMatchObject({ title: 'Deploy (2/2)', fields: [{ chosen: [{ value: 'prod' }] }] })
    await seat.submits()
    await seat.fills('env', 'staging')
    await seat.submits()
    expect(seat.form()).toMatchObject({ title: 'Deploy (2/2)', fields: [{ chosen: [{ value: 'prod' }] }] })
    await seat.closes()
    expect(seat.form()).toBeNull()
    expect(simulator.violations).toEqual([])
  })

  it('tells of closing only where the view wants it', async () => {
    const quiet = await withForm()
    await quiet.seat.closes()
    expect(quiet.heard).toHaveLength(1)
    const loud = await withForm(() => null, { ...VIEW, notify_on_close: true })
    await loud.seat.closes()
    expect(payloadOf(loud.fixture, 1)).toMatchObject({ type: 'view_closed', view: { private_metadata: 'f_1' } })
    expect(loud.seat.form()).toBeNull()
  })

  it('stays open when the submission was not taken', async () => {
    const { seat } = await withForm(() => ({ response_action: 'shout' }), { ...VIEW, blocks: VIEW.blocks.slice(3, 4) })
    expect((await seat.submits()).failure).toContain('unknown response_action')
    expect(seat.form()).not.toBeNull()
  })
})

describe('shortcuts at Slack', () => {
  const SHORTCUTS = [
    { name: 'Run with Pawl…', type: 'message', callback_id: 'm' },
    { name: 'Run a command', type: 'global', callback_id: 'g' },
  ] as const

  it("bring what a person said as message_action, and the bot's messages too", async () => {
    const fixture = await createFixture()
    fixture.simulator.slack.installs(['/pawl'], SHORTCUTS)
    const seat = fixture.simulator.slack.user('ada').in('#ops')
    await fixture.simulator.slack.user('grace').in('#ops').says('it is @linus who <knows>')
    const { ts } = await fixture.slack('chat.postMessage', { channel: 'C0OPS00001', text: 'from the bot' })
    const [said, posted] = seat.reads()
    expect(seat.sees()).toHaveLength(1)
    await seat.shortcut(said ?? null)
    expect(payloadOf(fixture, 0)).toMatchObject({
      type: 'message_action',
      callback_id: 'm',
      user: { id: 'U0ADA00001' },
      channel: { id: 'C0OPS00001', name: 'ops' },
      message_ts: said?.id,
      message: { user: 'U0GRACE001', text: 'it is <@U0LINUS001> who &lt;knows&gt;', ts: said?.id },
      response_url: expect.stringContaining('/slack/response/'),
      trigger_id: expect.any(String),
    })
    await seat.shortcut(posted ?? null)
    expect(payloadOf(fixture, 1)).toMatchObject({ message: { bot_id: 'B0PAWLBOT1', ts, text: 'from the bot' } })
  })

  it('go without a channel where they are global', async () => {
    const fixture = await createFixture()
    fixture.simulator.slack.installs(['/pawl'], SHORTCUTS)
    await fixture.simulator.slack.user('ada').in('#ops').shortcut(null)
    expect(payloadOf(fixture, 0)).toMatchObject({ type: 'shortcut', callback_id: 'g' })
    for (const field of ['channel', 'message', 'response_url']) expect(payloadOf(fixture, 0)).not.toHaveProperty(field)
  })

  it('are not there when the app has none, nor on a message that only one person sees', async () => {
    const fixture = await createFixture(() => jsonAnswer({ text: 'psst' }))
    const seat = fixture.simulator.slack.user('ada').in('#ops')
    expect((await seat.shortcut(null)).refused).toBe('No app offers a global shortcut here')
    await seat.says('/pawl help')
    expect((await seat.shortcut(seat.sees()[0] ?? null)).refused).toContain('no such menu')
  })
})
