/** `lock list`: who holds which lock, and who waits. Network: D1, the locks. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { type HolderRow, type LockKeyRow, selectHolders, selectLockKeys } from '../../db/locks.ts'
import { type LockState, WAITING_LEASE_MS } from '../../singleton/lock.ts'
import { houseOf } from '../house.ts'

/** Each lock is asked for itself, and one request may ask 50 others on Cloudflare's free plan (platform.md 1.1). */
const LOCKS_MAX = 30

/** Of a longer line only the head is named. */
const WAITERS_SHOWN = 5

export default defineCommand({
  name: 'lock list',
  summary: 'List the locks that runs hold or wait for',
  description:
    'A lock whose run was ended by somebody else, as when it crashed, stays held until its lease ends: it is listed with the state of that run.',
  options: {
    key: z.string().max(200).optional().describe('Only this lock'),
    limit: z.int().min(1).max(LOCKS_MAX).default(LOCKS_MAX).describe('How many'),
    after: z.string().max(200).default('').describe('Only locks behind this one: the next page'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is lock:list must have run:read'],
  examples: [
    ['lock list', 'every lock that a run holds or waits for'],
    ['lock list deploy:web:prod', 'who has this one'],
  ],
  empty: 'No run holds a lock or waits for one.',
  async handler({ key, limit, after }, ctx) {
    const { db, lockStatus } = houseOf(ctx)
    const query = { after, limit, endedSince: ctx.now() - WAITING_LEASE_MS }
    const keys =
      key === undefined ? (await selectLockKeys(db, query).all<LockKeyRow>()).results : [{ key, live: 1 as const }]
    const asked = await Promise.all(keys.map(async (row) => ({ ...row, ...(await lockStatus(row.key)) })))
    // What an ended run had and nobody has any more is of no interest.
    const locks = asked.filter(({ live, holder }) => live === 1 || holder !== null)
    const runs = locks.flatMap(({ holder }) => (holder ? [holder.run] : []))
    const { results } = await selectHolders(db, runs).all<HolderRow>()
    const holders = new Map(results.map((row) => [row.id, row]))
    return locks.map((lock) => recordOf(lock, holders))
  },
})

function recordOf(
  { key, holder, epoch, waiters }: LockState & { readonly key: string },
  holders: ReadonlyMap<string, HolderRow>,
) {
  const run = holder && holders.get(holder.run)
  const shown = waiters.slice(0, WAITERS_SHOWN).map(({ run, who }) => `${run} (${who})`)
  const more = waiters.length - shown.length
  return {
    lock: key,
    // Null while nobody has it: whoever needs it is about to take it.
    run: holder?.run ?? null,
    // One that has ended did not give it back.
    state: run?.state ?? null,
    who: holder?.who ?? null,
    since: holder ? new Date(holder.since).toISOString() : null,
    // Renewed while somebody is at work on that run.
    until: holder ? new Date(holder.until).toISOString() : null,
    epoch,
    waiting: more > 0 ? [...shown, `and ${more} more`] : shown,
    joined: run?.joiners ?? 0,
  }
}
