/** What is told to stop and does not: how its run ends, and who has its lock meanwhile. Real consumers, in real time. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { defineCommand, wait } from '#pawl'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { forward, holdBack, work, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

/** What happened outside, in order. */
const trail: string[] = []

const NEVER = new AbortController().signal
const base = { effects: 'write', run: 'job', options: {} } as const

/** Never looks at its signal. */
const deaf = (name: string, timeout: string, ms: number) =>
  defineCommand({
    ...base,
    name,
    timeout,
    summary: 'Do not stop',
    singleton: () => ({ key: name, whenBusy: 'queue' }),
    rules: [`when command is ${name} allow`],
    async handler() {
      trail.push('begins')
      await wait(ms, NEVER)
      trail.push('has an effect')
      return null
    },
  })
const deafLong = deaf('deaf', '1m', 9_000)
const deafLate = deaf('slowcoach', '1s', 4_000)

const quick = (retry: 'safe' | 'unsafe', name: string) =>
  defineCommand({ ...base, name, retry, summary: 'Do it', rules: [`when command is ${name} allow`], handler: () => 1 })

let world: World
beforeAll(async () => {
  world = await worldWith(deafLong, deafLate, quick('unsafe', 'once'), quick('safe', 'again'))
})
afterEach(() => {
  trail.length = 0
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const idOf = async (command: string) => String((await world.newestRun(command)).id)
const holderOf = async (key: string) => (await env.SINGLETON.getByName(key).status()).holder?.run
const releases = async (id: string) => (await world.auditOf(id)).filter((code) => code === 'lock.released')

describe('a handler that does not stop', () => {
  it('when it is cancelled: the room is told so, and its lock is free when its lease ends, not earlier', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl deaf')
    const id = await idOf('deaf')
    const done = work(id)
    await vi.waitUntil(() => trail.length > 0)
    expect(await world.hears('ada', `/pawl run cancel ${id}`)).toContain('is being stopped')
    await done
    expect(trail).toEqual(['begins'])
    expect((await exchange.final()).text).toMatch(
      /was cancelled by .*, but did not stop when it was told to, and may still/,
    )
    expect(await world.newestRun('deaf')).toMatchObject({ state: 'cancelled', due_at: null })
    expect([await holderOf('deaf'), await releases(id)]).toEqual([id, []])
    await vi.waitUntil(() => trail.includes('has an effect'), { timeout: 10_000 })
    forward(46_000)
    expect(await holderOf('deaf')).toBeUndefined()
  })

  it('when its time is over: likewise', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl slowcoach')
    const id = await idOf('slowcoach')
    await work(id)
    const { text } = await exchange.final()
    expect(text).toContain('ran out of time (1 s), but did not stop when it was told to')
    expect(text).toContain('Look at what it did before you repeat it.')
    expect(await world.newestRun('slowcoach')).toMatchObject({ state: 'timed_out' })
    expect([await holderOf('slowcoach'), await releases(id)]).toEqual([id, []])
    expect(trail).toEqual(['begins'])
  })
})

describe('a run that was asked to stop and whose consumer died', () => {
  /** As if it were at work and nobody had heard of it since. */
  async function dies(command: string): Promise<{ readonly id: string; readonly told: () => Promise<string> }> {
    holdBack()
    const exchange = await world.says('ada', `/pawl ${command}`)
    const id = await idOf(command)
    await env.DB.prepare("UPDATE runs SET state = 'running', attempt = 1, due_at = ?2 WHERE id = ?1")
      .bind(id, Date.now() + 30_000)
      .run()
    expect(await world.hears('ada', `/pawl run cancel ${id}`)).toContain('is being stopped')
    forward(31_000)
    await sweep(servicesOf(env))
    return { id, told: async () => (await exchange.final()).text }
  }

  it('is lost where it must not be repeated, for nobody knows whether it had done its work; and says who asked', async () => {
    const { id, told } = await dies('once')
    expect(await world.newestRun('once')).toMatchObject({ state: 'lost', code: 'interrupted' })
    expect(await told()).toMatch(/was interrupted after .+ had asked it to stop; its outcome is unknown/)
    expect(await world.hears('ada', `/pawl run resolve ${id} --as succeeded --note 'it is there'`)).toContain(id)
  })

  it('is cancelled where it may be repeated: it is not', async () => {
    const { told } = await dies('again')
    expect(await world.newestRun('again')).toMatchObject({ state: 'cancelled', attempt: 1 })
    expect(await told()).toContain('was cancelled by')
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
