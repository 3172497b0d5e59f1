/** How long the log stays in D1, on real D1, R2 and the Ledger; what is left is verified by the command line's own code. */
import { createScheduledController, env } from 'cloudflare:test'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { healthOf } from '../../src/services.ts'
import worker from '../../src/worker.ts'
import { rowsOf, seal } from './ledger.kit.ts'
import {
  ARCHIVE,
  append,
  archives,
  clockAt,
  cron,
  DAY_MS,
  eventsOf,
  exported,
  HOUR_MS,
  MINUTE_MS,
  receiver,
  sink,
  startAnew,
  verified,
  WEBHOOK,
} from './sink.kit.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const KEEP = { ...ARCHIVE, PAWL_AUDIT_KEEP_DAYS: '30' }

let clock: { time: number }
let siem: ReturnType<typeof receiver>

beforeEach(async () => {
  vi.restoreAllMocks()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await startAnew()
  clock = clockAt(NOW)
  siem = receiver(clock)
})

const daysAgo = (days: number, ms = 0) => NOW - days * DAY_MS - ms
async function kept(): Promise<{ first: number; last: number; pruned: number }> {
  const [row] = await rowsOf(
    'SELECT min(seq) AS first, max(seq) AS last, (SELECT pruned_to FROM audit_bounds) AS pruned FROM audit',
  )
  return row as { first: number; last: number; pruned: number }
}
const rotate = async () => {
  const actor = { platform: 'slack' as const, workspace: 'T1', id: 'U1' }
  expect(await env.LEDGER.getByName('log').rotate({ reason: 'yearly', actor, run: 'r_1' })).toMatchObject({ ok: true })
}
const health = (settings: object) => healthOf({ ...env, ...settings } as Env)

describe('lines of the log', () => {
  it('stay for ever without PAWL_AUDIT_KEEP_DAYS', async () => {
    await append(10, daysAgo(4_000))
    await cron(ARCHIVE)
    expect(await kept()).toEqual({ first: 1, last: 11, pruned: 0 })
    expect(await sink('archive')).toMatchObject({ cursor: 11 })
  })

  it('stay without an archive, and GET /healthz says what to do', async () => {
    await append(10, daysAgo(4_000))
    await cron({ PAWL_AUDIT_KEEP_DAYS: '30' })
    expect(await kept()).toMatchObject({ first: 1, pruned: 0 })
    const problem =
      'PAWL_AUDIT_KEEP_DAYS is set, and no line leaves D1: bind an R2 bucket as AUDIT_ARCHIVE (docs/deploy.md), or delete the setting'
    expect((await health({ PAWL_AUDIT_KEEP_DAYS: '30' })).problems).toEqual([problem])
    expect((await health(KEEP)).problems).toEqual([])
  })

  it('leave D1 when they are older than that, once one is so by a day, with an event of it', async () => {
    await append(4, daysAgo(31))
    await append(3, daysAgo(30, 1))
    await append(5, daysAgo(30))
    await cron(KEEP)
    expect(await kept()).toMatchObject({ first: 1, pruned: 0 })
    clock.time += 1
    await cron(KEEP)
    // What was written 30 days ago is a millisecond over now.
    expect(await kept()).toMatchObject({ first: 13, pruned: 12 })
    expect(await eventsOf('audit.pruned')).toEqual([{ code: 'audit.pruned', from: 1, to: 12 }])
  })

  it('that are not old stay, also between old ones', async () => {
    await append(4, daysAgo(40))
    await append(2, daysAgo(30))
    await append(4, daysAgo(40))
    await cron(KEEP)
    expect(await kept()).toMatchObject({ first: 5, pruned: 4 })
  })

  it('stay until they are archived', async () => {
    await append(4, daysAgo(40))
    const down = new Proxy(env.TEST_BUCKET, {
      get: (bucket, name) =>
        name === 'put' ? () => Promise.reject(new Error('R2 is down')) : Reflect.get(bucket, name).bind(bucket),
    })
    await cron({ ...KEEP, AUDIT_ARCHIVE: down })
    expect(await kept()).toMatchObject({ first: 1, pruned: 0 })
    clock.time += HOUR_MS
    await cron(KEEP)
    expect(await kept()).toMatchObject({ first: 5, pruned: 4 })
  })

  it('stay until the webhook has them, where there is one', async () => {
    await append(4, daysAgo(40))
    siem.told.answer = () => new Response(null, { status: 503 })
    await cron({ ...KEEP, ...WEBHOOK })
    expect(await kept()).toMatchObject({ first: 1, pruned: 0 })
    siem.told.answer = () => new Response()
    clock.time += MINUTE_MS
    await cron({ ...KEEP, ...WEBHOOK })
    expect(await kept()).toMatchObject({ first: 5, pruned: 4 })
  })

  it('stay as long as they are not sealed, and the last sealed one stays, and so the Ledger goes on', async () => {
    await append(4, daysAgo(40))
    await cron({})
    clock.time += 100 * DAY_MS
    await append(3, daysAgo(40))
    const { LEDGER } = env
    const away = { getByName: () => ({ seal: async () => ({ ok: false, problem: 'away' }) }) }
    await cron({ ...KEEP, LEDGER: away })
    expect(await kept()).toMatchObject({ first: 5, pruned: 4 })
    expect(LEDGER).toBe(env.LEDGER)
    expect(await seal()).toMatchObject({ ok: true, size: 9 })
  })

  it('leave 5,000 at a time', async () => {
    await append(5_001, daysAgo(40))
    await append(1, NOW)
    await cron(KEEP)
    expect(await kept()).toMatchObject({ first: 5_001, pruned: 5_000 })
    clock.time += MINUTE_MS
    await cron(KEEP)
    expect(await kept()).toMatchObject({ first: 5_002, pruned: 5_001 })
    expect(await eventsOf('audit.pruned')).toMatchObject([
      { from: 1, to: 5_000 },
      { from: 5_001, to: 5_001 },
    ])
  })

  it('leave once when two sweeps meet', async () => {
    await append(10, daysAgo(40))
    await append(1, NOW)
    await cron(ARCHIVE)
    await Promise.all([cron(KEEP), cron(KEEP)])
    expect(await kept()).toMatchObject({ first: 11, pruned: 10 })
    expect(await eventsOf('audit.pruned')).toHaveLength(1)
  })

  it('that say that others left do not keep a quiet log busy', async () => {
    await append(10, daysAgo(40))
    for (let day = 0; day < 70; day++) {
      await cron(KEEP)
      clock.time += MINUTE_MS
      await cron(KEEP)
      clock.time += DAY_MS - MINUTE_MS
    }
    // The first, and then two in each 31 days: the newest line leaves a minute after the others.
    expect((await kept()).last).toBeLessThanOrEqual(10 + 1 + 1 + 2 * 2)
  })
})

describe('a log whose old lines left D1', () => {
  it('verifies alone and with its archives, and shows when an archive was changed', async () => {
    clock.time -= 50 * DAY_MS
    for (let week = 0; week < 7; week++) {
      await append(70, clock.time)
      await cron(ARCHIVE)
      if (week === 3) await rotate()
      clock.time += HOUR_MS
      await cron(ARCHIVE)
      clock.time += 7 * DAY_MS
    }
    const oldKey = (await rowsOf("SELECT event ->> 'old_key' AS key FROM audit WHERE code = 'log.key_rotated'"))[0]?.key
    await cron({ ...KEEP, PAWL_AUDIT_KEEP_DAYS: '10' })
    expect(await kept()).toEqual({ first: 423, last: 493, pruned: 422 })
    const log = await exported()
    const files = [...(await archives()).values()]
    expect(files).toHaveLength(7)
    expect(await verified([log])).toBe('intact')
    expect(await verified([...files, log])).toBe('intact')
    expect(await verified([...files, log], String(oldKey))).toBe('intact')
    const edited = files.with(1, (files[1] ?? '').replace('"n":7,', '"n":8,'))
    expect(await verified([...edited, log])).toMatch(/^tampered/)
  })
})

describe('the size of the database', () => {
  const LIMIT = { PAWL_D1_LIMIT_MB: '1' }
  const bytes = async () => (await env.DB.prepare('SELECT 1').run()).meta.size_after
  const filled = () => eventsOf('database.filling')

  /** Lines until the database has more than so many bytes. */
  async function fillTo(goal: number): Promise<void> {
    for (let now = await bytes(); now <= goal; now = await bytes())
      await append(1, NOW, goal - now > 60_000 ? 50_000 : 4_000)
  }

  it('is told at 70 % and at 90 % of the limit, once a day each, and no earlier', async () => {
    await fillTo(685_000)
    expect(await bytes()).toBeLessThanOrEqual(700_000)
    await cron(LIMIT)
    expect(await filled()).toEqual([])
    await fillTo(700_000)
    await cron(LIMIT)
    clock.time += DAY_MS - 1
    await cron(LIMIT)
    expect(await filled()).toMatchObject([{ code: 'database.filling', limit: 1_000_000, percent: 70 }])
    clock.time += 1
    await cron(LIMIT)
    expect(await filled()).toHaveLength(2)
    await fillTo(900_000)
    await cron(LIMIT)
    await cron(LIMIT)
    expect((await filled()).map(({ percent }) => percent)).toEqual([70, 70, 90])
    expect((await filled()).at(-1)?.bytes).toBeGreaterThan(900_000)
  })

  it('is looked at once an hour', async () => {
    const settings = { ...env, ...LIMIT }
    const hourly = () => worker.scheduled(createScheduledController(), settings as Env)
    await hourly()
    await fillTo(700_000)
    clock.time += HOUR_MS - 1
    await hourly()
    expect(await filled()).toEqual([])
    clock.time += 1
    await hourly()
    expect(await filled()).toHaveLength(1)
  })

  it('is a problem on GET /healthz that says what to do, but no reason to call it ill yet', async () => {
    await fillTo(700_000)
    expect(await health(LIMIT)).toMatchObject({
      ok: true,
      problems: [
        'the database is over 70 % of PAWL_D1_LIMIT_MB: archive the audit log and set PAWL_AUDIT_KEEP_DAYS (docs/deploy.md); when it is full, nothing runs',
      ],
    })
    expect((await health({})).ok).toBe(true)
  })
})
