/** `run cancel` in the very moment in which the run is put aside or claimed: real consumers, with the moment made certain. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { defineCommand, wait } from '#pawl'
import { holdBack, work, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

/** How far handlers may go: each goes on, and is put aside, once for each opening. */
const gate = { opened: 0 }
const never = new AbortController().signal

const doze = defineCommand({
  name: 'doze',
  summary: 'Wait again and again',
  effects: 'write',
  run: 'job',
  timeout: '2h',
  rules: ['when command is doze allow'],
  async handler(_, ctx) {
    for (let round = 1; round <= 9; round++) {
      await ctx.step(`round ${round}`, async () => {
        while (gate.opened < round) await wait(5, never)
      })
      await ctx.sleep('10m')
    }
    return 'slept'
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(doze)
})
beforeEach(() => {
  gate.opened = 0
  holdBack()
})
afterEach(() => {
  vi.mocked(env.DB.withSession).mockRestore?.()
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const runRow = () => world.newestRun('doze')
const reaches = (state: string) =>
  vi.waitUntil(async () => (await runRow()).state === state, { timeout: 5_000, interval: 10 })

interface Move {
  readonly sql: string
  readonly act: () => Promise<unknown>
}

/** Says a line and, before each batch with the SQL of the next move, makes that move. */
async function hearsWith(line: string, moves: readonly Move[]): Promise<{ text: string; left: number }> {
  const left = [...moves]
  const orders: (() => Promise<unknown>)[] = []
  intercept(left, orders)
  let answer: string | null = null
  const hearing = world.hears('ada', line).then((text) => {
    answer = text
    return text
  })
  // Made here: what a request begins ends with it.
  while (answer === null) {
    await orders.shift()?.()
    await wait(5, never)
  }
  vi.mocked(env.DB.withSession).mockRestore()
  return { text: await hearing, left: left.length }
}

function intercept(moves: Move[], orders: (() => Promise<unknown>)[]): void {
  const open = env.DB.withSession.bind(env.DB)
  vi.spyOn(env.DB, 'withSession').mockImplementation((mode) => {
    const session = open(mode)
    const prepare = session.prepare.bind(session)
    const batch = session.batch.bind(session)
    let written = ''
    session.prepare = (sql) => {
      written += sql
      return prepare(sql)
    }
    session.batch = async (statements) => {
      const [move] = moves
      if (move && written.includes(move.sql)) {
        moves.shift()
        let made = false
        orders.push(async () => {
          await move.act()
          made = true
        })
        while (!made) await wait(5, never)
      }
      written = ''
      return await batch(statements)
    }
    return session
  })
}

/** What stops a running run, and what ends a queued one. */
const ASKS = 'SET cancel_by = ?2'
const ENDS = 'ended_at = ?'

/** The handler comes to its next wait, and the run is put aside. */
async function putAside(): Promise<void> {
  gate.opened++
  await reaches('queued')
}

/** Not by the clock: a request under way would be late. */
async function endWait(id: unknown): Promise<void> {
  await env.DB.batch([
    env.DB.prepare('UPDATE runs SET wake_at = 1 WHERE id = ?').bind(id),
    env.DB.prepare(
      "UPDATE run_steps SET value = json_set(value, '$.until', 1) WHERE run = ? AND state = 'waiting'",
    ).bind(id),
  ])
}

/** The wait of a run is over, and a consumer claims it. */
async function claim(id: unknown): Promise<void> {
  await endWait(id)
  void work(id)
  await reaches('running')
}

async function begin(): Promise<{ readonly id: string; readonly final: () => Promise<{ readonly text: string }> }> {
  const exchange = await world.says('ada', '/pawl doze')
  const { id } = await runRow()
  void work(id)
  await reaches('running')
  return { id: String(id), final: () => exchange.final({ withinMs: 10_000 }) }
}

it('stops a run that is put aside before it could be asked to stop', async () => {
  const { id, final } = await begin()
  const { text, left } = await hearsWith(`/pawl run cancel ${id}`, [{ sql: ASKS, act: putAside }])
  expect([text, left]).toEqual([expect.stringContaining('was cancelled while it waited to go on'), 0])
  expect(await runRow()).toMatchObject({ state: 'cancelled', cancel_by: null })
  expect((await final()).text).toContain('was cancelled by')
  expect(await world.auditOf(id)).not.toContain('run.cancel_requested')
})

it('asks a run to stop that is claimed before it could be cancelled', async () => {
  const { id, final } = await begin()
  await putAside()
  const { text, left } = await hearsWith(`/pawl run cancel ${id}`, [{ sql: ENDS, act: () => claim(id) }])
  expect([text, left]).toEqual([expect.stringContaining('is being stopped'), 0])
  // It cannot be put aside any more: it ends.
  gate.opened++
  expect((await final()).text).toContain('was cancelled by')
  expect(await runRow()).toMatchObject({ state: 'cancelled', attempt: 2 })
}, 20_000)

it('follows a run that moves three times', async () => {
  const { id, final } = await begin()
  const { text, left } = await hearsWith(`/pawl run cancel ${id}`, [
    { sql: ASKS, act: putAside },
    { sql: ENDS, act: () => claim(id) },
    { sql: ASKS, act: putAside },
  ])
  expect([text, left]).toEqual([expect.stringContaining('was cancelled while it waited to go on'), 0])
  expect((await final()).text).toContain('was cancelled by')
}, 20_000)

it('gives up on a run that moves four times, and says so', async () => {
  const { id, final } = await begin()
  const { text, left } = await hearsWith(`/pawl run cancel ${id}`, [
    { sql: ASKS, act: putAside },
    { sql: ENDS, act: () => claim(id) },
    { sql: ASKS, act: putAside },
    { sql: ENDS, act: () => claim(id) },
  ])
  expect([text, left]).toEqual([expect.stringContaining('is running: it moves on too fast'), 0])
  expect(await world.hears('ada', `/pawl run cancel ${id}`)).toContain('is being stopped')
  gate.opened++
  expect((await final()).text).toContain('was cancelled by')
}, 20_000)

it('says of a run that ends in that moment that there is nothing to cancel', async () => {
  const { id, final } = await begin()
  const end = async () => {
    gate.opened = 9
    await putAside()
    while ((await runRow()).state !== 'succeeded') {
      await endWait(id)
      await work(id)
    }
  }
  const { text, left } = await hearsWith(`/pawl run cancel ${id}`, [{ sql: ASKS, act: end }])
  expect([text, left]).toEqual([expect.stringContaining('is succeeded: there is nothing to cancel'), 0])
  expect((await final()).text).toContain('slept')
}, 20_000)

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
