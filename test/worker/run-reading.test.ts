/** `run list`, `run show` and `run log` of what really ran, through both platforms: what they tell, and to whom. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { openWorld, type World } from './world.ts'

const build = defineCommand({
  name: 'build',
  summary: 'Take some steps and write them down',
  options: { what: z.string().describe('What'), lines: z.int().default(2).describe('Lines to write down') },
  input: 'none',
  effects: 'write',
  run: 'job',
  rules: ['when command is build allow'],
  async handler({ what, lines }, ctx) {
    for (let i = 1; i <= lines; i++) ctx.log(`${what} line ${i}`)
    const image = await ctx.step('image', () => `${what}:1`)
    return { image }
  },
})

let world: World
beforeAll(async () => {
  Object.assign(loadRegistry(), createRegistry(houseEntries([{ file: 'test', command: build }])))
  world = await openWorld()
})

type Platform = 'slack' | 'discord'
const PLATFORMS = ['slack', 'discord'] as const
const typed = { slack: (line: string) => `/pawl ${line}`, discord: (line: string) => `/pawl run: ${line}` }
const asks = async (platform: Platform, person: string, line: string, room = '#ops') =>
  await (await world.simulator[platform].user(person).in(room).says(typed[platform](line))).final()
const hears = async (platform: Platform, person: string, line: string, room = '#ops') =>
  (await asks(platform, person, line, room)).text
const idOf = async (line: string) => {
  const row = await env.DB.prepare('SELECT id FROM runs WHERE line LIKE ? ORDER BY created_at DESC, id DESC LIMIT 1')
    .bind(line)
    .first<{ id: string }>()
  if (!row) throw new Error(`there is no run of ${line}`)
  return row.id
}
const outbox = async (run: string, state: string) =>
  vi.waitUntil(
    async () =>
      (await env.DB.prepare('SELECT 1 FROM outbox WHERE run = ? AND state = ? AND reason IS NOT NULL')
        .bind(run, state)
        .first()) !== null,
    { timeout: 10_000, interval: 50 },
  )

describe.each(PLATFORMS)('on %s', (platform) => {
  it('run show tells every stage and step, the attempts, the answers, and where they stand in the log', async () => {
    const line = `build ${platform}-a | count`
    expect(await hears(platform, 'grace', line)).toContain('1')
    const run = await idOf(line)
    await vi.waitUntil(async () => (await world.auditOf(run)).includes('reply.delivered'))
    const shown = await asks(platform, 'grace', `run show ${run}`)
    expect(shown.onlyFor).toBe('grace')
    expect(shown.text).toMatch(/#\d+ +\S+ run\.running attempt=1/)
    expect(shown.text).toMatch(/step\.done image stage=1 attempt=1/)
    expect(shown.text).toMatch(/#\d+ +\S+ stage\.succeeded stage=1 command=build/)
    expect(shown.text).toMatch(/#\d+ +\S+ stage\.succeeded stage=2 command=count/)
    expect(shown.text).toMatch(/#\d+ +\S+ reply\.delivered attempt=1 via=/)
    expect(shown.text).toContain('to who asked: delivered')
    expect(shown.text).toMatch(/\d+ lines, #\d+ to #\d+/)
    expect(await hears(platform, 'grace', `run show ${await idOf(`run show ${run}`)}`)).toContain(
      'in the answer to the request',
    )
  })

  it('run log shows the lines that the handlers left, a page at a time, to who may read the answer', async () => {
    const line = `build ${platform}-b --lines 45`
    await hears(platform, 'grace', line)
    const run = await idOf(line)
    const first = await asks(platform, 'grace', `run log ${run}`)
    expect(first.onlyFor).toBe('grace')
    expect(first.text).toContain(`${platform}-b line 1\n`)
    expect(first.text).toContain(`The first 40 of 45 lines · next: run log ${run} --page 2`)
    const second = await hears(platform, 'grace', `run log ${run} --page 2`)
    expect(second).toContain(`${platform}-b line 45`)
    expect(second).toContain('Lines 41 to 45 of 45')
    expect(await hears(platform, 'grace', `run log ${run} --page 3`)).toContain('has 2 pages')
    expect(await hears(platform, 'linus', `run log ${run}`)).toContain('need the permission run:read')
    expect(await hears(platform, 'ada', `run log ${run}`)).toContain(`${platform}-b line 1\n`)
    expect(await hears(platform, 'ada', `run log ${run}`, '#general')).toContain('was not told in this room')
    await hears(platform, 'grace', `echo quiet-${platform}`)
    expect(await hears(platform, 'grace', `run log ${await idOf(`echo quiet-${platform}`)}`)).toContain(
      'has written nothing down',
    )
  })

  it('run list --undelivered names the answers that did not arrive, and why; nothing else', async () => {
    const post = platform === 'slack' ? 'slack.chat.postMessage' : 'discord.channel.post'
    world.simulator.faults.next(post, { status: 403 }, 1)
    await hears(platform, 'ada', `echo never-${platform} > #general`)
    const never = await idOf(`echo never-${platform} > %`)
    await outbox(never, 'undeliverable')
    world.simulator.faults.next(post, { status: 429, retryAfter: 30 }, 1)
    await hears(platform, 'ada', `echo notyet-${platform} > #general`)
    const later = await idOf(`echo notyet-${platform} > %`)
    await outbox(later, 'pending')
    const list = await hears(platform, 'ada', 'run list --undelivered')
    expect(list).toMatch(/to #general: given up \(\w+, \w+\)/)
    expect(list).toContain('to #general: not yet (rate_limited)')
    expect(list).not.toContain('build')
    const shown = await hears(platform, 'ada', `run show ${later}`)
    expect(shown).toMatch(/to #general: not yet, tried once \(rate_limited\), next try in \d+ s/)
    expect(await hears(platform, 'ada', `run show ${never}`)).toMatch(/to #general: given up \(\w+, \w+\)/)
    // Others' are not theirs to see.
    expect(await hears(platform, 'linus', 'run list --undelivered')).not.toContain(never)
  })

  it('run list finds by command, by age and by page, and never itself', async () => {
    await hears(platform, 'grace', `echo one-${platform}`)
    await hears(platform, 'grace', `echo two-${platform} | count`)
    const list = await hears(platform, 'grace', 'run list --command count')
    expect(list).toContain(`echo two-${platform} | count`)
    expect(list).not.toContain(`one-${platform}`)
    expect(await hears(platform, 'grace', 'run list --since 1h')).toContain(`one-${platform}`)
    await env.DB.prepare('UPDATE runs SET created_at = created_at - 7200000 WHERE line = ?')
      .bind(`echo one-${platform}`)
      .run()
    expect(await hears(platform, 'grace', 'run list --since 1h')).not.toContain(`one-${platform}`)
    const page = await hears(platform, 'grace', `run list --before ${await idOf(`echo two-${platform} | count`)}`)
    expect(page).toContain(`one-${platform}`)
    expect(page).not.toContain(`two-${platform}`)
    const own = await hears(platform, 'grace', 'run list --limit 3 --state accepted')
    expect(own).not.toContain('run list --limit 3')
    expect(await hears(platform, 'grace', 'run list --command nosuch')).toContain('there is no command "nosuch"')
    expect(await hears(platform, 'grace', 'run list --since soon')).toContain('is no length of time')
  })
})

it('no message was sent that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
