/** The places that a redirect can name, each through the real door, worker and courier. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})

type Platform = 'slack' | 'discord'
const typed = { slack: (line: string) => `/pawl ${line}`, discord: (line: string) => `/pawl run: ${line}` }
const says = async (platform: Platform, line: string) =>
  (await (await world.simulator[platform].user('ada').in('#ops').says(typed[platform](line))).final()).text
const seen = (platform: Platform, person: string, room: string) =>
  world.simulator[platform]
    .user(person)
    .in(room)
    .sees()
    .map(({ text }) => text)
    .join('\n')

describe.each(['slack', 'discord'] as const)('on %s a redirect', (platform) => {
  it('to several rooms and a person reaches every one of them', async () => {
    expect(await says(platform, 'echo trumpet *> #general @grace me')).toContain('goes to #general, @grace, you')
    for (const [person, room] of [
      ['linus', '#general'],
      ['grace', 'dm'],
      ['ada', 'dm'],
    ] as const)
      await vi.waitUntil(() => seen(platform, person, room).includes('trumpet'), { timeout: 3_000 })
  })

  it('to a room that the bot cannot see or is not in runs nothing, and says how to let it in', async () => {
    expect(await says(platform, 'echo x > #dev')).toMatch(/(invite @pawl|View Channel).*Nothing was run/s)
  })

  it('to a thread is refused where there is none', async () => {
    expect(await says(platform, 'echo x > thread')).toMatch(/thread.*Nothing was run/s)
  })

  it('runs nothing while the platform cannot be asked', async () => {
    const call = platform === 'slack' ? 'slack.conversations.info' : 'discord.channel.get'
    world.simulator.faults.next(call, { status: 503 }, 1)
    expect(await says(platform, 'echo x > #general')).toMatch(/just now.*Nothing was run/s)
  })
})

it('in Slack, a mention can have its answer in the thread that it begins', async () => {
  const slack = world.simulator.slack.user('ada').in('#ops')
  await slack.says('@pawl echo needle > thread')
  const found = () => slack.sees().find(({ text, by }) => by === 'pawl' && text.startsWith('needle'))
  await vi.waitUntil(() => found() !== undefined, { timeout: 3_000 })
  expect(found()?.threadOf).toMatch(/^\d+\.\d+$/)
  expect(found()?.text).toMatch(/sent by .+ · run r_/)
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
