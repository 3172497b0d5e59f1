/** Lines before a lock when wake-ups are lost and lines are long: over real D1 and locks, with the clock set forward. */
import { env, runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { forward, type HeldWake, holdBack, work, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** Who was at work, in order. */
const trail: string[] = []

const turn = defineCommand({
  name: 'turn',
  summary: 'Work one after the other',
  effects: 'write',
  run: 'job',
  startWithin: '2h',
  options: { key: z.string().describe('The lock'), who: z.string().describe('Who') },
  singleton: ({ key }) => ({ key, whenBusy: 'queue' }),
  rules: ['when command is turn allow'],
  handler({ who }) {
    trail.push(who)
    return who
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(turn)
})
afterEach(() => {
  trail.length = 0
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const lock = (key: string) => env.SINGLETON.getByName(key)
const rowOf = async (id: string) =>
  (await env.DB.prepare('SELECT * FROM runs WHERE id = ?').bind(id).first()) as Record<string, unknown>
const runOf = ({ wake }: HeldWake) => String(wake.run)

/** Runs that ask for one lock, a moment apart. */
async function line(key: string, people: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const who of people) {
    await world.says('ada', `/pawl turn ${key} ${who}`)
    ids.push(String((await world.newestRun('turn')).id))
    forward(10)
  }
  return ids
}

describe('a line before a lock', () => {
  it('keeps its order when the wake-up of the next one dies in a crash, and the sweeper sends another', async () => {
    const wakes = holdBack()
    const [first = ''] = await line('crash', ['a', 'b', 'c', 'd'])
    await work(first)
    // The wake-up of b, with the process.
    wakes.length = 0
    for (let minute = 0; minute < 4 && trail.length < 4; minute++) {
      forward(MINUTE)
      await sweep(servicesOf(env))
      // In whatever order they come.
      for (const wake of wakes.splice(0).reverse()) await work(runOf(wake))
      for (const wake of wakes.splice(0)) await work(runOf(wake))
    }
    expect(trail.join('')).toBe('abcd')
  })

  it('wakes the next one again by itself, twice a minute, until that is heard of', async () => {
    const wakes = holdBack()
    const [first = '', second = ''] = await line('again', ['a', 'b'])
    await work(first)
    expect(wakes.splice(0).map(runOf)).toContain(second)
    forward(30 * SECOND)
    await runDurableObjectAlarm(lock('again'))
    await vi.waitUntil(() => wakes.length > 0)
    expect(wakes.map(({ wake }) => wake)).toEqual([{ kind: 'run', run: second, lock: 'again' }])
    await work(second)
    expect(trail).toEqual(['a', 'b'])
    expect((await lock('again').status()).holder).toBeNull()
  })

  it('puts a run that lost its turn back in front of those who asked after it', async () => {
    const wakes = holdBack()
    const [first = '', second = '', third = '', fourth = ''] = await line('back', ['a', 'b', 'c', 'd'])
    await work(first)
    forward(181 * SECOND)
    await runDurableObjectAlarm(lock('back'))
    expect((await lock('back').status()).holder?.run).toBe(third)
    await work(second)
    expect((await lock('back').status()).waiters.map(({ run }) => run)).toEqual([second, fourth])
    for (const id of [third, second, fourth]) await work(id)
    expect(trail).toEqual(['a', 'c', 'b', 'd'])
    wakes.length = 0
  })

  it('says in run show who is where in it', async () => {
    holdBack()
    const [first = '', second = '', third = ''] = await line('shown', ['a', 'b', 'c'])
    expect(await world.hears('ada', `/pawl run show ${second}`)).toContain(`shown: next, held by run ${first}`)
    expect(await world.hears('ada', `/pawl run show ${third}`)).toContain(
      `shown: number 2 in line, held by run ${first}`,
    )
    expect(await world.hears('ada', `/pawl run show ${first}`)).not.toContain('Waits for')
    for (const id of [first, second, third]) await work(id)
    expect(await world.hears('ada', `/pawl run show ${third}`)).not.toContain('Waits for')
  })
})

describe('the sweeper, with a line of 300', () => {
  it('finds a run that crashed in the first sweep, and wakes those in line seldom', async () => {
    const wakes = holdBack()
    const [, waiting = ''] = await line('long', ['a', 'b', 'c'])
    const copies = Array.from({ length: 300 }, (_, i) => {
      const id = `r_${String(2_000_000_000_000_000 + i)}`
      return env.DB.prepare(
        `INSERT INTO runs (id, digest, source, platform, workspace, actor, channel, line, history, command, effects, mode, retry,
           state, change, due_at, address, created_at, input, start_by, locks, reply)
         SELECT ?1, digest || ?1, source, platform, workspace, actor, channel, line, history, command, effects, mode, retry,
           'accepted', 'c' || ?1, ?3, address, created_at, input, start_by, locks, reply FROM runs WHERE id = ?2`,
      ).bind(id, waiting, Date.now() - 1)
    })
    await env.DB.batch(copies)
    await env.DB.prepare("UPDATE runs SET state = 'queued' WHERE state = 'accepted'").run()
    const [crashed = ''] = await line('other', ['x'])
    const row = env.DB.prepare("UPDATE runs SET state = 'running', attempt = 1, due_at = ?2 WHERE id = ?1")
    await row.bind(crashed, Date.now()).run()
    wakes.length = 0
    forward(1)
    await sweep(servicesOf(env))
    expect((await rowOf(crashed)).state).toBe('lost')
    expect(wakes).toHaveLength(39)
    // Who is woken and has to wait on need not be looked at in a minute.
    const [woken] = wakes.map(runOf)
    await work(woken)
    const due = Number((await rowOf(woken ?? '')).due_at) - Date.now()
    expect(due).toBeGreaterThan(9 * MINUTE)
    expect(due).toBeLessThanOrEqual(10 * MINUTE)
  })

  it('looks at one that may start no more as soon as that is so', async () => {
    holdBack()
    const [, id = ''] = await line('late', ['a', 'b'])
    await env.DB.prepare('UPDATE runs SET start_by = ?2 WHERE id = ?1')
      .bind(id, Date.now() + 5 * MINUTE)
      .run()
    await work(id)
    const { due_at, start_by } = await rowOf(id)
    expect(Number(due_at)).toBe(Number(start_by) + 1)
    await env.DB.prepare('UPDATE runs SET due_at = 9e15 WHERE due_at IS NOT NULL AND id <> ?').bind(id).run()
    forward(5 * MINUTE + SECOND)
    await sweep(servicesOf(env))
    expect((await rowOf(id)).state).toBe('expired')
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
