/** Sinks as people meet them: `audit status` on both platforms. */
import { env } from 'cloudflare:test'
import { beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await env.DB.prepare(
    `INSERT INTO audit_sinks (name, cursor, failures, reason) VALUES
       ('archive', 512, 0, NULL), ('webhook', 40, 1, 'stopped:1a2b3c4d')`,
  ).run()
})

it.each([
  ['Slack', () => world.hears('ada', '/pawl audit status')],
  [
    'Discord',
    async () => {
      const asked = await world.simulator.discord.user('ada').in('#ops').says('/pawl run:audit status')
      return (await asked.final()).text
    },
  ],
])('on %s audit status says how far each sink is, and what to do about one that is stopped', async (_, ask) => {
  const text = await ask()
  expect(text).toMatch(/Sink archive[\s*:]*has lines 1 to 512/)
  expect(text).toMatch(/Sink webhook[\s*:]*has lines 1 to 40; failed 1 times/)
  expect(text).toContain('⚠ the sink webhook is stopped, its receiver answered 410: set PAWL')
})
