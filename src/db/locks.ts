/** What the runs table knows of locks. Network: D1 only (through the statements it returns). */
import type { State } from '../runs/state.ts'
import type { Database } from './database.ts'

/** A lock that runs hold or wait for. */
export interface LockKeyRow {
  readonly key: string
  /** 0 when no live run needs it: then one that has ended may have left it behind. */
  readonly live: 0 | 1
}

export interface LockKeysQuery {
  /** Only keys behind this one, in their order. */
  readonly after: string
  readonly limit: number
  /** Runs that ended before this time have no lease any more. Milliseconds since 1970. */
  readonly endedSince: number
}

/** The locks that live runs need, and those that a run held which somebody else ended: it has not given them back. */
export function selectLockKeys(db: Database, { after, limit, endedSince }: LockKeysQuery): D1PreparedStatement {
  return db
    .prepare(
      `SELECT key, max(live) AS live FROM (
         SELECT l.value ->> 'key' AS key, 1 AS live FROM runs r, json_each(r.locks) l WHERE r.due_at IS NOT NULL
         UNION ALL
         SELECT l.value ->> 'key', 0 FROM runs r, json_each(r.locks) l
         WHERE r.locks <> '[]' AND r.state IN ('lost', 'cancelled', 'timed_out') AND r.ended_at > ?3
           AND l.value ->> 'epoch' IS NOT NULL
       ) WHERE key > ?1 GROUP BY key ORDER BY key LIMIT ?2`,
    )
    .bind(after, limit, endedSince)
}

/** A run that holds a lock. */
export interface HolderRow {
  readonly id: string
  readonly state: State
  /** How many live runs have joined it. */
  readonly joiners: number
}

/** How runs stand that hold locks, and how many have joined each. */
export function selectHolders(db: Database, runs: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      `SELECT r.id, r.state, (
         SELECT count(*) FROM runs j WHERE j.joins = r.id AND j.joins IS NOT NULL AND j.ended_at IS NULL
       ) AS joiners FROM runs r WHERE r.id IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(runs))
}
