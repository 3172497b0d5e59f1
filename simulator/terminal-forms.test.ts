import { describe, expect, it } from 'vitest'
import { createFixture, type Fixture, jsonAnswer } from './fixture.ts'
import { createScreen } from './screen.ts'
import { createTerminal } from './terminal.ts'

const MODAL = {
  custom_id: 'form:f_1:0',
  title: 'Deploy \u001b[2J',
  components: [
    { type: 18, label: 'Service', component: { type: 4, style: 1, custom_id: 'service' } },
    {
      type: 18,
      label: 'Where',
      component: { type: 3, custom_id: 'env', required: false, options: [{ label: 'prod', value: 'prod' }] },
    },
    { type: 18, label: 'Long note', component: { type: 4, style: 2, custom_id: 'note', required: false } },
  ],
}

/** A terminal at Discord, where `/deploy` opens a form and its submission is answered with words. */
async function terminal(live = false) {
  const fixture: Fixture = await createFixture(({ body }) => {
    const { type } = JSON.parse(body)
    if (type === 4) return jsonAnswer({ type: 8, data: { choices: [{ name: 'web', value: 'web' }] } })
    return jsonAnswer(type === 5 ? { type: 4, data: { content: 'deployed' } } : { type: 9, data: MODAL })
  })
  await fixture.discord('PUT', '/applications/1180000000000000090/commands', [
    {
      name: 'deploy',
      description: 'Deploy',
      options: [{ type: 3, name: 'service', description: 'Service', autocomplete: true }],
    },
    { type: 3, name: 'Run with Pawl…' },
  ])
  const printed: string[] = []
  const print = (text: string) => void printed.push(text)
  const chat = createTerminal({
    simulator: fixture.simulator,
    screen: createScreen(false),
    print,
    live,
    playMs: 20,
    pressMs: 20,
  })
  await chat.take('/on discord')
  printed.splice(0)
  return { fixture, printed, chat }
}

describe('forms in the terminal', () => {
  it('are drawn, filled, sent', async () => {
    const { chat, printed, fixture } = await terminal()
    for (const line of ['/deploy', ':set service web', ':set "Long note" two\\nlines', ':submit']) await chat.take(line)
    const empty = '▤ Deploy [2J\n    1. Service *:\n    2. Where: (prod)\n    3. Long note:\n    [Submit]  [Close]'
    expect(printed).toEqual([
      '[ops] ada: /deploy',
      `[ops] pawl (only you see this) opens a form:\n    ${empty}`,
      '▤ Deploy [2J\n1. Service *: web\n2. Where: (prod)\n3. Long note:\n[Submit]  [Close]',
      '▤ Deploy [2J\n1. Service *: web\n2. Where: (prod)\n3. Long note: two\n   lines\n[Submit]  [Close]',
      '[ops] ada presses [Submit] in "Deploy [2J"',
      '[ops] pawl: deployed',
    ])
    expect(JSON.parse(fixture.heard[1]?.body ?? '{}').data.components[2].component.value).toBe('two\nlines')
  })

  it('say what the client would say, close, and are not there afterwards', async () => {
    const { chat, printed } = await terminal()
    for (const line of ['/deploy', ':submit', ':set colour red', ':close', ':form', ':set 1 web', ':nothing'])
      await chat.take(line)
    expect(printed.slice(2)).toEqual([
      '[ops] Discord (only you see this): Service: this field is required',
      'There is no field colour: there are Service, Where, Long note',
      '— closed —',
      'No form is open',
      'ada has no form open',
      'There is no :nothing: see /help',
    ])
  })

  it('offer what fits a line typed so far, at the prompt as whole lines', async () => {
    const { chat, printed } = await terminal(true)
    await chat.take(':complete /deploy w')
    await chat.take(':complete hello')
    expect(printed).toEqual(['web', 'Nothing is offered'])
    expect(await chat.complete('/deploy w')).toEqual(['/deploy web'])
    expect(await chat.complete('/de')).toEqual(['/deploy '])
    expect(await chat.complete(':sub')).toEqual([':submit '])
    await chat.take('/deploy')
    expect(await chat.complete(':set Where p')).toEqual([':set Where prod'])
  })

  it('are opened by the menu of a numbered message', async () => {
    const { chat, printed } = await terminal()
    for (const line of ['good morning', ':messages', ':shortcut 2', ':shortcut 1', ':close', ':shortcut'])
      await chat.take(line)
    expect(printed.slice(2)).toEqual([
      '1. ada: good morning',
      'There is no message 2: see :messages',
      '[ops] ada presses "Run with Pawl…" on: good morning',
      expect.stringContaining('opens a form'),
      '— closed —',
      '[ops] Discord (only you see this): Discord has no global shortcuts',
    ])
  })

  it('take a colon for a slash everywhere, and leave other slashes to the chat', async () => {
    const { chat, printed } = await terminal()
    await chat.take(':as grace')
    await chat.take('/set 1 web')
    expect(printed.slice(0, 2)).toEqual(['— grace in #ops at discord —', '[ops] grace: /set 1 web'])
    expect(await chat.take(':quit')).toBe(false)
  })
})
