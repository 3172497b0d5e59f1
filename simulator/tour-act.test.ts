import { describe, expect, it } from 'vitest'
import { createFixture, type Fixture, jsonAnswer } from './fixture.ts'
import { playTour, type Step } from './tour.ts'

const MODAL = {
  custom_id: 'form:x',
  title: 'Deploy',
  components: [{ type: 18, label: 'Service', component: { type: 4, style: 1, custom_id: 'service' } }],
}
const BUTTON = { type: 1, components: [{ type: 2, style: 1, label: 'Form', custom_id: 'b' }] }

/** A Discord where `/deploy` shows a button that opens a form, whose submission is answered. */
async function play(steps: readonly Omit<Step, 'on' | 'as'>[]) {
  const fixture: Fixture = await createFixture(({ body }) => {
    const { type, data } = JSON.parse(body)
    if (type === 4) return jsonAnswer({ type: 8, data: { choices: [{ name: 'web', value: 'web' }] } })
    if (type === 3 || data.type === 3) return jsonAnswer({ type: 9, data: MODAL })
    const words = type === 5 ? `deployed ${data.components[0].component.value}` : 'press, or use code AB12-CD34'
    return jsonAnswer({ type: 4, data: { content: words, components: type === 5 ? [] : [BUTTON] } })
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
  const code = await playTour(
    { simulator: fixture.simulator, origin: 'http://simulator.test', print: (text) => printed.push(text) },
    steps.map((step) => ({ on: 'discord', as: 'ada', ...step })),
  )
  return { code, text: printed.join('\n'), heard: fixture.heard.map(({ body }) => JSON.parse(body)) }
}

describe('what a person does in a step', () => {
  it('presses, looks at the form, fills it in, and sends it', async () => {
    const { code, text } = await play([
      { caption: 'A button', says: '/deploy', expect: /press/ },
      { caption: 'A form', presses: 'Form', looks: 'form', expect: /1\. Service \*/ },
      { caption: 'Sent', fills: { Service: 'web' }, expect: /^deployed web$/ },
      { caption: 'Seen', looks: 'room', expect: /^deployed web$/ },
      { caption: 'Gone', looks: 'form', expect: /^no form is open$/ },
    ])
    expect(code, text).toBe(0)
    expect(text).toContain('1. Service *: web')
  })

  it('completes, talks, and uses the menu of what was said', async () => {
    const { code, text, heard } = await play([
      { caption: 'Offered', completes: '/deploy w', expect: /^web$/ },
      { caption: 'Said', says: 'web is down', expect: /down/ },
      { caption: 'Its menu', uses: /down/, fills: { service: 'api' }, expect: /deployed api/ },
    ])
    expect(code, text).toBe(0)
    expect(heard[1].data.target_id).toBeDefined()
  })

  it('types what was before it, and the code that came on the other platform', async () => {
    const { heard } = await play([
      { caption: 'Twice', first: ['/deploy one'], says: '/deploy {platform}', expect: /press/ },
      { caption: 'No code there', says: '/deploy {code}', expect: /press/ },
    ])
    expect(heard.map(({ data }) => data.options[0].value)).toEqual(['one', 'discord', 'no code'])
  })

  it.each([
    ['an offer that is not made', { completes: '/deploy w', expect: /api/ }],
    ['a form that is not open', { looks: 'form', expect: /Service/ }],
    ['a message that is not there', { looks: 'room', withinMs: 20, expect: /ready/ }],
    ['a menu of a message that nobody sent', { uses: /up/, expect: /x/ }],
  ] as const)('fails on %s', async (_, step) => {
    expect((await play([{ caption: 'It fails', ...step }])).code).toBe(1)
  })
})
