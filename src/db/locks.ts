/** What the runs table knows of locks. Network: D1 only (through the statements it returns). */
import type { Database } from './database.ts'

/** A lock that live runs hold or wait for. */
export interface LockKeyRow {
  readonly key: string
}

/** The locks that live runs need, behind `after` in the order of their keys. */
export function selectLockKeys(db: Database, { after, limit }: { after: string; limit: number }): D1PreparedStatement {
  return db
    .prepare(
      `SELECT DISTINCT l.value ->> 'key' AS key FROM runs r, json_each(r.locks) l
       WHERE r.due_at IS NOT NULL AND l.value ->> 'key' > ?1 ORDER BY key LIMIT ?2`,
    )
    .bind(after, limit)
}
