/**
 * Naughty strings where no line carries them: filled into forms, in messages that a line is run on, in the names of rooms. Whatever is
 * said to them is within the limits and names nobody.
 */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand, line, md } from '#pawl'
import type { Seat } from '../../simulator/core/seat.ts'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { slackManifest } from '../../src/command/slack-manifest.ts'
import { createHall } from '../../src/runs/hall.ts'
import { servicesOf } from '../../src/services.ts'
import { expectClean, NAUGHTIEST, NAUGHTY } from './naughty.kit.ts'
import { openWorld, type World } from './world.ts'

const given: string[] = []

const repeat = defineCommand({
  name: 'repeat',
  summary: 'Give back what it got',
  options: {
    text: z.string().max(2_000).describe('What'),
    more: z.string().max(100).optional().describe('More'),
  },
  effects: 'read',
  rules: ['when command is repeat allow'],
  handler({ text, more = '' }) {
    given.push(text)
    return { text, more, [text]: more }
  },
  view: ([{ text, more }]) => [
    { kind: 'text', text: md`**${text}** and ${more}` },
    { kind: 'fields', fields: [{ name: String(text), value: md`${more}` }] },
    { kind: 'code', text: String(text) },
  ],
})

let world: World
beforeAll(async () => {
  Object.assign(loadRegistry(), createRegistry(houseEntries([{ file: 'test', command: repeat }])))
  world = await openWorld()
  const made = slackManifest(loadRegistry().all(), { url: 'https://pawl.test', name: 'Pawl' })
  if (!made.ok) throw new Error(made.message)
  const { slash_commands, shortcuts } = made.manifest.features
  world.simulator.slack.installs(
    slash_commands.map(({ command }) => command),
    shortcuts,
  )
})

/** As much as a form takes; what no person can type into one is left out. */
const typeable = NAUGHTY.map((text) => text.slice(0, 2_000).toWellFormed()).filter((text) => text.trim() !== '')
/** Some of the list, and the worst of it. */
const some = typeable.filter((text, i) => i % 16 === 0 || NAUGHTIEST.includes(text))

/** Sends the form in front of somebody; what is said to be wrong beside its fields is an answer, too. */
async function submits(seat: Seat): Promise<void> {
  await seat.submits()
  if (seat.form()) return await seat.closes()
  // The simulator cannot tell which form a message of the bot answers: nothing is left to be said.
  const left = env.DB.prepare(
    `SELECT (SELECT count(*) FROM runs WHERE ended_at IS NULL) + (SELECT count(*) FROM outbox WHERE state = 'pending') AS left`,
  )
  await expect.poll(() => left.first('left'), { timeout: 10_000, interval: 10 }).toBe(0)
}

describe.each(['slack', 'discord'] as const)('on %s', (platform) => {
  const seat = () => world.simulator[platform].user('ada').in('#ops')

  it('filled into a form', async () => {
    await expectClean(world, async () => {
      given.length = 0
      for (const text of some) {
        await seat().says(platform === 'slack' ? '/pawl repeat' : '/pawl run: repeat')
        expect(seat().form(), text).not.toBeNull()
        await seat().fills(1, text)
        await seat().fills(2, text.slice(0, 100).toWellFormed())
        await submits(seat())
      }
      expect(given.length).toBeGreaterThan(some.length / 2)
    })
  }, 120_000)

  it('in a message that a line is run on', async () => {
    await expectClean(world, async () => {
      given.length = 0
      for (const text of some.slice(0, 40)) {
        const said = line`repeat ${text.slice(0, 500)}`
        const message = await (await seat().says(platform === 'slack' ? `/pawl ${said}` : `/pawl run: ${said}`)).final()
        await seat().shortcut(message)
        await seat().fills('line', 'repeat $text --more "$text"')
        await submits(seat())
      }
      expect(given.length).toBeGreaterThan(40)
    })
  }, 120_000)
})

it('as the record that a line starts with, and in the name of the room that it is sent from', async () => {
  const services = servicesOf(env)
  const hall = createHall(services)
  const actor = { platform: 'slack', workspace: 'T0PAWL', id: 'U0ADA00001' }
  const address = services.couriers.get('slack')?.asked(actor, 'C0OPS00001', 'naughty')
  if (!address) throw new Error('there is no courier')
  await expectClean(world, async () => {
    given.length = 0
    const waiting: Promise<unknown>[] = []
    for (const [i, text] of NAUGHTIEST.entries()) {
      const reply = await hall.admit(
        {
          source: 'slack.form',
          delivery: `slack:naughty:${i}`,
          actor,
          standing: 'member',
          channel: { id: 'C0OPS00001', kind: 'channel', name: text },
          input: { kind: 'line', text: i % 2 ? 'repeat "$text" *> here #general' : 'repeat x --more=$text > #general' },
          record: { text, [text]: { [text]: [text] } },
          address,
          answersInResponse: true,
          receivedAt: Date.now(),
        },
        { waitUntil: (promise) => void waiting.push(promise) },
      )
      expect(reply.blocks.length).toBeGreaterThan(0)
    }
    await Promise.all(waiting)
    expect(given.length).toBeGreaterThan(20)
  })
}, 60_000)
