/** The Ledger as people meet it: cron, the daily checkpoint in a room, the commands, and GET /healthz. */
import { createExecutionContext, createScheduledController, env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import { ledger, naiveRoot, opened, rowsOf, status, tamper } from './ledger.kit.ts'
import { DOOR, openWorld, type World } from './world.ts'

const ROOMS = ['slack:T0PAWL:C0OPS00001', 'discord:1180000000000000001:1180000000000000021']
const DAY_MS = 24 * 60 * 60_000

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => {
  vi.mocked(Date.now).mockRestore?.()
})

/** One minute's cron, in an environment with these settings. */
async function cron(settings: object = {}): Promise<void> {
  await worker.scheduled(createScheduledController(), { ...env, ...settings } as Env)
}

const posting = { PAWL_CHECKPOINT_ROOM: ROOMS.join(' ') }
const posts = (platform: 'slack' | 'discord') =>
  world.simulator[platform]
    .user('linus')
    .in('#ops')
    .sees()
    .filter(({ by, text }) => by === 'pawl' && text.includes('audit log has'))
const postedEvents = async () =>
  (await rowsOf("SELECT event FROM audit WHERE code = 'log.checkpoint_posted' ORDER BY seq")).map(({ event }) =>
    JSON.parse(String(event)),
  )

function inDays(days: number): void {
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + days * DAY_MS)
}

describe('cron', () => {
  it('seals the log, and posts nothing where no room is set', async () => {
    await world.hears('ada', '/pawl whoami')
    await cron()
    const { size, newest, key } = await status()
    expect(size).toBeGreaterThan(2)
    expect((await opened(newest?.note ?? '', key?.vkey ?? '')).root).toBe(await naiveRoot(size))
    expect(posts('slack')).toEqual([])
  })

  it('seals also when the sweep fails, which still fails the cron', async () => {
    await world.hears('ada', '/pawl whoami')
    const before = (await status()).size
    const { DB } = env
    const withSession = () => {
      throw new Error('D1 is away from here')
    }
    await expect(
      cron({
        DB: new Proxy(DB, { get: (db, name) => (name === 'withSession' ? withSession : Reflect.get(db, name)) }),
      }),
    ).rejects.toThrow('away from here')
    expect((await status()).size).toBeGreaterThan(before)
  })

  it('sweeps also when the log cannot be sealed, and goes well', async () => {
    const broken = { getByName: () => ({ seal: () => Promise.reject(new Error('the object is away')) }) }
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    await cron({ LEDGER: broken })
    expect(said.mock.calls.join()).toContain('the object is away')
    said.mockRestore()
  })
})

describe('the daily checkpoint', () => {
  it('is posted on both platforms as it was signed, notifies nobody, and is an event', async () => {
    await cron(posting)
    const { key } = await status()
    for (const platform of ['slack', 'discord'] as const) {
      const [post, ...more] = posts(platform)
      expect(more).toEqual([])
      expect(post?.onlyFor).toBeNull()
      expect(post?.pings).toEqual([])
      const note = /pawl\/[0-9a-f]{8}\n[\s\S]*— \S+ \S+\n?/.exec(post?.text ?? '')?.[0] ?? ''
      const read = await opened(note.endsWith('\n') ? note : `${note}\n`, key?.vkey ?? '')
      expect(read.root).toBe(await naiveRoot(read.size))
    }
    expect(await postedEvents()).toMatchObject(ROOMS.map((room) => ({ room })))
  })

  it('comes once in 24 hours, and not a millisecond earlier', async () => {
    await cron(posting)
    expect(posts('slack')).toHaveLength(1)
    const now = Date.now()
    const last = Math.max(...(await postedEvents()).map(({ at }) => Date.parse(at)))
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now)
    clock.mockReturnValue(Math.min(...(await postedEvents()).map(({ at }) => Date.parse(at))) + DAY_MS - 1)
    await cron(posting)
    expect(posts('slack').length + posts('discord').length).toBe(2)
    clock.mockReturnValue(last + DAY_MS)
    await cron(posting)
    expect(posts('slack').length + posts('discord').length).toBe(4)
    await cron(posting)
    expect(posts('slack').length + posts('discord').length).toBe(4)
  })

  it.each([
    ['slack', 'slack.chat.postMessage'],
    ['discord', 'discord.channel.post'],
  ] as const)('that %s does not take is tried again the next minute, and only there', async (platform, call) => {
    inDays(10 + (platform === 'slack' ? 0 : 10))
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const other = platform === 'slack' ? 'discord' : 'slack'
    const before = { slack: posts('slack').length, discord: posts('discord').length }
    world.simulator.faults.next(call, { status: 503 }, 1)
    await cron(posting)
    expect(said.mock.calls.join()).toContain('a checkpoint was not posted')
    said.mockRestore()
    expect(posts(platform)).toHaveLength(before[platform])
    expect(posts(other)).toHaveLength(before[other] + 1)
    await cron(posting)
    expect(posts(platform)).toHaveLength(before[platform] + 1)
    expect(posts(other)).toHaveLength(before[other] + 1)
  })
})

describe('the audit commands', () => {
  it('audit status shows how far the log is sealed, and the checkpoint to copy', async () => {
    await cron()
    const answer = await world.hears('ada', '/pawl audit status')
    const { size, newest } = await status()
    expect(answer).toContain(`${size} lines`)
    expect(answer).toContain(newest?.note.trimEnd())
    expect(answer).toMatch(/Database\W+\d+(\.\d+)? MB/)
    expect(answer).not.toContain('⚠')
  })

  it('audit key shows the key, and after audit rotate also the one before', async () => {
    const old = (await status()).key?.vkey ?? ''
    expect(await world.hears('ada', '/pawl audit key')).toContain(old)
    const rotated = await world.hears('ada', "/pawl audit rotate 'once a year'")
    const now = (await status()).key?.vkey ?? ''
    expect(now).not.toBe(old)
    expect(rotated).toContain(now)
    const answer = await world.hears('ada', '/pawl audit key')
    expect(answer.indexOf(now)).toBeGreaterThan(-1)
    expect(answer.indexOf(old)).toBeGreaterThan(answer.indexOf(now))
    const [event] = await rowsOf("SELECT event, run FROM audit WHERE code = 'log.key_rotated'")
    expect(JSON.parse(String(event?.event))).toMatchObject({ actor: 'U0ADA00001', old_key: old, new_key: now })
    expect(event?.run).toMatch(/^r_/)
  })

  it.each(['audit key', 'audit status', 'audit rotate x'])('%s is refused to who may not', async (line) => {
    expect(await world.hears('linus', `/pawl ${line}`)).toMatch(/needs|permission/i)
  })

  it('audit status and GET /healthz say when the log is not what was sealed', async () => {
    const health = async () => {
      const request = new Request(`${DOOR}/healthz`) as Request<unknown, IncomingRequestCfProperties>
      // Another environment each time: what was well is remembered for some seconds.
      const response = await worker.fetch(request, { ...env }, createExecutionContext())
      return { status: response.status, ...((await response.json()) as { problems: string[]; bindings: object }) }
    }
    await cron()
    expect(await health()).toMatchObject({ status: 200, problems: [], bindings: { LEDGER: 'ok' } })
    const { size } = await status()
    await tamper(`UPDATE audit SET event = '{}' WHERE seq = ${size}`)
    vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(await ledger().seal()).toMatchObject({ ok: false })
    expect(await health()).toMatchObject({ status: 503, problems: ['the audit log has a problem: see audit status'] })
    expect(await world.hears('ada', '/pawl audit status')).toContain(`line ${size}, the last that was sealed`)
    const before = posts('slack').length
    inDays(100)
    await cron(posting)
    expect(posts('slack')).toHaveLength(before)
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
