/** The queries over the sealed log: rows to seal, tiles, checkpoints. Network: D1 only (through the statements it returns). */
import type { AuditEvent } from '../audit/event.ts'
import { auditLine, INSERT_LINES } from './audit.ts'
import type { Database } from './database.ts'

/** A row of the log, with what its leaf is made of. */
export interface SealableRow {
  readonly seq: number
  readonly code: string
  readonly event: string
  readonly personal: string | null
  readonly salt: string | null
  readonly erased: string | null
}

/** How much of the log is read at once: whichever comes first, but always one row. */
export interface Page {
  readonly rows: number
  /** Characters of events and what people wrote. */
  readonly characters: number
}

/** Rows from `from` on, in order. */
export function selectSealable(db: Database, from: number, { rows, characters }: Page): D1PreparedStatement {
  return db
    .prepare(
      `SELECT seq, code, event, personal, salt, erased FROM (
         SELECT *, sum(characters) OVER (ORDER BY seq) - characters AS ahead FROM (
           SELECT *, length(event) + coalesce(length(personal), 0) AS characters FROM audit WHERE seq >= ?1 ORDER BY seq LIMIT ?2
         )
       ) WHERE ahead < ?3 ORDER BY seq`,
    )
    .bind(from, rows, characters)
}

/** A signed statement over the first `size` rows. */
export interface Checkpoint {
  readonly size: number
  /** Milliseconds since 1970, of sealing. */
  readonly at: number
  readonly note: string
}

/** A tile as it is stored: `hashes` is base64. */
export interface StoredTile {
  readonly level: number
  readonly n: number
  readonly hashes: string
}

/** Puts a checkpoint and the tiles that it grew where readers find them; saying it again changes nothing. */
export function publishCheckpoint(
  db: Database,
  { size, at, note }: Checkpoint,
  tiles: readonly StoredTile[],
): D1PreparedStatement[] {
  return [
    db
      .prepare('INSERT INTO checkpoints (size, at, note) VALUES (?, ?, ?) ON CONFLICT (size) DO NOTHING')
      .bind(size, at, note),
    // One statement, for D1 counts statements: its parameter is about 11 KB a tile.
    db
      .prepare(
        `INSERT INTO audit_tiles (level, n, hashes)
         SELECT e.value ->> 'level', e.value ->> 'n', e.value ->> 'hashes' FROM json_each(?) e WHERE true
         ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes WHERE hashes <> excluded.hashes`,
      )
      .bind(JSON.stringify(tiles)),
  ]
}

/** The first checkpoint behind the one of size `published` that is not this one: `size`. None is to be there. */
export function selectForeignCheckpoint(
  db: Database,
  { size, at, note }: Checkpoint,
  published: number,
): D1PreparedStatement {
  return db
    .prepare(
      `SELECT size FROM checkpoints WHERE size > ?1 AND NOT (size = ?2 AND at = ?3 AND note = ?4)
       ORDER BY size LIMIT 1`,
    )
    .bind(published, size, at, note)
}

/** Whether this checkpoint is there with all these tiles, and no other one between it and that of size `before`: `published` is 1 or 0. */
export function selectIsPublished(
  db: Database,
  { size, at, note }: Checkpoint,
  tiles: readonly StoredTile[],
  before: number,
): D1PreparedStatement {
  return db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM checkpoints WHERE size = ?1 AND at = ?2 AND note = ?3)
         AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE size > ?4 AND size < ?1)
         AND NOT EXISTS (
           SELECT 1 FROM json_each(?5) e LEFT JOIN audit_tiles t ON t.level = e.value ->> 'level' AND t.n = e.value ->> 'n'
           WHERE t.hashes IS NOT e.value ->> 'hashes'
         ) AS published`,
    )
    .bind(size, at, note, before, JSON.stringify(tiles))
}

/** As `Checkpoint`; none while nothing is sealed. */
export function selectNewestCheckpoint(db: Database): D1PreparedStatement {
  return db.prepare('SELECT size, at, note FROM checkpoints ORDER BY size DESC LIMIT 1')
}

/** An event that is in the log once: known by its code and the value of a field. */
export interface Once {
  readonly code: string
  readonly field: string
  readonly value: string
}

/** Whether it has been written: `found` is 1 or 0. Reads the whole log when it has not. */
export function selectHasEvent(db: Database, { code, field, value }: Once): D1PreparedStatement {
  return db.prepare(`SELECT ${HAS_EVENT} AS found`).bind(code, field, value)
}

/**
 * Appends an event unless it is there. One statement, so that of two of them, of which the first was thought to be lost and comes
 * late, only one writes.
 */
export function appendOnce(db: Database, event: AuditEvent, { code, field, value }: Once): D1PreparedStatement {
  return db
    .prepare(`${INSERT_LINES} FROM json_each(?4) e WHERE NOT ${HAS_EVENT}`)
    .bind(code, field, value, `[${auditLine(event)}]`)
}

const HAS_EVENT = 'EXISTS (SELECT 1 FROM audit WHERE code = ?1 AND event ->> ?2 = ?3)'

/** How far the log in D1 goes. */
export interface LogExtent {
  /** The newest row; 0 when there is none. */
  readonly last: number
  /** Rows up to this one have been pruned. */
  readonly pruned_to: number
}

export function selectExtent(db: Database): D1PreparedStatement {
  return db.prepare('SELECT coalesce((SELECT max(seq) FROM audit), 0) AS last, pruned_to FROM audit_bounds')
}

/** How far a place outside has been given the log. */
export interface SinkRow {
  readonly name: string
  readonly cursor: number
  readonly failures: number
  readonly reason: string | null
}

export function selectSinks(db: Database): D1PreparedStatement {
  return db.prepare('SELECT name, cursor, failures, reason FROM audit_sinks ORDER BY name')
}
