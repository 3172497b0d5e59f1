/** The freezes table's statements; those that hold are read with the policy (`site.ts`). Network: D1 only (through the statements it returns). */
import { namesJson } from '../policy/document/names.ts'
import type { Freeze } from '../policy/site.ts'
import type { Database } from './database.ts'
import { NAMES_KEPT } from './document-write.ts'

/** A row as the lists read it. */
export interface FreezeRow {
  readonly id: number
  readonly reason: string
  /** JSON; null: every command. */
  readonly commands: string | null
  readonly condition: string | null
  readonly except_permission: string | null
  readonly by_name: string
  readonly started_at: number
  readonly until: number | null
  readonly ended_at: number | null
  /** Null where its time was over. */
  readonly ended_by: string | null
}

/** The number that the next freeze gets, as none is ever deleted, and how many hold. Good for the version of the policy that was read before. */
export function selectNextFreeze(db: Database, now: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT coalesce(max(id), 0) + 1 AS id, sum(ended_at IS NULL AND (until IS NULL OR until > ?1)) AS holding
       FROM freezes`,
    )
    .bind(now)
}

/** `names` are those of a document; users and groups are kept by their numbers. */
export function insertFreeze(db: Database, freeze: Freeze): D1PreparedStatement {
  const { id, reason, commands, condition, names, exceptPermission, byName, startedAt, until } = freeze
  return db
    .prepare(
      `INSERT INTO freezes (id, reason, commands, condition, names, except_permission, by_name, started_at, until)
       VALUES (?2, ?3, ?4, ?5, ${NAMES_KEPT}, ?6, ?7, ?8, ?9)`,
    )
    .bind(
      namesJson(names),
      id,
      reason,
      commands && JSON.stringify(commands),
      condition,
      exceptPermission,
      byName,
      startedAt,
      until,
    )
}

/** Notes as ended what its time has ended already: it is read with the policy no more. */
export function endLapsed(db: Database, now: number): D1PreparedStatement {
  return db
    .prepare('UPDATE freezes SET ended_at = until WHERE ended_at IS NULL AND until IS NOT NULL AND until <= ?1')
    .bind(now)
}

export function endFreeze(db: Database, id: number, by: string, now: number): D1PreparedStatement {
  return db
    .prepare('UPDATE freezes SET ended_at = ?3, ended_by = ?2 WHERE id = ?1 AND ended_at IS NULL')
    .bind(id, by, now)
}

export function selectFreeze(db: Database, id: number): D1PreparedStatement {
  return db.prepare('SELECT * FROM freezes WHERE id = ?').bind(id)
}

/** The newest first; with `all`, those that are over, too. */
export function selectFreezes(db: Database, all: boolean, now: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT * FROM freezes WHERE ?1 OR (ended_at IS NULL AND (until IS NULL OR until > ?2)) ORDER BY id DESC LIMIT ?3`,
    )
    .bind(all ? 1 : 0, now, limit)
}
