/** The statements of aliases. Network: D1 only (through the statements it returns). */
import { DEPTH_MAX } from '../alias/alias.ts'
import type { Database } from './database.ts'

export interface AliasRow {
  readonly id: number
  readonly name: string
  /** The actor's key of a personal one; null is site-wide. */
  readonly owner: string | null
  readonly text: string
  /** JSON list of the aliases that its line names. */
  readonly uses: string
  readonly created_by: string
  readonly created_at: number
}

/** Of all aliases those that an actor sees: `?1` is the actor's key, null sees the site's alone. */
const VISIBLE = '(a.owner IS NULL OR a.owner = ?1)'

/**
 * The named aliases that an actor sees, and those that they stand on: all that an expansion needs, in one query. One level more
 * than may be used, so that the refusal can tell too deep from missing.
 */
export function selectAliases(db: Database, owner: string | null, names: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      `WITH RECURSIVE wanted (name, depth) AS (
         SELECT value, 1 FROM json_each(?2)
         UNION
         SELECT u.value, w.depth + 1 FROM wanted w JOIN aliases a ON a.name = w.name AND ${VISIBLE}, json_each(a.uses) u
         WHERE w.depth <= ${DEPTH_MAX}
       )
       SELECT a.* FROM aliases a WHERE a.name IN (SELECT name FROM wanted) AND ${VISIBLE}`,
    )
    .bind(owner, JSON.stringify(names))
}

/** Everything an actor sees, by name. */
export function selectVisible(db: Database, owner: string, limit: number): D1PreparedStatement {
  return db.prepare(`SELECT a.* FROM aliases a WHERE ${VISIBLE} ORDER BY a.name LIMIT ?2`).bind(owner, limit)
}

/** Aliases of this name that are in the way of a new one: of the same owner, of the site, or anybody's for one of the site. */
export function selectNamesakes(db: Database, owner: string | null, name: string): D1PreparedStatement {
  return db
    .prepare('SELECT a.* FROM aliases a WHERE a.name = ?2 AND (?1 IS NULL OR a.owner IS NULL OR a.owner = ?1)')
    .bind(owner, name)
}

/** An alias whose line names another, and whose it is. */
export type AliasUser = Pick<AliasRow, 'name' | 'owner'>

/** Everybody's aliases whose line names this one: of one of the site anybody's may, of a personal one only its owner's. */
export function selectUsers(db: Database, owner: string | null, name: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT a.name, a.owner FROM aliases a WHERE (?1 IS NULL OR a.owner = ?1) AND a.name <> ?2
       AND EXISTS (SELECT 1 FROM json_each(a.uses) u WHERE u.value = ?2) ORDER BY a.name`,
    )
    .bind(owner, name)
}

/** An alias that stands on another by whatever way, or that one of those needs beside it. */
export interface StandingRow {
  /** The owner of the alias that stands on the other. */
  readonly owner: string | null
  readonly name: string
  readonly text: string
  /** 1 for an alias that stands on the other, 0 for one that only it needs. */
  readonly stands: number
}

/**
 * Everybody's aliases that stand on this one, and all that those stand on, as their owner sees it: what it takes to write them
 * out again. A name stands for one thing to each owner, for no alias hides another.
 */
export function selectStanding(db: Database, owner: string | null, name: string, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `WITH RECURSIVE up (name, owner, depth) AS (
         SELECT ?2, ?1, 0
         UNION
         SELECT a.name, a.owner, up.depth + 1 FROM up JOIN aliases a ON (up.owner IS NULL OR a.owner = up.owner)
         JOIN json_each(a.uses) u ON u.value = up.name WHERE up.depth < ${DEPTH_MAX}
       ), needs (owner, name, stands, depth) AS (
         SELECT owner, name, 1, 0 FROM up WHERE depth > 0
         UNION
         SELECT n.owner, u.value, 0, n.depth + 1 FROM needs n
         JOIN aliases a ON a.name = n.name AND (a.owner IS NULL OR a.owner = n.owner), json_each(a.uses) u
         WHERE n.depth <= ${DEPTH_MAX}
       )
       SELECT n.owner, a.name, a.text, MAX(n.stands) AS stands FROM needs n
       JOIN aliases a ON a.name = n.name AND (a.owner IS NULL OR a.owner = n.owner)
       GROUP BY n.owner, a.id LIMIT ?3`,
    )
    .bind(owner, name, limit)
}

export function countAliases(db: Database, owner: string | null): D1PreparedStatement {
  return db.prepare('SELECT COUNT(*) AS count FROM aliases WHERE owner IS ?').bind(owner)
}

export type NewAlias = Omit<AliasRow, 'id'>

/** @throws (when run) the error of {@link isNameTaken} when another of this name is visible to the same people */
export function insertAlias(db: Database, alias: NewAlias): D1PreparedStatement {
  return db
    .prepare('INSERT INTO aliases (name, owner, text, uses, created_by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)')
    .bind(alias.name, alias.owner, alias.text, alias.uses, alias.created_by, alias.created_at)
}

/** Renames it, or gives it to another owner; the same error as {@link insertAlias}. */
export function moveAlias(db: Database, id: number, name: string, owner: string | null): D1PreparedStatement {
  return db.prepare('UPDATE aliases SET name = ?2, owner = ?3 WHERE id = ?1').bind(id, name, owner)
}

export function deleteAlias(db: Database, id: number): D1PreparedStatement {
  return db.prepare('DELETE FROM aliases WHERE id = ?').bind(id)
}

/** Fails the batch (`integer overflow`) unless the alias is still the one that was read: the audit's "before" is then true. */
export function expectAlias(db: Database, { id, name, owner, text }: AliasRow): D1PreparedStatement {
  return db
    .prepare(
      `SELECT CASE WHEN EXISTS (SELECT 1 FROM aliases WHERE id = ?1 AND name = ?2 AND owner IS ?3 AND text = ?4) THEN 1
       ELSE abs(-9223372036854775807 - 1) END`,
    )
    .bind(id, name, owner, text)
}

/** True for the error of {@link expectAlias}. */
export function isAliasConflict(error: unknown): boolean {
  return error instanceof Error && /integer overflow/i.test(error.message)
}

/** True when the database refused a name because another alias has it. */
export function isNameTaken(error: unknown): boolean {
  return error instanceof Error && /an alias of this name is there|UNIQUE constraint failed/i.test(error.message)
}
