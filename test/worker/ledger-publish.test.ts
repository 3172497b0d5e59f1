/** The Ledger started anew: it has forgotten what it published, and D1 may hold all of it, nothing, or what another hand put there. */
import { applyD1Migrations, env, evictDurableObject, reset, runInDurableObject } from 'cloudflare:test'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyTally, type Tally, tallied, tallyStorage } from '../../bench/audit/tally.ts'
import type { Ledger } from '../../src/audit/ledger.ts'
import { ledger, naiveRoot, opened, rowsOf, seal, status, tamper, write } from './ledger.kit.ts'

// Five lines are sealed, and then eight.
beforeEach(async () => {
  vi.restoreAllMocks()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await reset()
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  await write(4)
  await seal()
  await write(3)
  await seal()
})

const checkpoints = () => rowsOf('SELECT size, at, note FROM checkpoints ORDER BY size')
const tiles = () => rowsOf('SELECT level, n, hashes FROM audit_tiles ORDER BY level, n')
const restart = () => evictDurableObject(ledger())

/** What the Ledger's present instance uses from now on. */
async function counted(): Promise<Tally> {
  const tally = emptyTally()
  await runInDurableObject(ledger(), (instance: Ledger, ctx) => {
    tallyStorage(ctx, tally)
    Reflect.set(instance, 'env', { ...env, DB: tallied(env.DB, tally) })
  })
  return tally
}

/** Takes from D1 what the last sealing published, as if the object had died before. */
async function unpublish(): Promise<void> {
  for (const trigger of ['checkpoints_no_delete', 'audit_tiles_no_delete', 'audit_tiles_grow'])
    await env.DB.prepare(`DROP TRIGGER ${trigger}`).run()
  await env.DB.prepare('DELETE FROM checkpoints WHERE size = 8').run()
  const [{ hashes } = {}] = await tiles()
  const five = Buffer.from(String(hashes), 'base64').subarray(0, 5 * 32)
  await env.DB.prepare('UPDATE audit_tiles SET hashes = ?').bind(five.toString('base64')).run()
}

/** What was published is in D1 to the letter, and the log goes on. */
async function isPublished(before: { checkpoints: unknown; tiles: unknown }): Promise<void> {
  expect(await seal()).toEqual({ ok: true, size: 8, sealed: 0 })
  expect(await checkpoints()).toEqual(before.checkpoints)
  expect(await tiles()).toEqual(before.tiles)
  await write(1)
  expect(await seal()).toEqual({ ok: true, size: 9, sealed: 1 })
  expect((await status()).problems).toEqual([])
}

const published = async () => ({ checkpoints: await checkpoints(), tiles: await tiles() })

describe('a sealing', () => {
  it.each([
    ['of one line', 1],
    ['of lines that fill a tile', 300],
    ['under two checkpoints', 10_001],
  ])('%s writes one row of the Ledger’s storage a checkpoint', async (_, lines) => {
    const before = (await checkpoints()).length
    await write(lines)
    const tally = await counted()
    expect(await seal()).toEqual({ ok: true, size: 8 + lines, sealed: lines })
    expect(tally.objectRowsWritten).toBe((await checkpoints()).length - before)
  })

  it('that finds nothing writes nothing', async () => {
    const tally = await counted()
    expect(await seal()).toEqual({ ok: true, size: 8, sealed: 0 })
    expect(tally).toMatchObject({ objectRowsWritten: 0, rowsWritten: 0, trips: 1 })
  })
})

describe('after a restart the Ledger', () => {
  it('finds what it published, and writes nothing: neither in D1 nor in its own storage', async () => {
    const before = await published()
    await env.DB.prepare('UPDATE audit_bounds SET pruned_to = 6').run()
    await env.DB.prepare('DELETE FROM audit WHERE seq <= 6').run()
    await restart()
    const tally = await counted()
    expect(await seal()).toEqual({ ok: true, size: 8, sealed: 0 })
    expect(tally).toMatchObject({ objectRowsWritten: 0, rowsWritten: 0, trips: 2 })
    expect(await seal()).toEqual({ ok: true, size: 8, sealed: 0 })
    expect(tally.trips).toBe(3)
    await isPublished(before)
  })

  it('publishes what it had stored when it was killed on the way to D1', async () => {
    await write(300)
    await runInDurableObject(ledger(), (instance: Ledger, ctx) => {
      const session = Object.assign(env.DB.withSession('first-primary'), {
        batch: () => {
          ctx.abort('killed')
          return new Promise(() => {})
        },
      })
      Reflect.set(instance, 'env', { ...env, DB: { withSession: () => session } })
    })
    await expect(seal()).rejects.toThrow('killed')
    const { newest, key } = await status()
    expect(newest?.size).toBe(308)
    expect((await checkpoints()).map(({ size }) => size)).toEqual([5, 8])

    expect(await seal()).toEqual({ ok: true, size: 308, sealed: 0 })
    expect((await checkpoints()).at(-1)).toEqual(newest)
    expect((await tiles()).map(({ hashes }) => atob(String(hashes)).length / 32)).toEqual([256, 52, 1])
    expect((await opened(newest?.note ?? '', key?.vkey ?? '')).root).toBe(await naiveRoot(308))
  })

  it('publishes once more what D1 lost while it kept the lines', async () => {
    const before = await published()
    await unpublish()
    await restart()
    await isPublished(before)
  })

  it('publishes the tiles where only the checkpoint is there', async () => {
    const before = await published()
    await unpublish()
    const { newest } = await status()
    await env.DB.prepare('INSERT INTO checkpoints VALUES (?, ?, ?)').bind(newest?.size, newest?.at, newest?.note).run()
    await restart()
    await isPublished(before)
  })

  it.each([
    ['in its place', 8],
    ['between it and the one before it', 7],
    ['behind it', 9],
  ])('names the row of another hand %s where its own is not there', async (_, size) => {
    const before = await published()
    await write(1)
    await unpublish()
    await env.DB.prepare("INSERT INTO checkpoints VALUES (?, 1, 'x')").bind(size).run()
    await restart()
    for (let i = 0; i < 2; i++)
      expect(await seal()).toEqual({
        ok: false,
        problem: `the row of checkpoints with size ${size} is not this Ledger's, and in the way of checkpoint 8: docs/deploy.md#when-it-is-broken says what to do`,
      })
    await env.DB.prepare('DELETE FROM checkpoints WHERE size = ?').bind(size).run()
    expect(await seal()).toMatchObject({ ok: true, size: 9 })
    expect((await checkpoints()).slice(0, 2)).toEqual(before.checkpoints)
  })

  it('names the row before its own checkpoint, also where another hand has put that and its tiles there', async () => {
    const [, mine] = await checkpoints()
    const whole = await tiles()
    await unpublish()
    await env.DB.prepare("INSERT INTO checkpoints VALUES (7, 1, 'x')").run()
    await env.DB.prepare('INSERT INTO checkpoints VALUES (8, ?, ?)').bind(mine?.at, mine?.note).run()
    await env.DB.prepare('UPDATE audit_tiles SET hashes = ?').bind(whole[0]?.hashes).run()
    await restart()
    expect(await seal()).toMatchObject({ ok: false, problem: expect.stringContaining('checkpoints with size 7') })
  })

  it('names a row behind its newest checkpoint when the next one is to be published', async () => {
    await write(3)
    await env.DB.prepare("INSERT INTO checkpoints VALUES (10, 1, 'x')").run()
    await restart()
    expect(await seal()).toMatchObject({
      ok: false,
      problem: expect.stringContaining("size 10 is not this Ledger's, and in the way of checkpoint 11"),
    })
    expect((await status()).newest?.size).toBe(11)
  })

  it.each([
    ['', 'line 8, the last that was sealed, is gone from D1'],
    [' and written on', 'line 8, the last that was sealed, is not what it was'],
  ])('publishes nothing into a D1 that was put back to an earlier state%s', async (written, problem) => {
    const [first] = await checkpoints()
    await unpublish()
    await tamper('DELETE FROM audit WHERE seq > 5')
    const before = await tiles()
    // Other lines than those were: in the place of the eighth stands another one.
    for (let i = 0; written !== '' && i < 5; i++) await write(1)
    await restart()
    for (let i = 0; i < 2; i++)
      expect(await seal()).toMatchObject({ ok: false, problem: expect.stringContaining(problem) })
    expect(await checkpoints()).toEqual([first])
    expect(await tiles()).toEqual(before)
  })
})
