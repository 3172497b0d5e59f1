/** Buttons from results, through both platforms: what a view offers, who may press it, and what becomes of it. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand, line, md, type NextCommand, type View } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { openWorld, type World } from './world.ts'

/** What an offering command's view gives next. */
let offered: readonly NextCommand[] = []
const view = ([record]: readonly [{ readonly what: string }, ...unknown[]]): View => ({
  show: md`did ${record.what}`,
  actions: offered,
})
const options = { what: z.string().describe('What') }
const handler = ({ what }: { readonly what: string }) => ({ what })

const offer = defineCommand({
  name: 'offer',
  summary: 'Offer what may be done next',
  options,
  effects: 'read',
  rules: ['when command is offer allow'],
  handler,
  view,
})
const rollout = defineCommand({
  name: 'rollout',
  summary: 'Offer it at the end of a job',
  options,
  effects: 'write',
  run: 'job',
  rules: ['when command is rollout allow'],
  handler,
  view,
})
const whisper = defineCommand({
  name: 'whisper',
  summary: 'Offer it to the asker alone',
  options,
  effects: 'read',
  answer: 'private',
  rules: ['when command is whisper allow'],
  handler,
  view,
})
const act = defineCommand({
  name: 'act',
  summary: 'Do it',
  options: { what: z.string().describe('What'), key: z.string().optional().describe('Key').meta({ secret: true }) },
  effects: 'write',
  rules: ['when command is act allow'],
  handler: ({ what }) => ({ acted: what }),
})
const guarded = defineCommand({
  name: 'guarded',
  summary: 'Do it with a permission',
  options,
  effects: 'write',
  rules: ['when command is guarded must have site:guarded'],
  handler,
})

const careful = defineCommand({
  name: 'careful',
  summary: 'Do it once it is confirmed',
  options,
  effects: 'write',
  confirm: true,
  rules: ['when command is careful allow'],
  handler,
})

let world: World
beforeAll(async () => {
  const commands = [offer, rollout, whisper, act, guarded, careful]
  Object.assign(loadRegistry(), createRegistry(houseEntries(commands.map((command) => ({ file: 'test', command })))))
  world = await openWorld()
})

type Platform = 'slack' | 'discord'
const typed = { slack: (text: string) => `/pawl ${text}`, discord: (text: string) => `/pawl run: ${text}` }
const user = (platform: Platform, person: string, room = '#ops') => world.simulator[platform].user(person).in(room)
const asks = async (platform: Platform, person: string, text: string, room = '#ops') =>
  await (await user(platform, person, room).says(typed[platform](text))).final()
const presses = async (platform: Platform, person: string, label: string, room = '#ops') =>
  await (await user(platform, person, room).press(label)).final()

interface Row {
  readonly id: string
  readonly line: string
  readonly actor: string
  readonly state: string
  readonly code: string | null
  readonly actions: string | null
  readonly history: string
}
const newest = async (text: string) =>
  (await env.DB.prepare('SELECT * FROM runs WHERE line = ? ORDER BY created_at DESC').bind(text).first<Row>()) as Row
const runsOf = async (text: string) =>
  (await env.DB.prepare('SELECT id FROM runs WHERE line = ?').bind(text).all<Row>()).results.length
const detailOf = async (run: string, field: string) => {
  const row = await env.DB.prepare(`SELECT event ->> ?2 AS value FROM audit WHERE run = ?1 AND code = 'run.admitted'`)
    .bind(run, `$.${field}`)
    .first<{ value: string }>()
  return row?.value ?? null
}

describe.each(['slack', 'discord'] as const)('on %s', (platform) => {
  it('a button of a result is a new run by whoever presses it in that room, and says whose', async () => {
    offered = [
      { label: 'First', run: line`guarded ${platform}` },
      { label: 'Again', run: line`offer ${`pressed by ${platform}`}` },
    ]
    const told = await asks(platform, 'grace', `offer here-${platform}`)
    expect(told.buttons.map(({ label }) => label)).toEqual(['First', 'Again'])
    const first = await newest(`offer here-${platform}`)
    expect(JSON.parse(first.actions ?? '')).toEqual(offered)
    expect((await presses(platform, 'linus', 'Again')).text).toContain(`did pressed by ${platform}`)
    const second = await newest(`offer 'pressed by ${platform}'`)
    expect(second.actor).not.toBe(first.actor)
    expect(second).toMatchObject({ state: 'succeeded', history: 'whole' })
    expect(await detailOf(second.id, 'action_of')).toBe(first.id)
  })

  it('it is decided by the rights of who presses', async () => {
    offered = [{ label: 'Guarded', run: line`guarded ${platform}` }]
    await asks(platform, 'ada', `offer guarded-${platform}`)
    expect((await presses(platform, 'linus', 'Guarded')).text).toContain('site:guarded')
    expect(await newest(`guarded ${platform}`)).toMatchObject({ state: 'denied' })
    expect((await presses(platform, 'ada', 'Guarded')).text).toContain(platform)
  })

  it('it is confirmed by who presses, where its command asks for that', async () => {
    offered = [{ label: 'Careful', run: line`careful ${platform}` }]
    await asks(platform, 'grace', `offer careful-${platform}`)
    const asked = await (await user(platform, 'linus').press('Careful')).final()
    expect(asked.onlyFor).toBe('linus')
    expect(await newest(`careful ${platform}`)).toMatchObject({ state: 'awaiting_approval' })
    expect((await presses(platform, 'linus', asked.buttons[0]?.label ?? '')).text).toContain(platform)
    await expect.poll(async () => (await newest(`careful ${platform}`)).state, { timeout: 10_000 }).toBe('succeeded')
  })

  it('a job offers it at its end, and run show after that', async () => {
    offered = [{ label: 'Roll back', run: line`offer ${`back-${platform}`}` }]
    const told = await asks(platform, 'grace', `rollout ${platform}`)
    expect(told.buttons.map(({ label }) => label)).toEqual(['Roll back'])
    const { id } = await newest(`rollout ${platform}`)
    const shown = await asks(platform, 'grace', `run show ${id}`)
    expect(shown.buttons.map(({ label }) => label)).toEqual(['Roll back'])
    await presses(platform, 'grace', 'Roll back')
    expect(await newest(`offer back-${platform}`)).toMatchObject({ state: 'succeeded' })
  })

  it('an answer for the asker alone can be pressed by the asker alone, wherever somebody else tries', async () => {
    offered = [{ label: 'Mine', run: line`offer ${`mine-${platform}`}` }]
    const told = await asks(platform, 'grace', `whisper ${platform}`)
    expect(told.onlyFor).toBe('grace')
    const { id } = await newest(`whisper ${platform}`)
    expect((await asks(platform, 'linus', `run action ${id} 1`)).text).toContain('There is no such button')
    // An administrator may see that the run is there, and no more.
    expect((await asks(platform, 'ada', `run action ${id} 1`)).text).toContain('There is no such button')
    expect(await runsOf(`offer mine-${platform}`)).toBe(0)
    await presses(platform, 'grace', 'Mine')
    expect(await runsOf(`offer mine-${platform}`)).toBe(1)
  })

  it('forged numbers and runs, and another room, say the same and run nothing', async () => {
    offered = [{ label: 'Only', run: line`offer ${`only-${platform}`}` }]
    await asks(platform, 'grace', `offer forged-${platform}`)
    const { id } = await newest(`offer forged-${platform}`)
    for (const [person, text, room] of [
      ['grace', `run action ${id} 2`, '#ops'],
      ['grace', 'run action r_zzzzzzzzzzzzzzzz 1', '#ops'],
      ['linus', `run action ${id} 1`, '#general'],
    ] as const)
      expect((await asks(platform, person, text, room)).text).toContain('There is no such button. Nothing was run')
    expect((await asks(platform, 'grace', `run action ${id} 6`)).text).toContain('number')
    expect((await asks(platform, 'grace', `run action ${id} 1 | count`)).text).toContain('stands alone on its line')
    expect(await runsOf(`offer only-${platform}`)).toBe(0)
  })

  it('a longer result has a button for its next page, and that one for the next', async () => {
    const rows = JSON.stringify(Array.from({ length: 60 }, (_, i) => ({ app: `app-${i}`, size: i })))
    const told = await asks(platform, 'grace', `seed '${rows}'`)
    expect(told.buttons.map(({ label }) => label)).toEqual(['Next page'])
    const second = await presses(platform, 'grace', 'Next page')
    expect(second.text).toContain('Records 26 to 50 of 60')
    expect(second.buttons.map(({ label }) => label)).toEqual(['Previous page', 'Next page'])
    const third = await presses(platform, 'grace', 'Next page')
    expect(third.text).toContain('Records 51 to 60 of 60')
    expect(third.buttons.map(({ label }) => label)).toEqual(['Previous page'])
  })

  it('a copy in another room has no button', async () => {
    offered = [{ label: 'Not there', run: 'version' }]
    await asks(platform, 'ada', `offer copied-${platform} *> here #general`)
    const copy = () =>
      user(platform, 'ada', '#general')
        .sees()
        .find(({ text }) => text.includes(`did copied-${platform}`))
    await expect.poll(copy).toBeDefined()
    expect(copy()?.buttons).toEqual([])
  })
})

describe('what a view must not offer', () => {
  const long = 'x'.repeat(480)
  it.each<[string, readonly NextCommand[], string]>([
    ['six buttons', Array(6).fill({ label: 'a', run: 'version' }), 'at most 5'],
    ['no label', [{ label: ' \u200b ', run: 'version' }], '1 to 75 characters'],
    ['a label of 76', [{ label: 'x'.repeat(76), run: 'version' }], '1 to 75 characters'],
    ['a line of 501', [{ label: 'a', run: `offer ${'x'.repeat(495)}` }], 'longer than 500'],
    ['what does not parse', [{ label: 'a', run: "offer '" }], 'none that could run'],
    ['what is no command', [{ label: 'a', run: 'nothing here' }], 'none that could run'],
    ['a command with secret options', [{ label: 'a', run: 'act it' }], 'secret options'],
    ['another button', [{ label: 'a', run: 'run action r_0123456789abcdef 1' }], 'pressed themselves'],
  ])('%s: it ran, and its view failed', async (_, actions, why) => {
    offered = actions
    const told = await asks('slack', 'grace', 'offer wrong')
    expect(told.text).toContain('it ran, but its view failed')
    expect(told.text).toContain(why)
    expect(told.buttons).toEqual([])
    expect(await newest('offer wrong')).toMatchObject({ state: 'succeeded', code: 'view', actions: null })
  })

  it('five buttons, a label of 75 and a line of 500 are all right', async () => {
    offered = [
      { label: 'x'.repeat(75), run: `offer ${long}${'y'.repeat(14)}` },
      ...['b', 'c', 'd', 'e'].map((label) => ({ label, run: 'version' })),
    ]
    expect(offered[0]?.run).toHaveLength(500)
    expect((await asks('slack', 'grace', 'offer much')).buttons).toHaveLength(5)
    expect((await asks('discord', 'grace', 'offer much')).buttons).toHaveLength(5)
  })

  it('a line in which something was masked is left out', async () => {
    const token = `xoxb-${'1'.repeat(12)}-abcdefghijkl`
    offered = [
      { label: 'Masked', run: line`offer ${token}` },
      { label: 'Kept', run: 'version' },
    ]
    const told = await asks('slack', 'grace', 'offer token')
    expect(told.buttons.map(({ label }) => label)).toEqual(['Kept'])
    expect((await newest('offer token')).actions).not.toContain('xoxb')
  })

  it('what a line is made of cannot add a stage to it', async () => {
    offered = [{ label: 'Harmless', run: line`offer ${"x' | guarded it > #general"}` }]
    await asks('slack', 'ada', 'offer injected')
    await presses('slack', 'ada', 'Harmless')
    expect(await newest('guarded it')).toBeNull()
    expect(await newest(String(offered[0]?.run))).toMatchObject({ state: 'succeeded' })
  })

  it('what lacks options opens their form, or says how it is typed', async () => {
    offered = [{ label: 'Fill in', run: 'offer' }]
    const told = await asks('slack', 'grace', 'offer formless')
    expect(told.buttons.map(({ label }) => label)).toEqual(['Fill in'])
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
