import { describe, expect, it } from 'vitest'
import { createFixture, type Fixture, jsonAnswer } from './fixture.ts'
import { createScreen } from './screen.ts'
import { createTerminal } from './terminal.ts'
import { playTour, type Step } from './tour.ts'

function terminal({ simulator }: Fixture, live = false) {
  const printed: string[] = []
  return {
    printed,
    ...createTerminal({
      simulator,
      screen: createScreen(false),
      print: (text) => printed.push(text),
      live,
      playMs: 20,
      pressMs: 20,
    }),
  }
}
const says = (text: string) => () => jsonAnswer({ text })

describe('the chat in the terminal', () => {
  it('shows what the person in the room sees, and marks what only they see', async () => {
    const chat = terminal(await createFixture(says('all is well')))
    for (const line of ['/pawl help', '', '// a remark', 'hello']) await chat.take(line)
    expect(chat.printed).toEqual([
      '[ops] ada: /pawl help',
      '[ops] pawl (only you see this): all is well',
      '[ops] ada: hello',
      '[ops] Slack (only you see this): Pawl hears slash commands, mentions, and direct messages; this was none of them',
    ])
  })

  it('changes person, room and platform, and stays where it is when there is none of that name', async () => {
    const fixture = await createFixture(says('ok'))
    const chat = terminal(fixture)
    for (const line of [
      '/as Grace',
      '/in general',
      '/as bob',
      '/in #nowhere',
      '/on irc',
      '/pawl help',
      '/in dm',
      'whoami',
      '/on discord',
    ])
      await chat.take(line)
    expect(chat.printed).toEqual([
      '— grace in #ops at slack —',
      '— grace in #general at slack —',
      'Nobody is called "bob": there are ada, grace, linus, joan, gus, eve',
      'There is no room "#nowhere": there are #ops, #general, #dev, #leads, #security, #training and dm',
      'There are two platforms: /on slack, /on discord',
      '[general] grace: /pawl help',
      '[general] pawl (only you see this): ok',
      '— grace in dm at slack —',
      '[dm] grace: whoami',
      expect.stringContaining('no final answer'),
      '— grace in dm at discord —',
    ])
  })

  it('does not print again what the person has just typed at the prompt', async () => {
    const chat = terminal(await createFixture(says('ok')), true)
    await chat.take('/pawl help')
    expect(chat.printed).toEqual(['[ops] pawl (only you see this): ok'])
    expect(chat.prompt()).toBe('ada in #ops at slack> ')
  })

  it('says false on /quit and true on everything else', async () => {
    const chat = terminal(await createFixture())
    expect([await chat.take('/help'), await chat.take('/quit')]).toEqual([true, false])
  })

  it('does not wait for the end of a run whose button the next line presses', async () => {
    const actions = {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'x', text: { type: 'plain_text', text: 'Cancel' } }],
    }
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'Queued: `sleep 1h`' } }, actions]
    const fixture = await createFixture(({ path }) =>
      path === '/slack/commands' ? jsonAnswer({ response_type: 'in_channel', text: 'x', blocks }) : new Response(null),
    )
    const chat = terminal(fixture)
    await chat.take('/sleep 1h', Promise.resolve('/press 1'))
    await chat.take('/press 1')
    expect(fixture.heard.map(({ path }) => path)).toEqual(['/slack/commands', '/slack/interactions'])
    expect(chat.printed).toContain('[ops] ada presses [1] Cancel')
  })

  it('lets a click arrive when its button is gone', async () => {
    const button = { type: 'button', action_id: 'x', text: { type: 'plain_text', text: 'Go' } }
    const blocks = [{ type: 'actions', elements: [button] }]
    const fixture = await createFixture(({ path }) =>
      path === '/slack/commands' ? jsonAnswer({ response_type: 'in_channel', text: 'x', blocks }) : new Response(null),
    )
    const chat = terminal(fixture)
    await chat.take('/ask')
    await chat.take(':hold 1')
    expect(fixture.heard).toHaveLength(1)
    const [message] = fixture.simulator.slack.user('ada').in('#ops').sees().slice(-1)
    await fixture.slack('chat.update', { channel: 'C0OPS00001', ts: message?.id, text: 'over', blocks: [] })
    await chat.take('/press 1')
    expect(fixture.heard).toHaveLength(1)
    await chat.take(':release')
    await chat.take(':release')
    expect(fixture.heard.map(({ path }) => path)).toEqual(['/slack/commands', '/slack/interactions'])
    expect(chat.printed.at(-1)).toBe('No click is on its way: see :hold')
  })

  it('marks what stands in a thread', async () => {
    const fixture = await createFixture(says('x'))
    const chat = terminal(fixture)
    await chat.take('good morning')
    const [said] = fixture.simulator.slack.user('ada').in('#ops').reads()
    await fixture.slack('chat.postMessage', { channel: 'C0OPS00001', thread_ts: said?.id, text: 'below' })
    expect(chat.printed.at(-1)).toBe('[ops] pawl (in a thread): below')
  })

  it('kills Pawl on /crash and says when it is up again, where it can be killed', async () => {
    const { simulator } = await createFixture()
    const printed: string[] = []
    const screen = createScreen(false)
    const print = (text: string) => void printed.push(text)
    const crash = async () => print('killed')
    await createTerminal({ simulator, screen, print, live: true, crash }).take('/crash')
    await createTerminal({ simulator, screen, print, live: true }).take('/crash')
    expect(printed).toEqual(['— Pawl is killed —', 'killed', '— Pawl is up again —', 'Nothing here can be killed'])
  })

  it('lets no message move the cursor or colour the terminal', async () => {
    const chat = terminal(await createFixture(says('\u001b[2Jgone\u0007')))
    await chat.take('/pawl help')
    expect(chat.printed.at(-1)).toBe('[ops] pawl (only you see this): [2Jgone')
  })

  it('colours only when asked to', async () => {
    const { simulator } = await createFixture(says('ok'))
    await simulator.slack.user('ada').in('#ops').says('/pawl help')
    const [, answer] = simulator.timeline()
    if (!answer) throw new Error('no answer')
    expect(createScreen(false).line(answer, 'ada')).toBe('[ops] pawl (only you see this): ok')
    expect(createScreen(true).line(answer, 'ada')).toBe('\u001b[2m[ops]\u001b[0m pawl (only you see this): ok')
  })
})

describe('the tour', () => {
  const step = {
    caption: 'It answers',
    on: 'slack',
    as: 'ada',
    says: '/pawl help',
    expect: /well/,
  } as const satisfies Step
  const play = async (steps: readonly Step[]) => {
    const { simulator } = await createFixture(says('all is well'))
    const printed: string[] = []
    return {
      code: await playTour({ simulator, origin: 'http://simulator.test', print: (text) => printed.push(text) }, steps),
      text: printed.join('\n'),
    }
  }

  it('ends with 0 when every expectation held', async () => {
    expect(await play([step, { ...step, privateTo: 'ada' }])).toMatchObject({
      code: 0,
      text: expect.stringContaining('2 of 2 steps'),
    })
  })

  it.each([
    ['another text', { ...step, expect: /ill/ }],
    ['seen by the wrong people', { ...step, privateTo: 'linus' }],
    ['no interim message', { ...step, deferred: true as const }],
    ['two deliveries and no deployment', { ...step, again: true as const }],
    ['an exchange nobody kept', { ...step, of: 'nothing' }],
  ])('ends with 1 when one did not: %s', async (_, wrong) => {
    expect(await play([step, wrong])).toMatchObject({ code: 1, text: expect.stringContaining('1 of 2 steps') })
  })

  it('plays a step on both platforms at once, each with what it has kept itself', async () => {
    const fixture = await createFixture(({ path }) => {
      const text = path === '/slack/commands' ? 'well, run r_aaaaaaaaaaaaaaaa' : 'well, run r_bbbbbbbbbbbbbbbb'
      return jsonAnswer(path === '/slack/commands' ? { text } : { type: 4, data: { content: text } })
    })
    const { simulator, heard } = fixture
    await fixture.discord('PUT', '/applications/1180000000000000090/commands', [
      { name: 'help', description: 'Help', options: [{ type: 3, name: 'topic', description: 'Which' }] },
    ])
    const printed: string[] = []
    const crashes: string[] = []
    const code = await playTour(
      {
        simulator,
        origin: 'http://simulator.test',
        print: (text) => printed.push(text),
        crash: async () => void crashes.push('crash'),
        times: true,
      },
      [
        {
          caption: 'One',
          on: 'both',
          as: 'ada',
          says: { slack: '/pawl help', discord: '/help' },
          keep: 'one',
          expect: /well/,
        },
        {
          caption: 'Two',
          on: 'both',
          as: 'ada',
          crash: true,
          of: 'one',
          await: 'words',
          alone: true,
          expect: /run r_/,
        },
        {
          caption: 'Three',
          on: 'both',
          as: 'ada',
          says: { slack: '/pawl help {platform} {run:one}', discord: '/help {run:one}' },
          expect: /well/,
        },
      ],
    )
    expect({ code, crashes }, printed.join('\n')).toEqual({ code: 0, crashes: ['crash'] })
    const bodies = heard.map(({ body }) => body)
    expect(bodies.filter((body) => /slack\+r_a{16}/.test(body))).toHaveLength(1)
    expect(bodies.filter((body) => /"r_b{16}"/.test(body))).toHaveLength(1)
    expect(printed.filter((line) => /^ {2}00:00 (?:Slack {2}|Discord) \[ops\] ada: /.test(line))).toHaveLength(4)
  })

  it.each([
    ['too few edits', { edits: 1 }],
    ['too early', { lasts: 1 }],
    ['words that do not come', { await: 'words', expect: /ill/, withinMs: 20 }],
  ] as const)('ends with 1 when a message came otherwise: %s', async (_, wrong) => {
    expect(await play([step, { ...step, ...wrong }])).toMatchObject({
      code: 1,
      text: expect.stringContaining('1 of 2 steps'),
    })
  })
})
