/** Answers on their way, over real D1: one try at a time, in the order in which they were said, until they arrive or a day is over. */
import { env } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { plain, textOf } from '../../src/chat/markdown.ts'
import { type Reply, textReply } from '../../src/chat/reply.ts'
import { openDatabase } from '../../src/db/database.ts'
import { insertNotice, insertOutbox } from '../../src/db/outbox.ts'
import { insertRun, type RunRow, selectRun } from '../../src/db/runs.ts'
import type { Courier, Delivery, MessageRef } from '../../src/runs/courier.ts'
import { deliverDue, deliverNow } from '../../src/runs/deliver.ts'
import {
  DELIVERY_BACKOFF_MAX_MS,
  DELIVERY_GIVE_UP_MS,
  DELIVERY_LEASE_MS,
  EDIT_MS,
  PROGRESS_INTERVAL_MS,
  UNSURE_MS,
} from '../../src/runs/limits.ts'
import { createProgress, type ProgressPlace } from '../../src/runs/progress.ts'
import type { Services } from '../../src/runs/services.ts'
import { servicesOf } from '../../src/services.ts'

const NOW = Date.UTC(2026, 0, 2)
const ACTOR = { platform: 'slack', workspace: 'T1', id: 'U1' }
const ADDRESS = { platform: 'slack', team: 'T1', channel: 'C1', user: 'U1' }
const DELIVERED: Delivery = { outcome: 'delivered', message: { ts: '1' }, via: 'test' }
const LATER: Delivery = { outcome: 'retry', reason: 'http_503' }

const db = openDatabase(env.DB)

/** A house whose clock stands still and whose courier does what it is told; wake-ups are only noted. */
function houseAt(start: number, deliver: (reply: Reply) => Promise<Delivery> | Delivery) {
  const said: string[] = []
  const places: (MessageRef | null)[] = []
  const woken: number[] = []
  const clock = { now: start }
  const courier = {
    async deliver(_address, reply, message) {
      places.push(message)
      said.push(reply.blocks.flatMap((block) => (block.kind === 'text' ? [textOf(block.text)] : [])).join(' '))
      return await deliver(reply)
    },
  } as Partial<Courier> as Courier
  const services: Services = {
    ...servicesOf(env),
    couriers: new Map([['slack', courier]]),
    queue: {
      send: async (_wake: unknown, options?: { delaySeconds?: number }) => void woken.push(options?.delaySeconds ?? 0),
    } as unknown as Services['queue'],
    now: () => clock.now,
    log: () => {},
  }
  return { services, said, places, woken, clock }
}

let made = 0

/** An ended run whose answer waits in the outbox; its inserter is gone. */
async function ended({ createdAt = NOW, state = 'succeeded' } = {}): Promise<string> {
  const id = `r_${String(++made).padStart(16, '0')}`
  await insertRun(db, {
    id,
    digest: 'd',
    source: 'slack.command',
    platform: 'slack',
    workspace: 'T1',
    actor: 'U1',
    channel: '{"id":"C1","kind":"channel"}',
    line: 'work',
    command: 'work',
    effects: 'write',
    mode: 'job',
    retry: 'unsafe',
    change: id,
    due_at: null,
    address: JSON.stringify(ADDRESS),
    created_at: createdAt,
    history: 'whole',
  }).run()
  if (state !== 'accepted') {
    const reply = JSON.stringify(textReply(plain('the end')))
    await db.batch([
      db
        .prepare('UPDATE runs SET state = ?2, reply = ?3, message = \'{"ts":"1"}\', ended_at = ?4 WHERE id = ?1')
        .bind(id, state, reply, createdAt),
      insertOutbox(db, id, {
        run: id,
        target: 0,
        address: null,
        label: null,
        reply,
        now: createdAt,
        nextAt: createdAt,
      }),
    ])
  }
  return id
}

const outboxOf = async (run: string) =>
  await env.DB.prepare('SELECT state, attempts, next_at, reason FROM outbox WHERE run = ?')
    .bind(run)
    .first<{ state: string; attempts: number; next_at: number | null; reason: string | null }>()
const rowOf = async (run: string) => (await selectRun(db, run).first<RunRow>()) as RunRow
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe('an answer that is due', () => {
  it('is taken by one of many that come for it at once', async () => {
    const { services, said } = houseAt(NOW, () => pause(50).then(() => DELIVERED))
    const run = await ended()
    await Promise.all(Array.from({ length: 8 }, () => deliverDue(services, run, 0)))
    expect(said).toHaveLength(1)
    expect(await outboxOf(run)).toMatchObject({ state: 'delivered', attempts: 1 })
  })

  it('is left alone for as long as a try may take, and not a moment longer', async () => {
    const { services, said, clock } = houseAt(NOW, () => LATER)
    const never = houseAt(NOW, () => new Promise<Delivery>(() => {}))
    const run = await ended()
    void deliverDue(never.services, run, 0)
    await vi.waitUntil(() => never.said.length === 1)
    clock.now = NOW + DELIVERY_LEASE_MS - 1
    await deliverDue(services, run, 0)
    expect(said).toHaveLength(0)
    clock.now = NOW + DELIVERY_LEASE_MS
    await deliverDue(services, run, 0)
    expect(said).toHaveLength(1)
  })

  it('is not given free by a try that fails after another has taken over, nor given up, nor its address forgotten', async () => {
    for (const outcome of [LATER, { outcome: 'undeliverable', reason: 'gone' } as const]) {
      const first = Promise.withResolvers<Delivery>()
      const second = Promise.withResolvers<Delivery>()
      const slow = houseAt(NOW, () => first.promise)
      const next = houseAt(NOW + DELIVERY_LEASE_MS, () => second.promise)
      const run = await ended()
      const stale = deliverDue(slow.services, run, 0)
      await vi.waitUntil(() => slow.said.length === 1)
      const fresh = deliverDue(next.services, run, 0)
      await vi.waitUntil(() => next.said.length === 1)
      first.resolve(outcome)
      await stale
      expect(await outboxOf(run)).toMatchObject({ state: 'pending', attempts: 2, next_at: NOW + 2 * DELIVERY_LEASE_MS })
      expect((await rowOf(run)).address).not.toBeNull()
      second.resolve(DELIVERED)
      await fresh
      expect(await outboxOf(run)).toMatchObject({ state: 'delivered' })
      expect((await rowOf(run)).address).toBeNull()
    }
  })

  it('waits as long as the platform asks, and at least as long as its own pause', async () => {
    for (const [afterMs, seconds] of [
      [30_000, 30],
      [500, 4],
    ] as const) {
      const { services, woken } = houseAt(NOW, () => ({ ...LATER, afterMs }))
      const run = await ended()
      await deliverDue(services, run, 0)
      expect(woken).toEqual([seconds])
      expect(await outboxOf(run)).toMatchObject({
        state: 'pending',
        next_at: NOW + seconds * 1_000,
        reason: 'http_503',
      })
    }
  })

  it('is tried after pauses that double up to ten minutes', async () => {
    const house = houseAt(NOW, () => LATER)
    const run = await ended()
    for (let i = 0; i < 12; i++) {
      await deliverDue(house.services, run, 0)
      house.clock.now = (await outboxOf(run))?.next_at ?? 0
    }
    expect(house.woken).toEqual([4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600])
  })

  it('is given up when its next try would come after a day, and not before', async () => {
    const last = NOW + DELIVERY_GIVE_UP_MS - DELIVERY_BACKOFF_MAX_MS
    for (const [at, state] of [
      [last, 'pending'],
      [last + 1, 'undeliverable'],
    ] as const) {
      const { services } = houseAt(at, () => LATER)
      const run = await ended()
      await env.DB.prepare('UPDATE outbox SET attempts = 12 WHERE run = ?').bind(run).run()
      await deliverDue(services, run, 0)
      expect(await outboxOf(run)).toMatchObject({ state, reason: 'http_503' })
      expect((await rowOf(run)).address === null).toBe(state === 'undeliverable')
    }
  })

  it('that its inserter could not bring comes again after two seconds', async () => {
    const { services, woken } = houseAt(NOW, () => LATER)
    const run = await ended()
    const parcel = { run, actor: ACTOR, address: ADDRESS, reply: textReply(plain('the end')), message: null }
    await deliverNow(services, db, parcel)
    expect(woken).toEqual([2])
    expect(await outboxOf(run)).toMatchObject({ state: 'pending', next_at: NOW + 2_000 })
  })
})

describe('an answer that was just found', () => {
  it('has its own day to arrive, however long its run took', async () => {
    const { services } = houseAt(NOW, () => LATER)
    const run = await ended({ createdAt: NOW - 3 * DELIVERY_GIVE_UP_MS })
    const parcel = { run, actor: ACTOR, address: ADDRESS, reply: textReply(plain('the end')), message: null }
    await deliverNow(services, db, parcel)
    expect(await outboxOf(run)).toMatchObject({ state: 'pending', next_at: NOW + 2_000 })
  })

  it('is not said before the time that the platform asked for, and then it is', async () => {
    const { services, said, woken } = houseAt(NOW, () => DELIVERED)
    const run = await ended()
    const parcel = { run, actor: ACTOR, address: ADDRESS, reply: textReply(plain('the end')), message: null }
    await deliverNow(services, db, { ...parcel, notBefore: NOW + 30_000 })
    expect(said).toEqual([])
    expect(woken).toEqual([30])
    expect(await outboxOf(run)).toMatchObject({ state: 'pending', next_at: NOW + 30_000, reason: 'rate_limited' })
    const late = houseAt(NOW + 30_000, () => DELIVERED)
    await deliverDue(late.services, run, 0)
    expect(late.said).toEqual(['the end'])
  })

  it('comes before every later word about its run', async () => {
    const { services, said } = houseAt(NOW, () => DELIVERED)
    const run = await ended()
    await insertNotice(db, { run, target: 1, reply: JSON.stringify(textReply(plain('a word'))), now: NOW }).run()
    await deliverDue(services, run, -1)
    expect(said).toEqual([])
    await deliverDue(services, run, 0)
    await env.DB.prepare('UPDATE outbox SET target = 1, address = ? WHERE run = ? AND target = -1')
      .bind(JSON.stringify(ADDRESS), run)
      .run()
    await deliverDue(services, run, 1)
    expect(said).toEqual(['the end', 'a word'])
  })
})

describe('words in between', () => {
  afterEach(() => void vi.useRealTimers())

  const place = (run: string, lasts: (ms: number) => boolean = () => true): ProgressPlace => ({
    run,
    line: 'work',
    address: ADDRESS,
    message: '{"ts":"1"}',
    createdAt: NOW - 60_000,
    workspace: 'slack:T1',
    quiet: false,
    lasts,
  })

  it('are coalesced: of many, the first and the last are shown, and no two within the interval', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { services, said, clock } = houseAt(NOW, () => DELIVERED)
    const progress = createProgress(services, db, place(await ended({ state: 'accepted' })))
    progress.show({ text: 'one' })
    await vi.advanceTimersByTimeAsync(0)
    for (const text of ['two', 'three', 'four']) progress.show({ text })
    clock.now += PROGRESS_INTERVAL_MS
    await vi.advanceTimersByTimeAsync(PROGRESS_INTERVAL_MS - 1)
    expect(said).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(said.map((text) => text.split(' · ')[1])).toEqual(['one', 'four'])
  })

  it('tell the end how long the platform wants to hear nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    for (const [delivery, hushed] of [
      [{ outcome: 'retry', reason: 'ratelimited', afterMs: 30_000 }, NOW + 30_000],
      [DELIVERED, 0],
    ] as const) {
      const { services } = houseAt(NOW, () => delivery)
      const progress = createProgress(services, db, place(await ended({ state: 'accepted' })))
      progress.show({ text: 'one' })
      await vi.advanceTimersByTimeAsync(0)
      await progress.settled()
      expect(progress.hushed()).toBe(hushed)
    }
  })

  it('are over once the end is being told: none follows, and one on its way is waited for', async () => {
    const flight = Promise.withResolvers<Delivery>()
    const { services, said } = houseAt(NOW, () => flight.promise)
    const progress = createProgress(services, db, place(await ended({ state: 'accepted' })))
    progress.show({ text: 'one' })
    await vi.waitUntil(() => said.length === 1)
    progress.show({ text: 'two' })
    let settled = false
    const settling = progress.settled().then(() => {
      settled = true
    })
    await pause(50)
    expect(settled).toBe(false)
    flight.resolve(DELIVERED)
    await settling
    progress.show({ text: 'three' })
    await pause(50)
    expect(said).toHaveLength(1)
  })

  it('whose fate the platform did not tell in time hold the end back as long again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { services } = houseAt(NOW, () => ({ outcome: 'retry', reason: 'timeout' }))
    const progress = createProgress(services, db, place(await ended({ state: 'accepted' })))
    progress.show({ text: 'one' })
    await vi.advanceTimersByTimeAsync(0)
    let settled = false
    const settling = progress.settled().then(() => {
      settled = true
    })
    await vi.advanceTimersByTimeAsync(UNSURE_MS - 1)
    expect(settled).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await settling
  })

  it('are not begun by a consumer whose claim may lapse before the platform answers', async () => {
    const asked: number[] = []
    const { services, said } = houseAt(NOW, () => DELIVERED)
    const run = await ended()
    const progress = createProgress(
      services,
      db,
      place(run, (ms) => asked.push(ms) === 0),
    )
    progress.show({ text: 'one' })
    await vi.waitUntil(() => asked.length > 0)
    await progress.settled()
    expect(asked).toEqual([EDIT_MS])
    expect(said).toEqual([])
  })

  it('that arrive late, after somebody else has told the end, are replaced by the end', async () => {
    const { services, said } = houseAt(NOW, () => DELIVERED)
    const run = await ended({ state: 'accepted' })
    await env.DB.prepare(
      `UPDATE runs SET state = 'lost', reply = ?2, message = '{"ts":"7"}', ended_at = 1 WHERE id = ?1`,
    )
      .bind(run, JSON.stringify(textReply(plain('it is lost'))))
      .run()
    const progress = createProgress(
      services,
      db,
      place(run, (ms) => ms > 0),
    )
    progress.show({ text: 'still at it' })
    await vi.waitUntil(() => said.length === 2)
    await progress.settled()
    expect(said[1]).toBe('it is lost')
    expect((await rowOf(run)).message).toBe('{"ts":"7"}')
  })

  /** A consumer that says one word, and then hears that somebody else has ended its run. */
  async function lostRun({ ended: over = true, deliver = () => DELIVERED as Delivery, speaks = true } = {}) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { services, said, places } = houseAt(NOW, deliver)
    const run = await ended({ state: 'accepted' })
    const progress = createProgress(services, db, place(run))
    if (speaks) progress.show({ text: 'at it' })
    await vi.advanceTimersByTimeAsync(0)
    const settling = progress.settled()
    await vi.advanceTimersByTimeAsync(UNSURE_MS)
    await settling
    if (over)
      await env.DB.prepare(
        `UPDATE runs SET state = 'lost', reply = ?2, message = '{"ts":"7"}', ended_at = 1 WHERE id = ?1`,
      )
        .bind(run, JSON.stringify(textReply(plain('it is lost'))))
        .run()
    await progress.yielded()
    return { said, places }
  }

  it('are replaced by the end, there where they stand, once their consumer hears that it has lost its run', async () => {
    const { said, places } = await lostRun()
    expect(said[1]).toBe('it is lost')
    expect(places).toEqual([{ ts: '1' }, { ts: '1' }])
    const unsure = await lostRun({ deliver: () => ({ outcome: 'retry', reason: 'timeout' }) })
    expect(unsure.said[1]).toBe('it is lost')
  })

  it('leave nothing to replace where none was said or taken, or the run has no end yet', async () => {
    expect((await lostRun({ speaks: false })).said).toEqual([])
    expect((await lostRun({ ended: false })).said).toHaveLength(1)
    expect((await lostRun({ deliver: () => LATER })).said).toHaveLength(1)
  })

  it('that cannot be replaced do not make the consumer fail', async () => {
    const { services, said } = houseAt(NOW, () => DELIVERED)
    const broken = openDatabase(env.DB)
    const progress = createProgress(services, broken, place(await ended({ state: 'accepted' })))
    progress.show({ text: 'at it' })
    await vi.waitUntil(() => said.length === 1)
    await progress.settled()
    vi.spyOn(broken, 'prepare').mockImplementation(() => {
      throw new Error('D1 is down')
    })
    await progress.yielded()
    expect(said).toHaveLength(1)
  })
})
