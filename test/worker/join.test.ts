/** Joining a run that holds the lock, over real locks, queue and D1: one execution, and everybody hears how it ended. */
import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { CommandFailure, defineCommand, wait } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { type RunRow, selectRun } from '../../src/db/runs.ts'
import { cancelQueued } from '../../src/runs/cancel.ts'
import { wakeMoreJoiners } from '../../src/runs/joiners.ts'
import type { Services } from '../../src/runs/services.ts'
import { sweep } from '../../src/runs/sweep.ts'
import type { Wake } from '../../src/runs/wake.ts'
import { workRun } from '../../src/runs/work.ts'
import { servicesOf } from '../../src/services.ts'
import type { LockState } from '../../src/singleton/lock.ts'
import { openWorld, type World } from './world.ts'

/** The runs that were executed. */
const executed: string[] = []

const definition = {
  summary: 'Work on a key, once for all who ask',
  options: {
    key: z.string().describe('The lock'),
    ms: z.int().default(0).describe('How long'),
    fail: z.boolean().default(false).describe('Fail at the end'),
    guarded: z.boolean().default(false).describe('Needs a permission'),
  },
  effects: 'write',
  run: 'job',
  singleton: ({ key }: { key: string }) => ({ key, whenBusy: 'join' as const }),
} as const

const share = defineCommand({
  ...definition,
  name: 'share',
  rules: ['when command is share allow', 'when command is share with option[guarded] == true must have share:run'],
  async handler({ key, ms, fail }, ctx) {
    executed.push(ctx.run)
    await wait(ms, ctx.signal)
    if (fail) throw new CommandFailure('the upstream said no')
    return { key, by: ctx.run }
  },
})

const brief = defineCommand({
  ...definition,
  name: 'brief',
  timeout: '1s',
  rules: ['when command is brief allow'],
  async handler({ ms }, ctx) {
    executed.push(ctx.run)
    await wait(ms, ctx.signal)
    return null
  },
})

let world: World
let services: Services
beforeAll(async () => {
  Object.assign(
    loadRegistry(),
    createRegistry(
      houseEntries([
        { file: 'test', command: share },
        { file: 'test', command: brief },
      ]),
    ),
  )
  world = await openWorld()
  services = servicesOf(env)
})
beforeEach(() => {
  executed.length = 0
})
afterEach(() => {
  vi.mocked(env.JOBS.send).mockRestore?.()
  vi.mocked(env.JOBS.sendBatch).mockRestore?.()
  vi.mocked(env.DB.withSession).mockRestore?.()
})

const row = async (id: string) => (await selectRun(services.openDb(), id).first<RunRow>()) as RunRow
const stateOf = async (id: string) => (await row(id)).state
const holderOf = async (key: string) => (await env.SINGLETON.getByName(key).status()).holder?.run ?? null

/** Says a line and gives the exchange with the run that it became. */
async function ask(person: string, line: string) {
  const known = new Set((await env.DB.prepare('SELECT id FROM runs').all<{ id: string }>()).results.map(({ id }) => id))
  const exchange = await world.says(person, `/pawl ${line}`)
  const { results } = await env.DB.prepare('SELECT id FROM runs ORDER BY created_at DESC').all<{ id: string }>()
  const id = results.find((one) => !known.has(one.id))?.id ?? 'none'
  return { exchange, id, first: exchange.messages()[0]?.text ?? '' }
}

/** A run at work on a key. */
async function holder(line: string, state = 'running') {
  const asked = await ask('ada', line)
  await vi.waitUntil(async () => (await stateOf(asked.id)) === state, { timeout: 5_000 })
  return asked
}

/** Wake-ups are collected instead of sent: no consumer starts unless the test starts it. */
function holdBack(): Wake[] {
  const wakes: Wake[] = []
  const metrics = { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  vi.spyOn(env.JOBS, 'send').mockImplementation(async (body) => {
    wakes.push(body as Wake)
    return metrics
  })
  vi.spyOn(env.JOBS, 'sendBatch').mockImplementation(async (messages) => {
    for (const { body } of messages) wakes.push(body as Wake)
    return metrics
  })
  return wakes
}

describe('who asks for what is being done', () => {
  it('executes nothing, and gets the result of the run that is at it: three times, on both platforms', async () => {
    const first = await holder('share three --ms 1500')
    const second = await ask('grace', 'share three')
    const third = await ask('linus', 'share three --ms 7')
    const fourth = await world.simulator.discord.user('ada').in('#ops').says('/share three')
    expect(second.first).toContain(`Queued: share three is being done already, three is held by run ${first.id} of`)
    expect(second.first).toContain(`(run show ${first.id})`)
    for (const exchange of [second.exchange, third.exchange, fourth])
      expect((await exchange.final()).text).toContain(`joined run ${first.id} · run r_`)
    expect(executed).toEqual([first.id])
    expect(await holderOf('three')).toBeNull()
    for (const { id, exchange } of [second, third]) {
      expect((await exchange.final()).text).toContain(`three`)
      expect(await row(id)).toMatchObject({ state: 'succeeded', joins: first.id, attempt: 0, code: null, locks: '[]' })
      expect((await row(id)).records).toBe((await row(first.id)).records)
      expect(await world.auditOf(id)).toEqual([
        'run.admitted',
        'policy.allowed',
        'run.joined',
        'run.queued',
        'run.succeeded',
        'reply.delivered',
      ])
    }
  })

  it('is told where the other one can be followed, but not the name of another room', async () => {
    const first = await holder('share follow --ms 700')
    const here = await ask('grace', 'share follow')
    expect(here.first).toContain('How far it is stands in this room, in the message of that run.')
    const elsewhere = await world.simulator.slack.user('grace').in('#general').says('/pawl share follow')
    expect(elsewhere.messages()[0]?.text).toContain('It was asked in another room, and how far it is, is told there.')
    expect(elsewhere.messages()[0]?.text).not.toContain('#ops')
    expect(elsewhere.messages()[0]?.text).toContain(`held by run ${first.id} of`)
    await elsewhere.final()
  })

  it('is told when the other one was asked in a direct conversation', async () => {
    await world.simulator.slack.user('ada').in('dm').says('/pawl share alone --ms 700')
    await vi.waitUntil(async () => (await holderOf('alone')) !== null, { timeout: 5_000 })
    const second = await ask('grace', 'share alone')
    expect(second.first).toContain('It was asked in a direct conversation')
    await second.exchange.final()
  })

  it.each([
    ['fails', 'share f-failed --fail', 'failed', 'the upstream said no'],
    ['runs out of time', 'brief f-timed_out', 'timed_out', 'ran out of time'],
  ])('hears that it %s', async (_, line, state, text) => {
    const first = await holder(`${line} --ms 1200`)
    const second = await ask('grace', line)
    const answer = await second.exchange.final()
    expect(answer.text).toContain(text)
    expect(answer.text).toContain(`joined run ${first.id} · run ${second.id}`)
    expect(await row(second.id)).toMatchObject({ state, code: (await row(first.id)).code })
    expect(executed).toEqual([first.id])
  })

  it('hears that it crashed, and that the outcome is unknown', async () => {
    const first = await holder('share crashed --ms 1000')
    const second = await ask('grace', 'share crashed')
    await env.DB.prepare('UPDATE runs SET due_at = 1 WHERE id = ?').bind(first.id).run()
    await sweep(services)
    const answer = await second.exchange.final()
    expect(answer.text).toContain('its outcome is unknown')
    expect(answer.text).toContain(`joined run ${first.id}`)
    expect(await stateOf(second.id)).toBe('lost')
  })

  it('hears that it was cancelled', async () => {
    const first = await holder('share cancelled --ms 15000')
    const second = await ask('grace', 'share cancelled')
    await world.hears('ada', `/pawl run cancel ${first.id}`)
    expect((await second.exchange.final()).text).toContain('was cancelled by U0ADA00001')
    expect(await stateOf(second.id)).toBe('cancelled')
  })

  it('only leaves when it is cancelled itself', async () => {
    const first = await holder('share leave --ms 800')
    const second = await ask('grace', 'share leave')
    await world.hears('grace', `/pawl run cancel ${second.id}`)
    expect(await stateOf(second.id)).toBe('cancelled')
    expect([await stateOf(first.id), await holderOf('leave')]).toEqual(['running', first.id])
    expect((await first.exchange.final()).text).toContain('leave')
    expect(await world.auditOf(second.id)).not.toContain('lock.released')
  })

  it('gets nothing without the permission', async () => {
    await holder('share guard --ms 800 --guarded')
    const second = await ask('grace', 'share guard --guarded')
    expect(await row(second.id)).toMatchObject({ state: 'denied', joins: null, records: null })
  })

  it('gets nothing when the permission is gone by then', async () => {
    const first = await holder('share revoked --ms 1500')
    const second = await ask('grace', 'share revoked')
    await world.hears('ada', `/pawl rule create 'when command is share with option[key] == "revoked" forbid'`)
    expect((await first.exchange.final()).text).toContain(first.id)
    const answer = await second.exchange.final()
    expect(answer.text).toContain('You may not run share')
    expect(await row(second.id)).toMatchObject({ state: 'denied', records: null })
  })
})

describe('who waits its turn instead', () => {
  it.each([
    ['a longer line', 'share KEY | head'],
    ['a redirect', 'share KEY > me'],
    ['another command of the same lock', 'brief KEY'],
  ])('is %s', async (name, line) => {
    const key = name.replaceAll(' ', '-')
    const first = await holder(`share ${key} --ms 600`)
    const second = await ask('ada', line.replace('KEY', key))
    expect(second.first).toContain(`is next for ${key}, held by run ${first.id}`)
    await second.exchange.final()
    expect(executed).toEqual([first.id, second.id])
  })
})

describe('a joined run', () => {
  it('goes on by itself when the other one never started; who joined, too, joins it', async () => {
    const wakes = holdBack()
    const first = await ask('ada', 'share never')
    const others = [await ask('grace', 'share never'), await ask('linus', 'share never')]
    await env.DB.prepare('UPDATE runs SET start_by = 2 WHERE id = ?').bind(first.id).run()
    await workRun(services, first.id)
    expect(await stateOf(first.id)).toBe('expired')
    // One after the other, as a queue would deliver them.
    for (let wake = wakes.shift(); wake; wake = wakes.shift())
      if (wake.kind === 'run') await workRun(services, wake.run)
    for (const { exchange } of others) await exchange.final()
    expect(executed).toHaveLength(1)
    expect(others.map(({ id }) => id)).toContain(executed[0])
    const rows = await Promise.all(others.map(({ id }) => row(id)))
    expect(rows.map(({ state }) => state)).toEqual(['succeeded', 'succeeded'])
    expect(new Set(rows.map(({ joins }) => joins))).toEqual(new Set([null, executed[0]]))
  })

  it('is left alone by the sweeper while the other one is under way, and woken when its message was lost', async () => {
    const first = await holder('share swept --ms 700')
    const second = await ask('grace', 'share swept')
    await env.DB.prepare('UPDATE runs SET due_at = 1, start_by = 2 WHERE id = ?').bind(second.id).run()
    await sweep(services)
    expect(await world.auditOf(second.id)).not.toContain('run.woken')
    const lost = vi.spyOn(env.JOBS, 'sendBatch').mockRejectedValue(new Error('queue is down'))
    await first.exchange.final()
    lost.mockRestore()
    expect(await stateOf(second.id)).toBe('queued')
    await sweep(services)
    expect((await second.exchange.final()).text).toContain(`joined run ${first.id}`)
    expect(await world.auditOf(second.id)).toContain('run.woken')
  })

  it('is not forgotten when the other one ends while it joins', async () => {
    holdBack()
    const first = await ask('ada', 'share late')
    vi.mocked(env.JOBS.send).mockRestore()
    vi.mocked(env.JOBS.sendBatch).mockRestore()
    const open = env.DB.withSession.bind(env.DB)
    let batches = 0
    vi.spyOn(env.DB, 'withSession').mockImplementation((mode) => {
      const session = open(mode)
      const batch = session.batch.bind(session)
      session.batch = async (statements) => {
        // The first batch admits the second run, the second one queues it as joined.
        if (++batches === 2) await cancelQueued(services, open('first-primary'), await row(first.id), 'ada')
        return await batch(statements)
      }
      return session
    })
    const second = await ask('grace', 'share late')
    vi.mocked(env.DB.withSession).mockRestore()
    expect((await second.exchange.final()).text).toContain('was cancelled by ada')
    expect(await row(second.id)).toMatchObject({ state: 'cancelled', joins: first.id })
  })

  it('is one of many: they are woken a hundred at a time', async () => {
    const wakes = holdBack()
    const first = await ask('ada', 'share many')
    const ids = Array.from({ length: 101 }, (_, i) => `r_many${String(i).padStart(3, '0')}`)
    const insert = env.DB.prepare(
      `INSERT INTO runs (id, digest, source, platform, workspace, actor, channel, line, effects, mode, retry, state, change, created_at)
       SELECT value, 'd', 's', 'slack', 'w', 'a', '{}', 'l', 'write', 'job', 'unsafe', 'accepted', 'c', 1 FROM json_each(?)`,
    )
    await env.DB.batch([
      insert.bind(JSON.stringify(ids)),
      env.DB.prepare("UPDATE runs SET state = 'queued', joins = ? WHERE id LIKE 'r_many%'").bind(first.id),
    ])
    wakes.length = 0
    await cancelQueued(services, services.openDb(), await row(first.id), 'ada')
    expect(wakes.filter(({ kind }) => kind === 'run').map(({ run }) => run)).toEqual(ids.slice(0, 100))
    expect(wakes.at(-1)).toEqual({ kind: 'joiners', run: first.id, after: ids[99] })
    wakes.length = 0
    await wakeMoreJoiners(services, first.id, ids[99] ?? '')
    expect(wakes).toEqual([{ kind: 'run', run: ids[100] }])
    await env.DB.prepare("DELETE FROM runs WHERE id LIKE 'r_many%'").run()
  })
})

describe('who finds the lock taken only when it is to start', () => {
  it('joins, too', async () => {
    holdBack()
    const first = await ask('ada', 'share start')
    const second = await ask('grace', 'share start')
    // The first one's turn lapses before anybody executes it, and expires; the second comes when a third has the lock.
    await cancelAway(first.id)
    const third = await ask('linus', 'share start')
    expect((await row(third.id)).joins).toBeNull()
    await workRun(services, second.id)
    expect(await row(second.id)).toMatchObject({ state: 'queued', joins: third.id })
    vi.mocked(env.JOBS.send).mockRestore()
    vi.mocked(env.JOBS.sendBatch).mockRestore()
    await workRun(services, third.id)
    expect((await second.exchange.final()).text).toContain(`joined run ${third.id}`)
    expect(executed).toEqual([third.id])
  })

  /** Expires a run that was never started, and ends the lease of its lock. */
  async function cancelAway(id: string): Promise<void> {
    await env.DB.prepare('UPDATE runs SET start_by = 2 WHERE id = ?').bind(id).run()
    await workRun(services, id)
    await runInDurableObject(env.SINGLETON.getByName('start'), (_, { storage }) => {
      const state = storage.kv.get<LockState>('lock')
      if (state?.holder) storage.kv.put('lock', { ...state, holder: { ...state.holder, until: 1 } })
    })
    await runDurableObjectAlarm(env.SINGLETON.getByName('start'))
  }
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
