/** `lock list` and `lock break`, over real locks and D1: who has what, and what becomes of whom it is taken from. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand, wait } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import { selectLockKeys } from '../../src/db/locks.ts'
import { type RunRow, selectRun } from '../../src/db/runs.ts'
import { breakLock } from '../../src/runs/break.ts'
import type { Services } from '../../src/runs/services.ts'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { openWorld, type World } from './world.ts'

/** The runs whose handlers have come to an end, and whether they were told to stop. */
const ended: { readonly run: string; readonly stopped: boolean }[] = []

/** What `--gate` waits for. */
const gate = { open: true }

const keep = defineCommand({
  name: 'keep',
  summary: 'Keep a lock for a while',
  options: {
    key: z.string().describe('The lock'),
    ms: z.int().default(0).describe('How long'),
    join: z.boolean().default(false).describe('Join who has it'),
    gate: z.boolean().default(false).describe('Until the gate opens'),
    deaf: z.boolean().default(false).describe('Hear no signal'),
  },
  effects: 'write',
  run: 'job',
  singleton: ({ key, join }) => ({ key, whenBusy: join ? 'join' : 'queue' }),
  rules: ['when command is keep allow'],
  async handler({ key, ms, gate: gated, deaf }, ctx) {
    try {
      while (gated && !gate.open) await wait(20, ctx.signal)
      await wait(ms, deaf ? new AbortController().signal : ctx.signal)
    } finally {
      ended.push({ run: ctx.run, stopped: ctx.signal.aborted })
    }
    return { key }
  },
})

let world: World
let services: Services
beforeAll(async () => {
  Object.assign(loadRegistry(), createRegistry(houseEntries([{ file: 'test', command: keep }])))
  world = await openWorld()
  services = servicesOf(env)
})
afterEach(() => {
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const row = async (id: string) => (await selectRun(services.openDb(), id).first<RunRow>()) as RunRow
const stateOf = async (id: string) => (await row(id)).state
const statusOf = (key: string) => env.SINGLETON.getByName(key).status()

/** Says a line and gives the exchange with the run that it became. */
async function ask(person: string, line: string) {
  const exchange = await world.says(person, `/pawl ${line}`)
  return { exchange, id: String((await world.newestRun('keep')).id) }
}

async function holder(line: string) {
  const asked = await ask('ada', line)
  await vi.waitUntil(async () => (await stateOf(asked.id)) === 'running', { timeout: 5_000 })
  return asked
}

const brokenEvents = async (run: string) =>
  (
    await env.DB.prepare(`SELECT ${FLAT_EVENT} FROM audit WHERE run = ? AND code = 'lock.broken'`)
      .bind(run)
      .all<{ event: string }>()
  ).results.map(({ event }) => JSON.parse(event) as Record<string, unknown>)

/** The epoch below which nobody can write. */
const epochOf = (key: string) =>
  env.DB.prepare('SELECT epoch FROM epochs WHERE lock_key = ?').bind(key).first<number>('epoch')

/** The records of the newest run of a command. */
const recordsOf = async (command: string) => JSON.parse(String((await world.newestRun(command)).records))

describe('lock list', () => {
  it('shows who holds each lock since when, who waits, and how many have joined', async () => {
    gate.open = false
    const first = await holder('keep list-a --gate')
    const second = await ask('grace', 'keep list-a')
    const third = await ask('grace', 'keep list-a --join')
    // It has its lock while it waits for a consumer: the local queue has one.
    const other = await ask('ada', 'keep list-b --gate')
    await world.hears('ada', '/pawl lock list')
    const { holder: held } = await statusOf('list-a')
    expect(await recordsOf('lock:list')).toEqual([
      {
        lock: 'list-a',
        run: first.id,
        state: 'running',
        who: 'U0ADA00001',
        since: new Date(held?.since ?? 0).toISOString(),
        until: expect.stringMatching(/^\d{4}-.*Z$/),
        epoch: 1,
        waiting: [expect.stringMatching(`^${second.id} \\(.+\\)$`)],
        joined: 1,
      },
      expect.objectContaining({ lock: 'list-b', run: other.id, state: 'queued', waiting: [], joined: 0 }),
    ])
    await world.hears('ada', '/pawl lock list --after list-a')
    expect(await recordsOf('lock:list')).toMatchObject([{ lock: 'list-b' }])
    await world.hears('ada', '/pawl lock list --limit 1')
    expect(await recordsOf('lock:list')).toMatchObject([{ lock: 'list-a' }])
    gate.open = true
    for (const { exchange } of [first, second, third, other]) await exchange.final()
    await world.hears('ada', '/pawl lock list')
    expect(await recordsOf('lock:list')).toEqual([])
  })

  it('shows what a run has left behind that somebody else ended: its state, and until when the lease holds', async () => {
    const first = await holder('keep left --ms 700 --deaf')
    await env.DB.prepare('UPDATE runs SET due_at = 1 WHERE id = ?').bind(first.id).run()
    await sweep(services)
    const { holder: held } = await statusOf('left')
    const until = new Date(held?.until ?? 0).toISOString()
    const left = { lock: 'left', run: first.id, state: 'lost', until, waiting: [], joined: 0 }
    await world.hears('ada', '/pawl lock list')
    expect(await recordsOf('lock:list')).toEqual([expect.objectContaining(left)])
    await world.hears('ada', '/pawl lock list left')
    expect(await recordsOf('lock:list')).toEqual([expect.objectContaining(left)])
    await env.SINGLETON.getByName('left').release(first.id)
    await world.hears('ada', '/pawl lock list')
    expect(await recordsOf('lock:list')).toEqual([])
  })

  it('asks a lock for three minutes after the end of a run, and for none that it only waited for', async () => {
    const row = (id: string, ended: number, locks: string) =>
      env.DB.prepare(
        `INSERT INTO runs (id, digest, source, platform, workspace, actor, channel, line, effects, mode, retry, state, change, created_at, ended_at, locks)
         VALUES (?, 'd', 's', 'slack', 'w', 'a', '{}', 'l', 'write', 'job', 'unsafe', 'accepted', 'c', 1, ?, ?)`,
      ).bind(id, ended, locks)
    const lock = (key: string, epoch: number | null) => JSON.stringify([{ key, epoch }])
    await env.DB.batch([
      row('r_old', 1_000, lock('left-1', 1)),
      row('r_new', 1_001, lock('left-2', 1)),
      row('r_waited', 1_001, lock('left-3', null)),
      env.DB.prepare("UPDATE runs SET state = 'lost' WHERE id IN ('r_old', 'r_new', 'r_waited')"),
    ])
    const keys = async (endedSince: number) =>
      (await selectLockKeys(services.openDb(), { after: 'left-', limit: 9, endedSince }).all()).results
    expect(await keys(1_000)).toEqual([{ key: 'left-2', live: 0 }])
    expect(await keys(999)).toEqual(['left-1', 'left-2'].map((key) => ({ key, live: 0 })))
    await env.DB.prepare("DELETE FROM runs WHERE id IN ('r_old', 'r_new', 'r_waited')").run()
  })

  it('is not for everybody', async () => {
    expect(await world.hears('grace', '/pawl lock list')).toContain('run:read')
  })
})

describe('lock break', () => {
  it('ends the run that holds it, refuses what it writes later, and lets the next one run', async () => {
    ended.length = 0
    const first = await holder('keep broken --ms 1200 --deaf')
    const second = await ask('grace', 'keep broken')
    const answer = await world.hears('ada', `/pawl lock break broken --reason 'its runner is gone'`)
    expect(answer).toContain(`broken was taken from run ${first.id} of U0ADA00001 on Slack, which is lost now.`)
    expect(answer).toContain(`Next is run ${second.id}.`)
    expect((await first.exchange.final()).text).toContain(
      'took the lock broken from keep broken --ms 1200 --deaf (its runner is gone), which was stopped in the middle',
    )
    await second.exchange.final()
    expect(await row(second.id)).toMatchObject({ state: 'succeeded', locks: '[{"key":"broken","epoch":2}]' })
    await vi.waitUntil(() => ended.some(({ run }) => run === first.id), { timeout: 5_000 })
    await wait(300, new AbortController().signal)
    expect(await row(first.id)).toMatchObject({ state: 'lost', code: 'lock_broken', records: null })
    expect(await brokenEvents(first.id)).toEqual([
      expect.objectContaining({
        actor: 'U0ADA00001',
        lock: 'broken',
        epoch: 1,
        holder: 'U0ADA00001',
        reason_text: 'its runner is gone',
        by_run: (await world.newestRun('lock:break')).id,
      }),
    ])
  })

  it('stops its handler within a heartbeat, and tells who joined it', async () => {
    ended.length = 0
    const first = await holder('keep stopped --ms 15000')
    const second = await ask('grace', 'keep stopped --join')
    await world.hears('ada', '/pawl lock break stopped --reason test')
    expect((await second.exchange.final()).text).toContain(`joined run ${first.id}`)
    expect(await stateOf(second.id)).toBe('lost')
    await vi.waitUntil(() => ended.length > 0, { timeout: 7_000 })
    expect(ended).toEqual([{ run: first.id, stopped: true }])
    expect(await statusOf('stopped')).toEqual({ epoch: 1, holder: null, waiters: [] })
    expect(await epochOf('stopped')).toBe(2)
  })

  it('cancels a run that has not started', async () => {
    vi.spyOn(env.JOBS, 'send').mockRejectedValue(new Error('queue is down'))
    const first = await ask('ada', 'keep unstarted')
    vi.mocked(env.JOBS.send).mockRestore()
    const second = await ask('grace', 'keep unstarted')
    await world.hears('ada', '/pawl lock break unstarted --reason test')
    expect((await first.exchange.final()).text).toContain('will not start. Nothing was run.')
    expect(await row(first.id)).toMatchObject({ state: 'cancelled', code: 'lock_broken' })
    expect((await second.exchange.final()).text).toContain('unstarted')
  })

  it('frees at once a lock that a crashed run has left behind', async () => {
    const first = await holder('keep crashed --ms 1000 --deaf')
    await env.DB.prepare('UPDATE runs SET due_at = 1 WHERE id = ?').bind(first.id).run()
    await sweep(services)
    expect([await stateOf(first.id), (await statusOf('crashed')).holder?.run]).toEqual(['lost', first.id])
    await world.hears('ada', '/pawl lock list crashed')
    expect(await recordsOf('lock:list')).toMatchObject([{ lock: 'crashed', run: first.id }])
    const answer = await world.hears('ada', '/pawl lock break crashed --reason test')
    expect(answer).toContain('Nobody waits for it.')
    expect((await statusOf('crashed')).holder).toBeNull()
    expect(await brokenEvents(first.id)).toHaveLength(1)
    expect(await epochOf('crashed')).toBe(2)
  })

  it('says that nobody holds a lock that is free', async () => {
    expect(await world.hears('ada', '/pawl lock break free --reason test')).toContain('nobody holds the lock free')
  })

  it('does nothing to a run that has moved on meanwhile', async () => {
    const first = await holder('keep moved --ms 900')
    const db = services.openDb()
    const batch = db.batch.bind(db)
    db.batch = async (statements) => {
      await env.DB.prepare('UPDATE runs SET attempt = attempt + 1 WHERE id = ?').bind(first.id).run()
      return await batch(statements)
    }
    const actor = { platform: 'slack', workspace: 'T0PAWL', id: 'U0ADA00001' } as const
    const subject = { user: null, groups: [], permissions: new Set<string>(), administrator: true }
    const facts = { run: 'r_test', actor, subject, db } as unknown as Parameters<typeof breakLock>[1]
    expect(await breakLock(services, facts, 'moved', 'test')).toMatchObject({
      ok: false,
      message: expect.stringContaining('has moved on meanwhile'),
    })
    expect([await stateOf(first.id), await brokenEvents(first.id)]).toEqual(['running', []])
    await env.DB.prepare('UPDATE runs SET attempt = attempt - 1 WHERE id = ?').bind(first.id).run()
  })

  it('is refused without its permission, and needs a reason', async () => {
    expect(await world.hears('grace', '/pawl lock break x --reason test')).toContain('lock:break')
    await world.says('ada', '/pawl lock break x')
    // What is missing is asked for in a form.
    expect(world.simulator.slack.user('ada').in('#ops').form()?.fields).toContainEqual(
      expect.objectContaining({ id: expect.stringContaining('reason'), required: true }),
    )
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
