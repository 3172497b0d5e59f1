/** The fence inside D1: whoever holds several locks writes only while none of them has passed on. */
import { env } from 'cloudflare:test'
import { beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { changeState, extendClaim, type HeldLock, insertRun, raiseEpochs } from '../../src/db/runs.ts'

const db = openDatabase(env.DB)
const held: HeldLock[] = [
  { key: "quo'te", epoch: 3 },
  { key: '{"key":"b"}', epoch: 5 },
]
let count = 0
let run = ''

beforeEach(async () => {
  run = `r_fence${++count}`
  await env.DB.prepare('DELETE FROM epochs').run()
  const made = { id: run, digest: 'd', source: 'test', platform: 'slack', workspace: 'T1', actor: 'U1', channel: '{}' }
  const kind = { line: 'x', history: 'whole', command: 'x', effects: 'write', mode: 'job', retry: 'unsafe' } as const
  await insertRun(db, { ...made, ...kind, change: 'c0', due_at: 1, address: null, created_at: 1 }).run()
  await changeState(db, { run, change: 'c1', from: ['accepted'], to: 'running', set: { attempt: 1 } }).run()
})

const ends = async () =>
  (await changeState(db, { run, change: 'c2', from: ['running'], to: 'succeeded', attempt: 1, held }).run()).meta
    .changes
const extends_ = async () => (await extendClaim(db, { run, attempt: 1, held, dueAt: 9 }).all()).results.length

/** Locks whose keys have been used up to these epochs, and whether the holder may still write. */
const CASES: [string, [number | null, number | null], 0 | 1][] = [
  ['nobody has used', [null, null], 1],
  ['only it has used', [3, 5], 1],
  ['an earlier one has used', [2, 4], 1],
  ['a later one has used the first of', [4, 5], 0],
  ['a later one has used the second of', [3, 6], 0],
  ['a later one has used the second of, and nobody the first of', [null, 6], 0],
]

describe('a holder of two locks', () => {
  it.each(CASES)('which %s: what it may do', async (_, epochs, allowed) => {
    const used = held.flatMap(({ key }, i) => {
      const epoch = epochs[i] ?? null
      return epoch === null ? [] : [{ key, epoch }]
    })
    await raiseEpochs(db, [...used, { key: 'unrelated', epoch: 99 }]).run()
    expect(await extends_()).toBe(allowed)
    expect(await ends()).toBe(allowed)
  })
})

describe('the highest epochs', () => {
  it('are noted for all locks at once, and only grow', async () => {
    await raiseEpochs(db, held).run()
    await raiseEpochs(
      db,
      held.map(({ key }, i) => ({ key, epoch: i === 0 ? 1 : 7 })),
    ).run()
    const { results } = await env.DB.prepare('SELECT epoch FROM epochs ORDER BY epoch').all()
    expect(results).toEqual([{ epoch: 3 }, { epoch: 7 }])
  })
})
