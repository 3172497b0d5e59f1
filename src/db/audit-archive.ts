/** The queries of what leaves D1 for archives and sinks, and of what is pruned then. Network: D1 only (through the statements it returns). */
import type { AuditEvent } from '../audit/event.ts'
import type { TileId } from '../audit/tile.ts'
import { auditLine, INSERT_LINES } from './audit.ts'
import type { Database } from './database.ts'

/** These tiles of the log's tree, as `StoredTile`; those that there are. */
export function selectTiles(db: Database, ids: readonly TileId[]): D1PreparedStatement {
  return db
    .prepare(
      `SELECT t.level, t.n, t.hashes FROM json_each(?) e
         JOIN audit_tiles t ON t.level = e.value ->> 'level' AND t.n = e.value ->> 'n'`,
    )
    .bind(JSON.stringify(ids))
}

/**
 * The checkpoints that an archive of some lines holds, as `Checkpoint`: the first that covers all of them, and those in between that
 * several keys have signed.
 */
export function selectArchiveCheckpoints(db: Database, from: number, to: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT size, at, note FROM checkpoints
       WHERE size = (SELECT min(size) FROM checkpoints WHERE size >= ?2)
         OR (size BETWEEN ?1 AND ?2 AND note LIKE '%' || char(10) || '— %' || char(10) || '— %')
       ORDER BY size`,
    )
    .bind(from, to)
}

/** How far lines may leave D1, each the greatest that may: the last row and the last sealed one stay. */
export interface PruneBounds {
  readonly pruned_to: number
  /** Below the newest checkpoint, the newest row, and what every sink has. */
  readonly bound: number
  /** When the oldest line was written; null when there is none. */
  readonly oldest: number | null
}

/** @param sinks names of those that must have a line before it goes */
export function selectPruneBounds(db: Database, sinks: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      `SELECT pruned_to,
         min(
           (SELECT coalesce(max(size), 0) FROM checkpoints) - 1,
           (SELECT coalesce(max(seq), 0) FROM audit) - 1,
           (SELECT min(coalesce(s.cursor, 0)) FROM json_each(?1) e LEFT JOIN audit_sinks s ON s.name = e.value)
         ) AS bound,
         (SELECT at FROM audit ORDER BY seq LIMIT 1) AS oldest
       FROM audit_bounds`,
    )
    .bind(JSON.stringify(sinks))
}

/** The last of the oldest lines that are all older than `before`: `last`, null when there is none. Looks at `rows` of them. */
export function selectOldTo(db: Database, bound: number, before: number, rows: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT coalesce(min(CASE WHEN at >= ?2 THEN seq END) - 1, max(seq)) AS last
       FROM (SELECT seq, at FROM audit WHERE seq <= ?1 ORDER BY seq LIMIT ?3)`,
    )
    .bind(bound, before, rows)
}

/** Takes the lines behind `from` up to `to` out of D1, with the event that says so; nothing when somebody else has done it. */
export function pruneLines(
  db: Database,
  { from, to }: { readonly from: number; readonly to: number },
  event: AuditEvent,
): D1PreparedStatement[] {
  return [
    db
      .prepare(`${INSERT_LINES} FROM json_each(?) e WHERE EXISTS (SELECT 1 FROM audit_bounds WHERE pruned_to = ?)`)
      .bind(`[${auditLine(event)}]`, from),
    db.prepare('UPDATE audit_bounds SET pruned_to = ?2 WHERE pruned_to = ?1').bind(from, to),
    db.prepare('DELETE FROM audit WHERE seq <= (SELECT pruned_to FROM audit_bounds)'),
  ]
}

/** Whether it was said since then that the database fills up to this much: `told` is 1 or 0. Looks at the newest `rows` lines. */
export function selectFillingTold(db: Database, percent: number, since: number, rows: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT EXISTS (
         SELECT 1 FROM (SELECT code, at, event FROM audit ORDER BY seq DESC LIMIT ?3)
         WHERE code = 'database.filling' AND at > ?2 AND event ->> 'percent' = ?1
       ) AS told`,
    )
    .bind(percent, since, rows)
}
