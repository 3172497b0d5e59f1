/** What only the moment shows of a form's values: said beside the fields, before the form closes. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { CommandFailure, defineCommand } from '#pawl'
import type { Seat } from '../../simulator/core/seat.ts'
import { formFor, formRow, rest, said, submits } from './forms.kit.ts'
import { worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const ran: unknown[] = []
const TOKEN = `xoxb-${'1'.repeat(12)}-${'a'.repeat(24)}`

const rent = defineCommand({
  name: 'rent',
  summary: 'Rent a room',
  options: {
    room: z.string().min(2).describe('Which room'),
    day: z.string().optional().describe('From when'),
    pin: z.string().meta({ secret: true }).optional().describe('Pin'),
  },
  check: {
    room: async ({ room, pin }, ctx) => {
      if (room === 'cellar') throw new CommandFailure(`the cellar is let to ${pin ?? 'nobody'} of ${ctx.channel.name}`)
      if (room === 'attic') throw new CommandFailure(`the attic takes no ${TOKEN}`)
      if (room === 'broken') throw new Error('out of order')
      if (room === 'slow') await new Promise(() => {})
    },
    day: ({ day }, ctx) => {
      if (Date.parse(day ?? '') < ctx.now()) throw new CommandFailure('that day is past')
    },
  },
  effects: 'write',
  rules: ['when command is rent allow', 'when command is rent with option[room] == "cellar" must have rent:cellar'],
  handler({ room, day }) {
    if (room === 'roof') throw new CommandFailure('the roof leaks')
    if (room === 'well') throw new Error('out of order')
    ran.push({ room, day })
    return { room }
  },
})

/** Something that a freeze can stop. */
const ship = defineCommand({
  name: 'ship',
  summary: 'Ship it',
  options: { env: z.enum(['staging', 'prod']).describe('Where') },
  effects: 'write',
  rules: ['when command is ship must have ship:run'],
  handler: () => 'shipped',
})

let world: World
beforeAll(async () => {
  world = await worldWith(rent, ship)
})
beforeEach(() => {
  ran.length = 0
})
afterEach(rest)

describe('a check of an option', () => {
  it('keeps the form open, beside every field that is wrong, until what is sent will do', async () => {
    const form = await formFor('ada', 'rent')
    const wrong = { room: 'cellar', day: '2020-01-01', pin: 'open-sesame' }
    // What a secret holds is neither told nor kept.
    expect(said(await submits('ada', form, wrong))).toBe(
      'room: the cellar is let to [secret] of ops\nday: that day is past',
    )
    expect(JSON.stringify(await formRow(form.id))).not.toContain('sesame')
    expect(said(await submits('ada', form, { room: 'attic', day: '2020-01-01' }))).not.toContain(TOKEN)
    expect(ran).toEqual([])
    await submits('ada', form, { room: 'hall', day: '2999-01-01' })
    expect(ran).toEqual([{ room: 'hall', day: '2999-01-01' }])
  })

  it('is not asked of what was left empty, nor while the schema finds something wrong', async () => {
    const form = await formFor('ada', 'rent')
    expect(said(await submits('ada', form, { room: 'x', day: '2020-01-01' }))).toBe(
      'room: room must have at least 2 characters',
    )
    await submits('ada', form, { room: 'hall' })
    expect(ran).toEqual([{ room: 'hall' }])
  })

  it('tells nothing to whoever may not run it with these arguments', async () => {
    const form = await formFor('grace', 'rent')
    const answer = said(await submits('grace', form, { room: 'cellar', day: '2020-01-01' }))
    expect(answer).toContain('rent:cellar')
    expect(answer).not.toMatch(/past|is let/)
  })

  it.each(['broken', 'slow'])('that is %s stops nobody: the handler has the last word', async (room) => {
    const form = await formFor('ada', 'rent')
    await submits('ada', form, { room })
    expect(ran).toEqual([{ room }])
  })
})

describe('what only the handler refuses', () => {
  const platforms = [
    ['Slack', () => world.simulator.slack.user('grace').in('#general'), '/pawl '],
    ['Discord', () => world.simulator.discord.user('ada').in('#ops'), '/pawl run: '],
  ] as const
  it.each(platforms)(
    'is corrected on %s in the form as it was filled in, but for secrets',
    async (_, seatOf, typed) => {
      const seat: Seat = seatOf()
      await seat.says(`${typed}rent --form`)
      await seat.fills('room', 'roof')
      await seat.fills('day', '2999-01-01')
      await seat.fills('pin', '1234')
      await seat.submits()
      await vi.waitUntil(() => seat.sees().some(({ text }) => text.includes('the roof leaks')), { timeout: 5_000 })
      await seat.press('Fill in a form')
      const fields = seat.form()?.fields.flatMap(({ label, chosen }) => chosen.map(({ value }) => [label, value]))
      expect(fields).toEqual([
        ['room', 'roof'],
        ['day', '2999-01-01'],
      ])
      await seat.fills('room', 'lounge')
      await seat.submits()
      await vi.waitUntil(() => seat.sees().some(({ text }) => text.includes('room: lounge')), { timeout: 5_000 })
      expect(ran).toEqual([{ room: 'lounge', day: '2999-01-01' }])
      expect(world.simulator.violations).toEqual([])
    },
  )

  it('has no form again for what broke, nor for what was typed on a line', async () => {
    const form = await formFor('ada', 'rent')
    expect(said(await submits('ada', form, { room: 'well' }))).not.toContain('form')
    const seat = world.simulator.slack.user('ada').in('#ops')
    const { buttons } = await (await seat.says('/pawl rent roof')).final()
    expect(buttons).toEqual([])
  })
})

describe('freeze start in a form', () => {
  const frozen = () => env.DB.prepare('SELECT count(*) AS n FROM freezes').first('n')
  const WRONG = [
    ['until', '2020-01-01', 'is past'],
    ['commands', 'shpi', 'there is no command shpi'],
    ['where', 'option[envv] == prod', 'did you mean env?'],
    ['except', 'site:nothing', 'no rule asks for the permission'],
  ] as const

  it('says what is wrong in the words that a line hears', async () => {
    const form = await formFor('ada', 'freeze start release --form')
    for (const [field, value, why] of WRONG) {
      const told = said(await submits('ada', form, { reason: 'release', [field]: value }))
      expect(told).toMatch(new RegExp(`^${field}: [^\n]+$`))
      expect(told).toContain(why)
      const heard = await world.hears('ada', `/pawl freeze start release --${field} "${value}"`)
      expect(heard).toContain(told.slice(`${field}: `.length))
    }
    expect(said(await submits('ada', form, { reason: 'x'.repeat(201) }))).toContain('reason: take 1 to 200 characters')
    expect(await frozen()).toBe(0)
    const sent = { reason: 'release', until: '2h', commands: 'ship', where: 'option[env] == prod', except: 'ship:run' }
    expect(said(await submits('ada', form, sent))).toContain('Frozen')
    expect(await frozen()).toBe(1)
    await env.DB.prepare('DELETE FROM freezes').run()
  })

  it('says what is wrong with a condition beside what is wrong with its commands', async () => {
    const form = await formFor('ada', 'freeze start release --form')
    const sent = { reason: 'release', commands: 'shpi', where: 'option[envv] == prod' }
    expect(said(await submits('ada', form, sent))).toMatch(/^commands: .+\nwhere: .+$/)
  })

  const platforms = [
    ['Slack', () => world.simulator.slack.user('ada').in('#ops'), '/pawl freeze start release --form'],
    ['Discord', () => world.simulator.discord.user('ada').in('#ops'), '/pawl run: freeze start release --form'],
  ] as const
  it.each(platforms)('is corrected on %s with what was typed', async (platform, seatOf, line) => {
    const seat: Seat = seatOf()
    await seat.says(line)
    await seat.fills('where', 'option[envv] == prod')
    const sent = await seat.submits()
    if (platform === 'Slack')
      expect(seat.form()?.fields.find(({ label }) => label === 'where')?.problem).toContain('did you mean env?')
    else {
      expect((await sent.final()).text).toContain('did you mean env?')
      await seat.press('Correct it')
    }
    expect(seat.form()?.fields.map(({ chosen }) => chosen[0]?.value)).toEqual(
      expect.arrayContaining(['release', 'option[envv] == prod']),
    )
    await seat.fills('where', 'option[env] == prod')
    expect((await (await seat.submits()).final()).text).toContain('Frozen')
    await env.DB.prepare('DELETE FROM freezes').run()
    expect(world.simulator.violations).toEqual([])
  })
})
