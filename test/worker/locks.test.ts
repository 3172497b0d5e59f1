/** Pipelines that need several locks, over real locks and D1: taken in one order, all or nothing, and given back whatever happens. */
import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand, wait } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { insertRun, type RunRow, selectRun } from '../../src/db/runs.ts'
import { cancelQueued } from '../../src/runs/cancel.ts'
import type { Services } from '../../src/runs/services.ts'
import { sweep } from '../../src/runs/sweep.ts'
import type { Wake } from '../../src/runs/wake.ts'
import { workRun } from '../../src/runs/work.ts'
import { servicesOf } from '../../src/services.ts'
import type { LockState, Ticket } from '../../src/singleton/lock.ts'
import { countTrips } from './trips.ts'
import { openWorld, type World } from './world.ts'

/** Which stage was at work when. */
const log: {
  readonly run: string
  readonly key: string
  readonly from: number
  readonly to: number
  readonly stopped: boolean
}[] = []

const grab = defineCommand({
  name: 'grab',
  summary: 'Hold a lock for a while',
  options: {
    key: z.string().describe('The lock'),
    ms: z.int().default(0).describe('How long'),
    wait: z.boolean().default(true).describe('Wait for it'),
    lock: z.boolean().default(true).describe('Take it at all'),
  },
  input: 'all',
  effects: 'write',
  run: 'job',
  singleton: ({ key, wait, lock }) => (lock ? { key, whenBusy: wait ? 'queue' : 'reject' } : null),
  rules: ['when command is grab allow'],
  async handler({ key, ms }, ctx) {
    const from = Date.now()
    try {
      await wait(ms, ctx.signal)
    } finally {
      log.push({ run: ctx.run, key, from, to: Date.now(), stopped: ctx.signal.aborted })
    }
    return { key }
  },
})

let world: World
let services: Services
beforeAll(async () => {
  Object.assign(loadRegistry(), createRegistry(houseEntries([{ file: 'test', command: grab }])))
  world = await openWorld()
  services = servicesOf(env)
})
afterEach(() => {
  vi.mocked(env.JOBS.send).mockRestore?.()
  vi.mocked(env.DB.withSession).mockRestore?.()
})

const lock = (key: string) => env.SINGLETON.getByName(key)
const holderOf = async (key: string) => (await lock(key).status()).holder?.run ?? null
const lineOf = async (key: string) => (await lock(key).status()).waiters.map(({ run }) => run)
const newest = () => world.newestRun('grab|grab')
const row = async (id: unknown) => (await selectRun(services.openDb(), String(id)).first<RunRow>()) as RunRow
const somebody = (run: string) => ({ run, who: 'linus', since: Date.now() })
const lockEvents = async (run: unknown) => {
  const { results } = await env.DB.prepare(
    `SELECT code, event ->> 'lock' AS lock FROM audit WHERE run = ? AND code LIKE 'lock.%' ORDER BY seq`,
  )
    .bind(run)
    .all<{ code: string; lock: string }>()
  return results.map(({ code, lock }) => `${code} ${lock}`)
}

/** Wake-ups are collected instead of sent: no consumer starts unless the test starts it. */
function holdBack(): Wake[] {
  const wakes: Wake[] = []
  vi.spyOn(env.JOBS, 'send').mockImplementation(async (body) => {
    wakes.push(body as Wake)
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  })
  return wakes
}

/** As if the time of its holder were over: the lease ends and the alarm goes off. */
async function endLease(key: string): Promise<void> {
  await runInDurableObject(lock(key), (_, { storage }) => {
    const state = storage.kv.get<LockState>('lock')
    if (state?.holder) storage.kv.put('lock', { ...state, holder: { ...state.holder, until: 1 } })
  })
  await runDurableObjectAlarm(lock(key))
}

describe('a pipeline with two locks', () => {
  it('takes both in one order, however it is written, and gives both back', async () => {
    const exchange = await world.says('ada', '/pawl grab one-b | grab one-a')
    await exchange.final()
    const { id, state, locks } = await newest()
    expect(state).toBe('succeeded')
    expect(JSON.parse(String(locks))).toEqual([
      { key: 'one-a', epoch: 1 },
      { key: 'one-b', epoch: 1 },
    ])
    expect(await lockEvents(id)).toEqual([
      'lock.acquired one-a',
      'lock.acquired one-b',
      'lock.released one-a',
      'lock.released one-b',
    ])
    await vi.waitUntil(async () => (await holderOf('one-a')) === null && (await holderOf('one-b')) === null)
  })

  it('ends beside others that name them the other way round, and never at the same time', async () => {
    const wakes = holdBack()
    log.length = 0
    const lines = ['grab x --ms 150 | grab y', 'grab y --ms 150 | grab x', 'grab y --ms 50', 'grab x | grab y --ms 50']
    const asked = Promise.all(lines.map((line) => world.says('ada', `/pawl ${line}`)))
    // As many consumers at once as there are wake-ups.
    const consumers: Promise<void>[] = []
    await vi.waitUntil(
      () => {
        for (const wake of wakes.splice(0))
          if (wake.kind === 'run') consumers.push(workRun(services, wake.run, wake.lock))
        return log.length === 7
      },
      { timeout: 10_000, interval: 10 },
    )
    await Promise.all(consumers)
    for (const exchange of await asked) expect((await exchange.final()).text).not.toContain('failed')
    const spans = [...Map.groupBy(log, ({ run }) => run).values()].map((stages) => ({
      from: Math.min(...stages.map(({ from }) => from)),
      to: Math.max(...stages.map(({ to }) => to)),
    }))
    spans.sort((a, b) => a.from - b.from)
    expect(spans).toHaveLength(lines.length)
    // All of them need y: each begins when the one before it has ended.
    for (const [i, { from }] of spans.entries()) expect(from).toBeGreaterThanOrEqual(spans[i - 1]?.to ?? 0)
  })

  it('says for which it waits and what it needs after that, keeps what it has, and leaves all when it is cancelled', async () => {
    await lock('c-b').acquire(somebody('r_somebody'), 'queue')
    const exchange = await world.says('ada', '/pawl grab c-a | grab c-b | grab c-c')
    expect(exchange.messages()[0]?.text).toMatch(/is next for c-b, held by run r_somebody of linus .* needs c-c\./)
    const { id } = await world.newestRun('grab|grab|grab')
    expect([await holderOf('c-a'), await lineOf('c-b'), await holderOf('c-c')]).toEqual([id, [id], null])
    // The sweeper wakes it from time to time: it neither loses its place nor fills the log.
    await workRun(services, String(id))
    expect([await holderOf('c-a'), await lineOf('c-b')]).toEqual([id, [id]])
    expect(await lockEvents(id)).toEqual(['lock.waiting c-b'])
    expect(await world.hears('ada', `/pawl run cancel ${id}`)).toContain('was cancelled before it started')
    expect([await holderOf('c-a'), await holderOf('c-b'), await lineOf('c-b')]).toEqual([null, 'r_somebody', []])
    expect(await lockEvents(id)).toEqual(['lock.waiting c-b', 'lock.released c-a', 'lock.released c-b'])
  })

  it('goes on to the next line when its turn has come in the first, and says so in the log', async () => {
    await lock('n-a').acquire(somebody('r_first'), 'queue')
    await lock('n-b').acquire(somebody('r_second'), 'queue')
    const exchange = await world.says('ada', '/pawl grab n-a | grab n-b')
    const { id } = await newest()
    expect(await lineOf('n-b')).toEqual([])
    await lock('n-a').release('r_first')
    await vi.waitUntil(async () => (await lineOf('n-b')).length === 1, { timeout: 5_000 })
    await lock('n-b').release('r_second')
    await exchange.final()
    expect((await row(id)).state).toBe('succeeded')
    expect((await lockEvents(id)).slice(0, 4)).toEqual([
      'lock.waiting n-a',
      'lock.waiting n-b',
      'lock.acquired n-a',
      'lock.acquired n-b',
    ])
  })

  it('is refused when it will not wait for one that is taken, and gives back what it took', async () => {
    await lock('r-b').acquire(somebody('r_busy'), 'queue')
    const answer = await world.hears('ada', '/pawl grab r-a | grab --no-wait r-b')
    expect(answer).toContain('r-b is held by run r_busy of linus')
    const { id, state, code } = await newest()
    expect({ state, code }).toEqual({ state: 'failed', code: 'busy' })
    expect([await holderOf('r-a'), await lineOf('r-b')]).toEqual([null, []])
    expect(await lockEvents(id)).toEqual(['lock.rejected r-b'])
  })

  it.each(['slack', 'discord'] as const)('is offered again by a button when it is refused, on %s', async (platform) => {
    const key = `button-${platform}`
    await lock(key).acquire(somebody('r_busy'), 'queue')
    const seat = world.simulator[platform].user('ada').in('#ops')
    const line = `grab ${key} --no-wait`
    const refused = await (await seat.says(platform === 'slack' ? `/pawl ${line}` : `/pawl run: ${line}`)).final()
    expect(refused).toMatchObject({ onlyFor: 'ada', text: expect.stringContaining('is held by run r_busy of linus') })
    const first = await world.newestRun('grab')
    await lock(key).release('r_busy')
    expect((await (await seat.press('Retry')).final()).text).toContain(key)
    expect(await world.newestRun('grab')).toMatchObject({ state: 'succeeded', retries: first.id, line })
    // What only one person sees Discord lets nobody change: a press says then that it was run again.
    const offers = () =>
      seat
        .sees()
        .some(({ text, buttons }) => text.includes(String(first.id)) && buttons.some(({ label }) => label === 'Retry'))
    if (platform === 'slack') return void (await vi.waitUntil(() => !offers()))
    expect((await (await seat.press('Retry')).final()).text).toContain('was run again already')
  })

  it('is refused likewise when it comes to that lock after it has waited for another', async () => {
    await lock('l-a').acquire(somebody('r_first'), 'queue')
    await lock('l-b').acquire(somebody('r_busy'), 'queue')
    const exchange = await world.says('ada', '/pawl grab l-a | grab --no-wait l-b')
    expect(exchange.messages()[0]?.text).toContain('is next for l-a')
    const { id } = await newest()
    await lock('l-a').release('r_first')
    const answer = await exchange.final()
    expect(answer).toMatchObject({ onlyFor: null, text: expect.stringContaining('l-b is held by run r_busy of linus') })
    expect(await row(id)).toMatchObject({ state: 'failed', code: 'busy' })
    await vi.waitUntil(async () => (await holderOf('l-a')) === null)
    expect(await lineOf('l-b')).toEqual([])
  })

  it('waits for a lock that it had and lost before it could start, even if its command does not wait', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl grab h-a | grab --no-wait h-b')
    const { id } = await newest()
    vi.mocked(env.JOBS.send).mockRestore()
    await endLease('h-b')
    await lock('h-b').acquire(somebody('r_quick'), 'queue')
    await workRun(services, String(id))
    expect(await lineOf('h-b')).toEqual([id])
    await lock('h-b').release('r_quick')
    await exchange.final()
    expect((await row(id)).state).toBe('succeeded')
  })
})

describe('a run that is not queued yet', () => {
  it('when its turn comes is looked at again soon, and keeps its lock', async () => {
    const now = Date.now()
    const who = { platform: 'slack', workspace: 'T0PAWL', actor: 'U0ADA00001', source: 'test', channel: '{}' }
    const kind = { line: 'x', history: 'whole', command: 'x', effects: 'write', mode: 'job', retry: 'unsafe' } as const
    const made = { id: 'r_early', digest: 'd', change: 'c0', due_at: now + 60_000, address: null, created_at: now }
    await insertRun(services.openDb(), { ...who, ...kind, ...made }).run()
    await lock('early').acquire(somebody('r_early'), 'queue')
    await expect(workRun(services, 'r_early', 'early')).rejects.toThrow('before it was queued')
    expect(await holderOf('early')).toBe('r_early')
  })
})

describe('a run that has ended', () => {
  it('passes on at once a lock whose turn comes to it', async () => {
    holdBack()
    await world.says('ada', '/pawl grab e-a | grab e-b')
    const { id } = await newest()
    await cancelQueued(services, services.openDb(), await row(id), 'ada')
    await lock('e-b').acquire(somebody(String(id)), 'queue')
    await workRun(services, String(id), 'e-b')
    expect(await holderOf('e-b')).toBeNull()
  })

  it.each([
    ['it has got them all', false],
    ['it has to wait', true],
  ])('while its locks were taken keeps none of them, where %s', async (_, busy) => {
    const key = (name: string) => `m-${busy}-${name}`
    holdBack()
    await world.says('ada', `/pawl grab ${key('a')} | grab ${key('b')}`)
    const { id } = await newest()
    if (busy) {
      await lock(key('b')).release(String(id))
      await lock(key('b')).acquire(somebody('r_other'), 'queue')
    }
    let cancelled = false
    const interrupted: Services = {
      ...services,
      lock(name) {
        const stub = services.lock(name)
        const cancelling: { [method in keyof ReturnType<Services['lock']>]: unknown } = {
          release: (run: string) => stub.release(run),
          revoke: (run: string, epoch: number) => stub.revoke(run, epoch),
          status: () => stub.status(),
          renew: (run: string, epoch: number, leaseMs?: number) => stub.renew(run, epoch, leaseMs),
          async acquire(ticket: Ticket, whenBusy: 'reject' | 'queue') {
            if (!cancelled) await cancelQueued(services, services.openDb(), await row(id), 'ada')
            cancelled = true
            return await stub.acquire(ticket, whenBusy)
          },
        }
        return cancelling as ReturnType<Services['lock']>
      },
    }
    await workRun(interrupted, String(id))
    expect((await row(id)).state).toBe('cancelled')
    expect([await holderOf(key('a')), await holderOf(key('b')), await lineOf(key('b'))]).toEqual([
      null,
      busy ? 'r_other' : null,
      [],
    ])
  })
})

describe('a holder', () => {
  it('that falls silent loses every lock when its lease ends, and the next goes on', async () => {
    await lock('s-a').acquire(somebody('r_dead'), 'queue')
    await lock('s-b').acquire(somebody('r_dead'), 'queue')
    const exchange = await world.says('ada', '/pawl grab s-a | grab s-b')
    const { id } = await newest()
    await endLease('s-a')
    await vi.waitUntil(async () => (await lineOf('s-b')).length === 1, { timeout: 5_000 })
    await endLease('s-b')
    await exchange.final()
    const { state, locks } = await row(id)
    expect(state).toBe('succeeded')
    expect(JSON.parse(locks)).toEqual([
      { key: 's-a', epoch: 2 },
      { key: 's-b', epoch: 2 },
    ])
    expect((await lockEvents('r_dead')).sort()).toEqual(['lock.expired s-a', 'lock.expired s-b'])
  })

  it.each(['f-a', 'f-b'])('whose lock %s has passed on cannot write its end', async (lost) => {
    log.length = 0
    await world.says('ada', '/pawl grab f-a --ms 800 | grab f-b')
    const { id } = await newest()
    await vi.waitUntil(async () => (await row(id)).state === 'running', { timeout: 5_000 })
    await env.DB.prepare('UPDATE epochs SET epoch = epoch + 1 WHERE lock_key = ?').bind(lost).run()
    await vi.waitUntil(() => log.length === 2, { timeout: 5_000 })
    await wait(500, new AbortController().signal)
    expect(await row(id)).toMatchObject({ state: 'running', ended_at: null })
    expect(await lockEvents(id)).toEqual(['lock.acquired f-a', 'lock.acquired f-b'])
    // As the next holder would find it.
    for (const key of ['f-a', 'f-b']) await endLease(key)
  })
})

describe('a job at work', () => {
  const atWork = async (line: string) => {
    log.length = 0
    await world.says('ada', line)
    const { id } = await newest()
    await vi.waitUntil(async () => (await row(id)).state === 'running', { timeout: 5_000 })
    return String(id)
  }

  it('is stopped within a heartbeat when one of its locks has passed on', async () => {
    const id = await atWork('/pawl grab b-a --ms 15000 | grab b-b')
    await lock('b-b').acquire(somebody('r_next'), 'queue')
    await endLease('b-b')
    await vi.waitUntil(() => log.length > 0, { timeout: 7_000 })
    expect(log).toMatchObject([{ run: id, key: 'b-a', stopped: true }])
    expect(await holderOf('b-b')).not.toBe(id)
    expect((await row(id)).ended_at).toBeNull()
  })

  it('that does not answer a cancellation is lost, and keeps its locks until their leases end: it may still be at it', async () => {
    const id = await atWork('/pawl grab k-a --ms 1000 | grab k-b')
    await env.DB.prepare("UPDATE runs SET cancel_by = 'ada', due_at = 1 WHERE id = ?").bind(id).run()
    await sweep(services)
    expect(await row(id)).toMatchObject({ state: 'lost', code: 'interrupted' })
    expect([await holderOf('k-a'), await holderOf('k-b')]).toEqual([id, id])
    // It ends after all, and is refused: its end is written, and told, already.
    await vi.waitUntil(() => log.length === 2, { timeout: 5_000 })
    await wait(300, new AbortController().signal)
    expect((await row(id)).state).toBe('lost')
    expect((await lockEvents(id)).filter((event) => event.startsWith('lock.released'))).toEqual([])
  })
})

describe('the trips to D1 of a job', () => {
  it.each([
    ['no lock', '/pawl grab t --no-lock'],
    ['one lock', '/pawl grab t'],
    ['three locks', '/pawl grab t | grab u | grab v'],
  ])('with %s are two in the request, two before the handler and two after it', async (_, line) => {
    await world.hears('ada', '/pawl whoami')
    const trips = countTrips()
    const exchange = await world.says('ada', line)
    await exchange.final()
    await vi.waitUntil(() => trips.count() >= 6, { timeout: 3_000 })
    await wait(200, new AbortController().signal)
    expect(trips.count()).toBe(6)
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
