/** Jobs that wait, go on in another consumer, and end once: over real D1, locks and couriers, with the clock set forward. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { eventsOf, forward, holdBack, logOf, stepsOf, work, worldWith } from './survive.kit.ts'
import { countTrips } from './trips.ts'
import type { World } from './world.ts'

const MINUTE = 60_000

/** What happened outside, in order. */
const trail: string[] = []
/** What a handler is to do, set by each test. */
let ready = false

const base = { effects: 'write', run: 'job', options: {} } as const

/** Four parts of ten minutes. */
const migrate = defineCommand({
  ...base,
  name: 'migrate',
  summary: 'Move everything',
  timeout: '1h',
  singleton: () => ({ key: 'migrate', whenBusy: 'queue' }),
  rules: ['when command is migrate allow'],
  async handler(_, ctx) {
    ctx.log('begins')
    const { id } = await ctx.step('start', () => {
      trail.push(`start ${ctx.effectKey}`)
      return { id: 7 }
    })
    for (let part = 1; part <= 4; part++) {
      await ctx.progress(`part ${part} of 4`, part / 4)
      await ctx.sleep('10m')
      ctx.log(`part ${part} is over`)
    }
    await ctx.step('finish', () => {
      trail.push('finish')
    })
    return { id }
  },
})

/** Polls what a test decides, and tries to swallow whatever a wait may throw. */
const stubborn = defineCommand({
  ...base,
  name: 'stubborn',
  summary: 'Catch everything',
  timeout: '40m',
  rules: ['when command is stubborn allow'],
  async handler(_, ctx) {
    try {
      const found = await ctx.poll('10m', () => {
        trail.push('look')
        return ready ? { version: 'v42' } : null
      })
      return { found }
    } catch {
      trail.push('caught')
      return 'swallowed'
    } finally {
      trail.push('finally')
    }
  },
})

/** Works step by step, each of six minutes by the worker's clock. */
const steady = defineCommand({
  ...base,
  name: 'steady',
  summary: 'Work on',
  timeout: '2h',
  rules: ['when command is steady allow'],
  async handler(_, ctx) {
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await ctx.step(name, () => {
        trail.push(name)
        forward(6 * MINUTE)
      })
    return 'worked'
  },
})

/** For pipelines: gives two records, then something that waits for each. */
const two = defineCommand({
  ...base,
  name: 'two',
  summary: 'Give two records',
  rules: ['when command is two allow'],
  handler() {
    trail.push('two')
    return [{ n: 1 }, { n: 2 }]
  },
})
const vault = defineCommand({
  ...base,
  name: 'vault',
  summary: 'Give a record that nobody is to find later',
  rules: ['when command is vault allow'],
  handler: () => ({ n: 2, word: 'hush-hush' }),
})
const nap = defineCommand({
  ...base,
  name: 'nap',
  summary: 'Wait and act',
  options: { n: z.int().describe('Which') },
  rules: ['when command is nap allow'],
  async handler({ n }, ctx) {
    trail.push(`before ${n} ${ctx.effectKey.split('/').slice(1).join('/')}`)
    await ctx.sleep(n === 1 ? '1s' : '5m')
    trail.push(`after ${n}`)
    return { slept: n }
  },
})

/** The shortest wait that puts a run aside. */
const blink = defineCommand({
  ...base,
  name: 'blink',
  summary: 'Wait for 5 s',
  rules: ['when command is blink allow'],
  async handler(_, ctx) {
    await ctx.sleep('5s')
    return 'awake'
  },
})

/** Told to one person: no progress is shown, so that its trips to D1 are its own. */
const counted = defineCommand({
  ...base,
  name: 'counted',
  summary: 'Do some steps',
  answer: 'private',
  options: { steps: z.int().describe('How many') },
  rules: ['when command is counted allow'],
  async handler({ steps }, ctx) {
    for (let i = 0; i < steps; i++) await ctx.step(`step ${i}`, () => i)
    return steps
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(migrate, stubborn, steady, two, vault, nap, counted, blink)
})
afterEach(() => {
  trail.length = 0
  ready = false
  vi.mocked(env.JOBS.send).mockRestore?.()
  vi.mocked(env.DB.withSession).mockRestore?.()
})

const idOf = async (command: string) => String((await world.newestRun(command)).id)

describe.each(['slack', 'discord'] as const)('a job of 40 minutes, asked on %s', (platform) => {
  it('waits without a consumer, shows how far it is, does each step once, keeps its lock, and ends in the chat', async () => {
    const wakes = holdBack()
    const person = world.simulator[platform].user('ada').in('#ops')
    const exchange = await person.says(platform === 'slack' ? '/pawl migrate' : '/pawl run:migrate')
    const id = await idOf('migrate')
    for (let part = 1; part <= 4; part++) {
      await work(id)
      const row = await world.newestRun('migrate')
      expect(row).toMatchObject({ state: 'queued', attempt: part, tries: 0 })
      expect(Number(row.wake_at) - Date.now()).toBeGreaterThan(9 * MINUTE)
      expect(wakes.at(-1)?.wake).toEqual({ kind: 'run', run: id })
      expect(wakes.at(-1)?.delaySeconds).toSatisfy((seconds: number) => seconds > 590 && seconds <= 600)
      await vi.waitUntil(() => exchange.messages().some(({ text }) => text.includes(`part ${part} of 4`)))
      // Woken too early, it sleeps on.
      await work(id)
      expect(await world.newestRun('migrate')).toMatchObject({ state: 'queued', attempt: part })
      expect((await env.SINGLETON.getByName('migrate').status()).holder?.run).toBe(id)
      forward(10 * MINUTE)
    }
    await work(id)
    expect((await exchange.final()).text).toContain('7')
    expect(trail).toEqual([`start ${id}/1/1`, 'finish'])
    expect(await logOf(id)).toEqual(['begins', 'part 1 is over', 'part 2 is over', 'part 3 is over', 'part 4 is over'])
    expect(await world.newestRun('migrate')).toMatchObject({ state: 'succeeded', attempt: 5, due_at: null })
    expect((await eventsOf(id, 'run.suspended')).map(({ step }) => step)).toEqual([
      'sleep#1',
      'sleep#2',
      'sleep#3',
      'sleep#4',
    ])
    await vi.waitUntil(async () => (await env.SINGLETON.getByName('migrate').status()).holder === null)
  })
})

describe('a job that waits', () => {
  it('cannot swallow that it is put aside, and nothing behind its wait runs meanwhile', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl stubborn')
    const id = await idOf('stubborn')
    await work(id)
    expect(await world.newestRun('stubborn')).toMatchObject({ state: 'queued', attempt: 1 })
    expect(trail).toEqual(['look'])
    forward(10 * MINUTE)
    await work(id)
    expect(trail).toEqual(['look', 'look'])
    ready = true
    forward(10 * MINUTE)
    await work(id)
    expect((await exchange.final()).text).toContain('v42')
    expect(trail).toEqual(['look', 'look', 'look', 'finally'])
    expect(await stepsOf(id)).toEqual([{ stage: 1, call: 1, name: 'poll#1', state: 'done', value: null, attempt: 3 }])
  })

  it('is woken by the queue when its wait is over', async () => {
    const exchange = await world.says('ada', '/pawl blink')
    expect((await exchange.final({ withinMs: 15_000 })).text).toContain('awake')
    expect(await world.newestRun('blink')).toMatchObject({ state: 'succeeded', attempt: 2 })
    expect(await world.auditOf(await idOf('blink'))).toEqual([
      'run.admitted',
      'policy.allowed',
      'run.queued',
      'run.running',
      'run.suspended',
      'run.running',
      'run.succeeded',
      'reply.delivered',
    ])
  })

  it('runs out of time over all its attempts, also when it is woken long after', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl stubborn')
    const id = await idOf('stubborn')
    for (let i = 0; i < 4; i++) {
      await work(id)
      forward(10 * MINUTE)
    }
    expect(await world.newestRun('stubborn')).toMatchObject({ state: 'queued', attempt: 4 })
    forward(10 * MINUTE)
    await work(id)
    expect((await exchange.final()).text).toContain('ran out of time (2400 s)')
    expect(trail).toEqual(['look', 'look', 'look', 'look'])
    expect(await world.newestRun('stubborn')).toMatchObject({ state: 'timed_out', attempt: 5 })
  })

  it('is cancelled while it waits, gives its lock back, and the room is told', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl migrate')
    const id = await idOf('migrate')
    await work(id)
    expect(await world.hears('ada', `/pawl run cancel ${id}`)).toContain('cancelled')
    expect((await exchange.final()).text).toContain('was cancelled by')
    expect(await world.newestRun('migrate')).toMatchObject({ state: 'cancelled', attempt: 1 })
    expect((await env.SINGLETON.getByName('migrate').status()).holder).toBeNull()
    forward(10 * MINUTE)
    await work(id)
    expect(trail).toEqual([`start ${id}/1/1`])
  })

  it('that was asked to stop just before is not put aside but ends', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl stubborn')
    const id = await idOf('stubborn')
    const done = work(id)
    await vi.waitUntil(async () => (await world.newestRun('stubborn')).state === 'running', { interval: 1 })
    await env.DB.prepare("UPDATE runs SET cancel_by = 'linus' WHERE id = ?").bind(id).run()
    await done
    const row = await world.newestRun('stubborn')
    if (row.state === 'queued') throw new Error('the test came too late to ask')
    expect((await exchange.final()).text).toContain('was cancelled by linus')
    expect(row).toMatchObject({ state: 'cancelled', attempt: 1 })
  })

  it('does not go on when it may not run any more, and says that it had begun', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl stubborn')
    const id = await idOf('stubborn')
    await work(id)
    await world.hears('ada', `/pawl rule create 'when command is stubborn forbid because "closed"'`)
    forward(10 * MINUTE)
    await work(id)
    const rule = await env.DB.prepare("SELECT id FROM rules WHERE command = 'stubborn'").first<{ id: number }>()
    await world.hears('ada', `/pawl rule delete ${rule?.id}`)
    expect((await exchange.final()).text).toContain('it had begun and was to go on now, but it may not run any more')
    expect(await world.newestRun('stubborn')).toMatchObject({ state: 'failed', attempt: 1 })
    expect(trail).toEqual(['look'])
  })

  it('whose wake-up was lost is woken by the sweeper, and that is recorded', async () => {
    const wakes = holdBack()
    await world.says('ada', '/pawl stubborn')
    const id = await idOf('stubborn')
    await work(id)
    forward(10 * MINUTE)
    wakes.length = 0
    await sweep(servicesOf(env))
    expect(wakes.filter(({ wake }) => wake.run === id)).toEqual([])
    forward(2 * MINUTE)
    await sweep(servicesOf(env))
    expect(wakes.filter(({ wake }) => wake.run === id)).toHaveLength(1)
    expect(await eventsOf(id, 'run.woken')).toMatchObject([{ reason: 'no_claim', attempt: 1 }])
    expect(await world.hears('ada', `/pawl run cancel ${id}`)).toContain('cancelled')
  })
})

describe('a job that works for longer than a consumer lives', () => {
  it('goes on in a fresh message from its last finished step', async () => {
    const wakes = holdBack()
    const exchange = await world.says('ada', '/pawl steady')
    const id = await idOf('steady')
    for (let i = 0; i < 3; i++) {
      await work(id)
      if (i < 2) expect(wakes.at(-1)).toMatchObject({ wake: { run: id }, delaySeconds: 0 })
    }
    expect((await exchange.final()).text).toContain('worked')
    expect(trail).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect((await stepsOf(id)).map(({ name, attempt }) => `${name} ${attempt}`)).toEqual([
      'a 1',
      'b 1',
      'c 2',
      'd 2',
      'e 3',
    ])
  })
})

describe('a pipeline that waits in its second stage', () => {
  it('repeats neither the first stage nor the calls that have ended, and each call has its own effect key', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl two | nap $n')
    const id = await idOf('two|nap')
    await work(id)
    expect(trail).toEqual(['two', 'before 1 2/1', 'after 1', 'before 2 2/2'])
    expect(await world.newestRun('two|nap')).toMatchObject({ state: 'queued' })
    forward(5 * MINUTE)
    await work(id)
    expect(trail.slice(4)).toEqual(['before 2 2/2', 'after 2'])
    expect((await exchange.final()).text).toContain('2')
    expect(JSON.parse(String((await world.newestRun('two|nap')).records))).toEqual([{ slept: 1 }, { slept: 2 }])
    // Kept only for going on; and each stage is in the log once.
    expect((await stepsOf(id)).map(({ name }) => name)).toEqual(['sleep#1'])
    const codes = await world.auditOf(id)
    expect(codes.filter((code) => code === 'stage.succeeded')).toHaveLength(2)
  })
})

describe('what a job keeps of the records that are piped into it', () => {
  const cancel = async (id: string) => void (await world.hears('ada', `/pawl run cancel ${id}`))
  const goOn = async (id: string) => {
    forward(5 * MINUTE)
    await work(id)
  }
  const tooLate = async (id: string) => {
    await env.DB.prepare('UPDATE runs SET wake_at = 1, deadline_at = 1 WHERE id = ?').bind(id).run()
    await work(id)
  }
  const crash = async (id: string) => {
    await env.DB.prepare("UPDATE runs SET state = 'running', due_at = 1 WHERE id = ?").bind(id).run()
    await sweep(servicesOf(env))
  }
  const forbid = async (id: string) => {
    await world.hears('ada', '/pawl rule create when command is nap forbid because "not now"')
    await goOn(id)
    const { id: rule } = (await env.DB.prepare("SELECT id FROM rules WHERE command = 'nap'").first()) as { id: number }
    await world.hears('ada', `/pawl rule delete ${rule}`)
  }

  it.each([
    ['succeeded', goOn],
    ['cancelled', cancel],
    ['timed_out', tooLate],
    ['lost', crash],
    ['failed', forbid],
  ])('is there while it waits, and nowhere once it has %s', async (state, end) => {
    holdBack()
    const exchange = await world.says('ada', '/pawl vault | nap $n')
    const id = await idOf('vault|nap')
    await work(id)
    const before = await stepsOf(id)
    expect(before.map(({ stage, name }) => `${stage} ${name}`)).toEqual(['1 #records', '2 sleep#1'])
    expect(before[0]?.value).toContain('hush-hush')
    await end(id)
    await exchange.final()
    expect(await world.newestRun('vault|nap')).toMatchObject({ id, state, input: null })
    expect((await stepsOf(id)).map(({ name, value }) => [name, value])).toEqual([['sleep#1', null]])
    for (const table of ['run_steps', 'run_log', 'audit', 'outbox']) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table} WHERE run = ?`).bind(id).all()
      expect(JSON.stringify(results)).not.toContain('hush-hush')
    }
    expect(JSON.stringify(await world.newestRun('vault|nap'))).not.toContain('hush-hush')
  })
})

describe('trips to D1', () => {
  it.each([
    // Loaded, claimed, ended, delivered.
    [0, 4],
    [1, 5],
    [3, 7],
  ])('of a job with %i steps are %i', async (steps, trips) => {
    holdBack()
    await world.says('ada', `/pawl counted ${steps}`)
    const id = await idOf('counted')
    const counted = countTrips()
    await work(id)
    expect(counted.count()).toBe(trips)
    expect(await stepsOf(id)).toHaveLength(steps)
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
