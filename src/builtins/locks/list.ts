/** `lock list`: who holds which lock, and who waits. Network: D1, the locks. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { countJoiners, type JoinersRow } from '../../db/joins.ts'
import { type LockKeyRow, selectLockKeys } from '../../db/locks.ts'
import type { LockState } from '../../singleton/lock.ts'
import { houseOf } from '../house.ts'

/** Each lock is asked for itself, and one request may ask 50 others on Cloudflare's free plan (platform.md 1.1). */
const LOCKS_MAX = 30

/** Of a longer line only the head is named. */
const WAITERS_SHOWN = 5

export default defineCommand({
  name: 'lock list',
  summary: 'List the locks that runs hold or wait for',
  description:
    'A lock whose run has ended without giving it back stays held until its lease ends; name its key to see it when nobody waits for it.',
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
  async handler({ key, limit, after }, ctx) {
    const { db, lockStatus } = houseOf(ctx)
    const keys =
      key === undefined
        ? (await selectLockKeys(db, { after, limit }).all<LockKeyRow>()).results.map((row) => row.key)
        : [key]
    const locks = await Promise.all(keys.map(async (name) => ({ name, ...(await lockStatus(name)) })))
    const holders = locks.flatMap(({ holder }) => (holder ? [holder.run] : []))
    const { results } = await countJoiners(db, holders).all<JoinersRow>()
    const joiners = new Map(results.map((row) => [row.joins, row.joiners]))
    return locks.map((lock) => recordOf(lock, joiners))
  },
})

function recordOf(
  { name, holder, epoch, waiters }: LockState & { name: string },
  joiners: ReadonlyMap<string, number>,
) {
  const shown = waiters.slice(0, WAITERS_SHOWN).map(({ run, who }) => `${run} (${who})`)
  const more = waiters.length - shown.length
  return {
    lock: name,
    // Null while nobody has it: whoever needs it is about to take it.
    run: holder?.run ?? null,
    who: holder?.who ?? null,
    since: holder ? new Date(holder.since).toISOString() : null,
    epoch,
    waiting: more > 0 ? [...shown, `and ${more} more`] : shown,
    joined: holder ? (joiners.get(holder.run) ?? 0) : 0,
  }
}
