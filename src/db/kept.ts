/** The statements of the records that `tee` keeps. Network: D1 only (through the statements it returns). */
import type { Database } from './database.ts'

export interface KeptRow {
  readonly name: string
  readonly owner: string | null
  /** JSON list of records. */
  readonly records: string
  readonly kept_by: string
  readonly kept_at: number
  readonly expires_at: number
}

/** Keeps records under a name, in place of earlier ones; changes nothing when the owner has `most` other names already. */
export function keepRecords(db: Database, kept: KeptRow, most: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO kept_records (name, owner, records, kept_by, kept_at, expires_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6
       WHERE (SELECT COUNT(*) FROM kept_records WHERE owner IS ?2 AND name <> ?1) < ?7
       ON CONFLICT (COALESCE(owner, ''), name) DO UPDATE SET records = excluded.records, kept_by = excluded.kept_by,
         kept_at = excluded.kept_at, expires_at = excluded.expires_at`,
    )
    .bind(kept.name, kept.owner, kept.records, kept.kept_by, kept.kept_at, kept.expires_at, most)
}

export function deleteExpired(db: Database, now: number): D1PreparedStatement {
  return db.prepare('DELETE FROM kept_records WHERE expires_at <= ?').bind(now)
}

export function selectKept(db: Database, owner: string | null, name: string, now: number): D1PreparedStatement {
  return db
    .prepare('SELECT * FROM kept_records WHERE owner IS ?1 AND name = ?2 AND expires_at > ?3')
    .bind(owner, name, now)
}

/** The names an owner has, for "did you mean". */
export function selectKeptNames(db: Database, owner: string | null, now: number): D1PreparedStatement {
  return db
    .prepare('SELECT name FROM kept_records WHERE owner IS ?1 AND expires_at > ?2 ORDER BY name')
    .bind(owner, now)
}
