/** Forms as people meet them: modals, their menus and shortcuts, on both platforms, signed and through the real doors. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand, md, option } from '#pawl'
import type { Seat } from '../../simulator/core/seat.ts'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { slackManifest } from '../../src/command/slack-manifest.ts'
import { worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const ran: object[] = []

const paint = defineCommand({
  name: 'paint',
  summary: 'Paint a wall',
  options: {
    wall: z.string().min(4).describe('Which wall'),
    colour: z.enum(['red', 'green']).describe('Colour'),
    coats: z.int().min(1).max(3).default(1).describe('How many coats'),
    shiny: z.boolean().default(false).describe('Add a varnish'),
    note: z.string().max(4_000).optional().describe('Anything else'),
    helpers: z.array(option.user()).optional().describe('Who helps'),
  },
  effects: 'read',
  rules: ['when command is paint allow'],
  complete: { wall: (typed) => ['north', 'south'].filter((wall) => wall.startsWith(typed)) },
  handler(args) {
    ran.push(args)
    return { wall: args.wall, colour: args.colour }
  },
  view: ([{ wall, colour }]) => md`Painted ${wall} in ${colour}`,
})

const note = defineCommand({
  name: 'note',
  summary: 'Note what a message says',
  options: { title: z.string().describe('Title') },
  effects: 'read',
  rules: ['when command is note allow'],
  handler({ title }, { record }) {
    ran.push(record)
    return `${title}: ${String(record.text)}`
  },
})

/** As many options as a command may have, each as long as a field may be. */
const wide = defineCommand({
  name: 'wide',
  summary: 'Ask for very much',
  options: Object.fromEntries(
    Array.from({ length: 25 }, (_, i) => [`text-${i}`, z.string().max(3_000).optional().describe('A long text')]),
  ),
  effects: 'read',
  rules: ['when command is wide allow'],
  handler(args) {
    ran.push(args)
    return null
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(paint, note, wide)
  const manifest = slackManifest(loadRegistry().all(), { url: 'https://pawl.test', name: 'Pawl' })
  if (!manifest.ok) throw new Error(manifest.message)
  const { slash_commands, shortcuts } = manifest.manifest.features
  world.simulator.slack.installs(
    slash_commands.map(({ command }) => command),
    shortcuts,
  )
})
beforeEach(() => {
  ran.length = 0
})

const slack = (person = 'ada') => world.simulator.slack.user(person).in('#ops')
const discord = (person = 'ada') => world.simulator.discord.user(person).in('#ops')
const problems = (seat: Seat) =>
  seat.form()?.fields.flatMap(({ label, problem }) => (problem ? [[label, problem]] : []))
const GRACE = expect.stringMatching(/^\d+$/)
const heard = async (exchange: { final(): Promise<{ text: string }> }) => (await exchange.final()).text
const legal = () => expect(world.simulator.violations).toEqual([])

describe('on Slack', () => {
  it('a command without its options opens a form, and what is sent runs', async () => {
    const seat = slack()
    await seat.says('/pawl paint')
    expect(seat.form()).toMatchObject({ title: 'paint', submit: 'Run', words: ['Paint a wall'] })
    expect((await seat.searches('wall', 'n')).map(({ text }) => text)).toEqual(['north', 'n'])
    await seat.fills('wall', 'north')
    await seat.fills('colour', 'red')
    await seat.fills('coats', '2')
    await seat.fills('shiny', 'Yes')
    await seat.fills('helpers', '@grace')
    await seat.fills('note', 'two\nlines')
    expect(await heard(await seat.submits())).toContain('Painted north in red')
    expect(seat.form()).toBeNull()
    expect(ran).toEqual([
      { wall: 'north', colour: 'red', coats: 2, shiny: true, helpers: ['U0GRACE001'], note: 'two\nlines' },
    ])
    legal()
  })

  it('what was given stands in it, and what is wrong is said beside the field', async () => {
    const seat = slack()
    await seat.says('/pawl paint --colour green')
    expect(
      seat
        .form()
        ?.fields.find(({ label }) => label === 'colour')
        ?.chosen.map(({ text }) => text),
    ).toEqual(['green'])
    await seat.fills('wall', 'abc')
    await seat.submits()
    expect(problems(seat)).toEqual([['wall', expect.stringContaining('wall')]])
    expect(ran).toEqual([])
    await seat.fills('wall', 'south')
    expect(await heard(await seat.submits())).toContain('Painted south in green')
    legal()
  })

  it('a form that could outgrow what the door takes goes on in further ones, with all that was typed, whatever it is', async () => {
    const seat = slack()
    await seat.says('/pawl wide --form')
    const longest = '界'.repeat(3_000)
    let filled = 0
    while (seat.form() !== null) {
      for (const { label } of seat.form()?.fields ?? []) {
        await seat.fills(label, longest)
        filled++
      }
      const sent = await seat.submits()
      if (filled === 25) await sent.final()
    }
    expect(filled).toBe(25)
    expect(Object.values(ran[0] ?? {})).toEqual(Array.from({ length: 25 }, () => longest))
    legal()
  })

  it('a form that is sent twice runs once', async () => {
    const seat = slack()
    await seat.says('/pawl paint north red --form')
    const delivery = await seat.preparesSubmit()
    await Promise.all([delivery.send(), delivery.send(), delivery.send()])
    await expect.poll(() => ran.length).toBeGreaterThan(0)
    expect(ran).toHaveLength(1)
    legal()
  })

  it('a mention cannot open one, and its answer has a button that does, for the asker alone', async () => {
    const seat = slack()
    await (await seat.says('@pawl paint')).final()
    expect(seat.form()).toBeNull()
    await seat.press('Fill in a form')
    expect(seat.form()).toMatchObject({ title: 'paint' })
    await seat.closes()
    legal()
  })

  it('a message gets a line run on it', async () => {
    const seat = slack()
    const message = await (await seat.says('/pawl echo "disk & <b> full"')).final()
    await seat.shortcut(message)
    expect(seat.form()).toMatchObject({ title: 'Run with Pawl' })
    await seat.fills('line', 'note alarm')
    expect(await heard(await seat.submits())).toContain('alarm: disk & <b> full')
    expect(ran).toMatchObject([{ text: 'disk & <b> full', channel: expect.stringMatching(/^C/) }])
    legal()
  })

  it('from anywhere a command is picked, then its form is filled in, and the answer is in the direct conversation', async () => {
    const seat = slack()
    await seat.shortcut(null)
    await seat.fills('command', 'paint')
    await seat.submits()
    expect(seat.form()).toMatchObject({ title: 'paint' })
    await seat.fills('wall', 'north')
    await seat.fills('colour', 'red')
    await seat.submits()
    const direct = world.simulator.slack.user('ada').in('dm')
    await expect
      .poll(() =>
        direct
          .sees()
          .map(({ text }) => text)
          .join('\n'),
      )
      .toContain('Painted north in red')
    legal()
  })
})

describe('on Discord', () => {
  it('a form of six fields comes in two steps, with a button between', async () => {
    const seat = discord()
    await seat.says('/pawl run: paint north')
    expect(seat.form()).toMatchObject({ title: 'paint (1/2)' })
    await seat.fills('colour', 'red')
    await seat.fills('shiny', 'No')
    await seat.submits()
    await seat.press('Continue (2/2)')
    expect(seat.form()?.fields.map(({ label }) => label)).toEqual(['helpers'])
    await seat.fills('helpers', '@grace')
    expect(await heard(await seat.submits())).toContain('Painted north in red')
    expect(ran).toEqual([{ wall: 'north', colour: 'red', coats: 1, shiny: false, helpers: [GRACE] }])
    legal()
  })

  it('what is wrong is told, and corrected with what was typed', async () => {
    const seat = discord()
    await seat.says('/pawl run: paint abc red --form')
    const told = await seat.submits()
    expect(await heard(told)).toContain('wall')
    await seat.press('Correct it')
    expect(seat.form()?.fields.map(({ chosen }) => chosen[0]?.value)).toEqual(['abc', 'red', '1', 'false', undefined])
    legal()
  })

  it('a message gets a line run on it', async () => {
    const seat = discord()
    const message = await (await seat.says('/pawl run: echo disk full')).final()
    await seat.shortcut(message)
    await seat.fills('line', 'note alarm')
    expect(await heard(await seat.submits())).toContain('alarm: disk full')
    expect(ran).toMatchObject([{ text: 'disk full', channel: expect.stringMatching(/^\d+$/) }])
    legal()
  })

  it('options of a command of its own are completed', async () => {
    const { choices } = await discord().completes('/paint n')
    expect(choices.map(({ name }) => name)).toEqual(['north'])
    legal()
  })
})
