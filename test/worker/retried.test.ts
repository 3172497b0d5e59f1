/** Jobs that break: what is repeated, what a later attempt finds, what an old one cannot write; and messages that nobody can use. */
import { createExecutionContext, createMessageBatch, env, getQueueResult } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { CommandFailure, defineCommand } from '#pawl'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import worker from '../../src/worker.ts'
import { eventsOf, forward, holdBack, logOf, stepsOf, work, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const SECOND = 1_000

const trail: string[] = []
/** What the handler of `fragile` does in its second step. */
let act: () => unknown = () => null

const base = { effects: 'write', run: 'job' } as const

const steps = (retry: 'safe' | 'unsafe', name: string) =>
  defineCommand({
    ...base,
    name,
    retry,
    summary: 'Break in the second step',
    timeout: '60s',
    rules: [`when command is ${name} allow`],
    async handler(_, ctx) {
      ctx.log('first')
      const first = await ctx.step('first', () => {
        trail.push(`first ${ctx.effectKey}`)
        return { n: trail.length }
      })
      ctx.log('second')
      await ctx.step('second', async () => {
        trail.push(`second ${ctx.effectKey}`)
        await act()
        return { attempt: trail.length }
      })
      return first
    },
  })
const fragile = steps('safe', 'fragile')
const careful = steps('unsafe', 'careful')

/** For pipelines: counts how often it ran. */
const source = defineCommand({
  ...base,
  name: 'source',
  retry: 'safe',
  summary: 'Give a record',
  rules: ['when command is source allow'],
  handler() {
    trail.push('source')
    return { from: 'source' }
  },
})

/** Does what a test says with the context. */
const odd = defineCommand({
  ...base,
  name: 'odd',
  summary: 'Use the context oddly',
  options: { how: z.string().describe('What to do') },
  rules: ['when command is odd allow'],
  async handler({ how }, ctx) {
    if (how === 'twice') {
      await ctx.step('same', () => 1)
      await ctx.step('same', () => 2)
    }
    if (how === 'hash') await ctx.step('sleep#1', () => 1)
    if (how === 'large') await ctx.step('large', () => 'x'.repeat(64 * 1024 - 1))
    if (how === 'fits') {
      await ctx.step('fits', () => 'x'.repeat(64 * 1024 - 2))
      const nothing = await ctx.step('nothing', () => undefined)
      await ctx.sleep('5m')
      return { same: nothing === undefined }
    }
    if (how === 'beside') await Promise.all([ctx.step('a', () => new Promise<null>(() => {})), ctx.sleep('10m')])
    if (how === 'soon') await ctx.sleep('soon')
    if (how === 'patience') await ctx.poll('1m', () => undefined, { timeout: '100s' })
    if (how === 'lines') for (let i = 1; i <= 1_001; i++) ctx.log(`line ${i}`)
    if (how === 'bytes') for (let i = 1; i <= 5; i++) ctx.log('ä'.repeat(8 * 1024))
    return { how }
  },
})

/** Inline, with a secret. */
const whisper = defineCommand({
  name: 'whisper',
  summary: 'Log a secret',
  effects: 'read',
  options: { word: z.string().describe('Secret').meta({ secret: true }) },
  rules: ['when command is whisper allow'],
  async handler({ word }, ctx) {
    ctx.log(`the word is ${word}`)
    await ctx.sleep('1s')
    const n = await ctx.step('count', () => word.length)
    const found = await ctx.poll('1s', () => ({ key: ctx.effectKey === `${ctx.run}/1/1` }))
    return { n, ...found }
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(fragile, careful, source, odd, whisper)
})
afterEach(() => {
  trail.length = 0
  act = () => null
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const idOf = async (command: string) => String((await world.newestRun(command)).id)
const breaks = () => {
  throw new TypeError('the other side has hung up')
}
/** As if its consumer had died: the claim is over, and the sweeper comes by. */
async function lapse(id: string): Promise<void> {
  await env.DB.prepare('UPDATE runs SET due_at = ?2 WHERE id = ?1')
    .bind(id, Date.now() - 1)
    .run()
  await sweep(servicesOf(env))
}

describe('a fault in a job that may be repeated', () => {
  it('is tried again after 5 s and 30 s with the same effect key, without the steps that are done', async () => {
    const wakes = holdBack()
    act = breaks
    const exchange = await world.says('ada', '/pawl fragile')
    const id = await idOf('fragile')
    await work(id)
    expect(await world.newestRun('fragile')).toMatchObject({ state: 'queued', attempt: 1, tries: 1 })
    expect(wakes.at(-1)?.delaySeconds).toBe(5)
    expect(exchange.messages().map(({ text }) => text)).toEqual([expect.stringContaining('try 2 of 3 starts in 5s')])
    forward(5 * SECOND)
    await work(id)
    expect(await world.newestRun('fragile')).toMatchObject({ state: 'queued', attempt: 2, tries: 2 })
    expect(wakes.at(-1)?.delaySeconds).toBe(30)
    forward(30 * SECOND)
    act = () => null
    await work(id)
    await exchange.final()
    expect(await world.newestRun('fragile')).toMatchObject({ state: 'succeeded', attempt: 3 })
    const key = `${id}/1/1`
    expect(trail).toEqual([`first ${key}`, `second ${key}`, `second ${key}`, `second ${key}`])
    expect((await stepsOf(id)).map(({ name, attempt }) => `${name} ${attempt}`)).toEqual(['first 1', 'second 3'])
    expect(await eventsOf(id, 'run.retried')).toMatchObject([
      { reason: 'fault', tries: 1, attempt: 1, pause_ms: 5_000 },
      { reason: 'fault', tries: 2, attempt: 2, pause_ms: 30_000 },
    ])
  })

  it('ends it as failed after the third try', async () => {
    holdBack()
    act = breaks
    const exchange = await world.says('ada', '/pawl fragile')
    const id = await idOf('fragile')
    for (let i = 0; i < 3; i++) {
      await work(id)
      forward(30 * SECOND)
    }
    expect((await exchange.final()).text).toContain('there is a fault in the command itself')
    expect(await world.newestRun('fragile')).toMatchObject({ state: 'failed', attempt: 3, tries: 2 })
  })

  it('that is a refusal in words is not repeated', async () => {
    holdBack()
    act = () => {
      throw new CommandFailure('no such service')
    }
    const exchange = await world.says('ada', '/pawl fragile')
    await work(await idOf('fragile'))
    expect((await exchange.final()).text).toContain('no such service')
    expect(trail).toHaveLength(2)
  })

  it('does not repeat a command that does not say so', async () => {
    holdBack()
    act = breaks
    const exchange = await world.says('ada', '/pawl careful')
    await work(await idOf('careful'))
    expect((await exchange.final()).text).toContain('fault')
    expect(await world.newestRun('careful')).toMatchObject({ state: 'failed', attempt: 1, tries: 0 })
  })
})

describe('a job whose consumer died', () => {
  it('is repeated if that is safe; the old attempt can write no step, no line and no end', async () => {
    const wakes = holdBack()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    act = () => gate
    const exchange = await world.says('ada', '/pawl fragile')
    const id = await idOf('fragile')
    const old = work(id)
    await vi.waitUntil(() => trail.length === 2)
    await lapse(id)
    expect(await world.newestRun('fragile')).toMatchObject({ state: 'queued', attempt: 1, tries: 1 })
    expect(wakes.at(-1)).toMatchObject({ wake: { run: id }, delaySeconds: 5 })
    forward(5 * SECOND)
    act = () => null
    await work(id)
    const kept = await stepsOf(id)
    const lines = await logOf(id)
    open()
    await old
    expect(await stepsOf(id)).toEqual(kept)
    expect(await logOf(id)).toEqual(lines)
    expect(kept.map(({ name, attempt }) => `${name} ${attempt}`)).toEqual(['first 1', 'second 2'])
    expect(trail.filter((what) => what.startsWith('first'))).toHaveLength(1)
    await exchange.final()
    expect(exchange.messages().some(({ text }) => text.includes('broke off'))).toBe(false)
    expect(await world.newestRun('fragile')).toMatchObject({ state: 'succeeded', attempt: 2 })
    expect(await eventsOf(id, 'run.retried')).toMatchObject([{ reason: 'interrupted', tries: 1 }])
    const codes = await world.auditOf(id)
    expect(codes.filter((code) => code === 'run.succeeded')).toHaveLength(1)
  })

  it('finds the records of the stages that had ended', async () => {
    holdBack()
    act = () => new Promise(() => {})
    const exchange = await world.says('ada', '/pawl source | fragile')
    const id = await idOf('source|fragile')
    void work(id)
    await vi.waitUntil(() => trail.length === 3)
    await lapse(id)
    act = () => null
    forward(5 * SECOND)
    await work(id)
    await exchange.final()
    expect(await world.newestRun('source|fragile')).toMatchObject({ state: 'succeeded', attempt: 2 })
    expect(trail).toEqual(['source', `first ${id}/2/1`, `second ${id}/2/1`, `second ${id}/2/1`])
    expect((await eventsOf(id, 'stage.succeeded')).map(({ stage }) => stage)).toEqual([1, 2])
  })

  it('has left the lines that it logged before its last heartbeat', async () => {
    holdBack()
    act = () => new Promise(() => {})
    await world.says('ada', '/pawl fragile')
    const id = await idOf('fragile')
    void work(id)
    await vi.waitUntil(async () => (await logOf(id)).includes('second'), { timeout: 8_000 })
    await lapse(id)
    expect(await world.hears('ada', `/pawl run cancel ${id}`)).toContain('cancelled')
  })

  it('has the time left that it had when it was last heard of', async () => {
    holdBack()
    act = () => new Promise(() => {})
    await world.says('ada', '/pawl fragile')
    const id = await idOf('fragile')
    void work(id)
    await vi.waitUntil(() => trail.length === 2)
    const before = Number((await world.newestRun('fragile')).deadline_at)
    forward(90 * SECOND)
    await sweep(servicesOf(env))
    const row = await world.newestRun('fragile')
    expect(row).toMatchObject({ state: 'queued', tries: 1 })
    const moved = Number(row.deadline_at) - before
    expect(moved).toBeGreaterThan(94 * SECOND)
    expect(moved).toBeLessThan(100 * SECOND)
    act = () => null
    forward(5 * SECOND)
    await work(id)
    expect(await world.newestRun('fragile')).toMatchObject({ state: 'succeeded', attempt: 2 })
  })

  it('is lost after the third try', async () => {
    holdBack()
    act = () => new Promise(() => {})
    const exchange = await world.says('ada', '/pawl fragile')
    const id = await idOf('fragile')
    for (let i = 1; i <= 3; i++) {
      void work(id)
      await vi.waitUntil(async () => (await world.newestRun('fragile')).attempt === i)
      await vi.waitUntil(async () => (await world.newestRun('fragile')).state === 'running')
      await lapse(id)
      forward(30 * SECOND)
    }
    expect((await exchange.final()).text).toContain('its outcome is unknown')
    expect(await world.newestRun('fragile')).toMatchObject({ state: 'lost', attempt: 3 })
  })
})

describe('a step that cannot be stored at once', () => {
  it('is stored by the next try, and its work is done once', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl careful')
    const id = await idOf('careful')
    const open = env.DB.withSession.bind(env.DB)
    let failures = 1
    vi.spyOn(env.DB, 'withSession').mockImplementation((mode) => {
      const session = open(mode)
      const batch = session.batch.bind(session)
      session.batch = (statements) =>
        trail.length === 1 && failures-- > 0 ? Promise.reject(new Error('D1_ERROR: overloaded')) : batch(statements)
      return session
    })
    await work(id)
    vi.mocked(env.DB.withSession).mockRestore()
    await exchange.final()
    expect(failures).toBeLessThan(1)
    expect(trail).toEqual([`first ${id}/1/1`, `second ${id}/1/1`])
    expect((await stepsOf(id)).map(({ name, state }) => `${name} ${state}`)).toEqual(['first done', 'second done'])
  })
})

describe('what a handler may do with its context', () => {
  const told = async (how: string) => {
    const exchange = await world.says('ada', `/pawl odd ${how}`)
    return { text: (await exchange.final()).text, id: await idOf('odd') }
  }
  const logged = vi.spyOn(console, 'error')

  it.each([
    ['twice', 'the step "same" was there already in this call'],
    ['hash', '"sleep#1" is no name of a step'],
    ['large', 'the step "large" gave 65537 bytes of JSON: at most 65536'],
    ['beside', 'would put the run aside while another step is at work'],
    ['soon', 'ctx.sleep got "soon": write a length of time'],
  ])('is a fault: %s', async (how, message) => {
    expect((await told(how)).text).toContain('there is a fault in the command itself')
    expect(logged.mock.calls.flat().join('\n')).toContain(JSON.stringify(message).slice(1, -1))
  })

  it('keeps a step of 64 KB, and that one gave nothing, until its end', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl odd fits')
    const id = await idOf('odd')
    await work(id)
    expect((await stepsOf(id)).map(({ name, value }) => [name, value?.length])).toEqual([
      ['fits', 65_536],
      ['nothing', undefined],
      ['sleep#1', expect.any(Number)],
    ])
    forward(5 * 60 * SECOND)
    await work(id)
    expect((await exchange.final()).text).toContain('true')
    expect((await stepsOf(id)).map(({ state, value }) => [state, value])).toEqual([
      ['done', null],
      ['done', null],
      ['waiting', null],
    ])
  })

  it('keeps 1,000 lines of a log and says that the rest was cut', async () => {
    const lines = await logOf((await told('lines')).id)
    expect(lines).toHaveLength(1_001)
    expect(lines.slice(-2)).toEqual(['line 1000', 'cut here: a run keeps 1000 lines and 64 KB of its log'])
  })

  it('keeps 64 KB of a log, counted in bytes', async () => {
    const lines = await logOf((await told('bytes')).id)
    expect(lines.map((line) => line.length)).toEqual([8192, 8192, 8192, 8192, expect.any(Number)])
    expect(lines.at(-1)).toContain('cut here')
  })

  it('gives a poll up after its timeout, in words for the room', async () => {
    holdBack()
    const exchange = await world.says('ada', '/pawl odd patience')
    const id = await idOf('odd')
    await work(id)
    forward(60 * SECOND)
    await work(id)
    const row = await world.newestRun('odd')
    expect(row).toMatchObject({ state: 'queued', attempt: 2 })
    expect(Number(row.wake_at) - Date.now()).toBeLessThan(41 * SECOND)
    forward(40 * SECOND)
    await work(id)
    expect((await exchange.final()).text).toContain('what it waited for did not come within 1m40s')
  })

  it('works inline, too, where nothing is stored but the log, without secrets', async () => {
    const answer = await world.hears('ada', '/pawl whisper xyzzy-plugh')
    expect(answer).toContain('11')
    expect(answer).toContain('true')
    const id = await idOf('whisper')
    expect(await logOf(id)).toEqual(['the word is [secret]'])
    expect(await stepsOf(id)).toEqual([])
  })
})

describe('a message', () => {
  const deliver = async (queue: string, body: unknown) => {
    const batch = createMessageBatch(queue, [{ id: 'm1', timestamp: new Date(), attempts: 6, body }])
    const ctx = createExecutionContext()
    await worker.queue(batch as MessageBatch, env as never)
    return await getQueueResult(batch, ctx)
  }
  const newest = async (code: string) => {
    const row = await env.DB.prepare(`SELECT ${FLAT_EVENT} FROM audit WHERE code = ? ORDER BY seq DESC LIMIT 1`)
      .bind(code)
      .first<{ event: string }>()
    return row && JSON.parse(row.event)
  }

  it.each([[null], ['text'], [{}], [{ kind: 'run' }], [{ kind: 'run', run: 7 }], [{ kind: 'explode', run: 'r_1' }]])(
    'that is no wake-up is recorded and not tried again: %j',
    async (body) => {
      const result = await deliver('pawl-jobs', body)
      expect(result).toMatchObject({ explicitAcks: ['m1'], retryMessages: [] })
      expect(await newest('run.wake_malformed')).toMatchObject({ message: 'm1' })
    },
  )

  it('that failed as often as the queue tries is recorded, and its run left to the sweeper', async () => {
    const result = await deliver('pawl-jobs-dead', { kind: 'run', run: 'r_0123456789abcdef' })
    expect(result).toMatchObject({ explicitAcks: ['m1'], retryMessages: [] })
    expect(await newest('run.wake_dead')).toMatchObject({ run: 'r_0123456789abcdef', kind: 'run', attempts: 6 })
  })

  it('that cannot be looked at now comes again', async () => {
    const down = vi.spyOn(env.DB, 'withSession').mockImplementation(() => {
      throw new Error('D1 is down')
    })
    const results = await Promise.all([
      deliver('pawl-jobs', { kind: 'run', run: 'r_0123456789abcdef' }),
      deliver('pawl-jobs', 'poison'),
      deliver('pawl-jobs-dead', 'poison'),
    ])
    down.mockRestore()
    for (const result of results) expect(result).toMatchObject({ explicitAcks: [], retryMessages: [{ msgId: 'm1' }] })
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
