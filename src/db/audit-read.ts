/** The statements that read the audit log for people. Network: D1 only (through the statements it returns). */
import { type AuditRow, FLAT_EVENT } from './audit.ts'
import { type LinesAsked, lineConditions } from './audit-conditions.ts'
import { isOfRun } from './audit-run.ts'
import type { Database } from './database.ts'

/** A filter is held against as many lines: no index serves each of them, and D1 bills what it reads. */
export const LINES_SEARCHED = 10_000

/** A line may stand behind others that are later by so much: its time is taken before it is written. Milliseconds. */
const OUT_OF_ORDER_MS = 5 * 60_000

/** Where a search of the log begins and ends. */
export interface WindowRow {
  /** The oldest line there is; more than `top` when there is none. */
  readonly first: number
  /** The newest line to look at; 0 when there is none. */
  readonly top: number
  /** The line with which {@link LINES_SEARCHED} are looked at, and when it was written. */
  readonly bottom: number
  readonly bottom_at: number | null
  /** Lines up to this one are no longer in D1. */
  readonly pruned_to: number
}

export interface WindowQuery {
  /** Only lines before this one. */
  readonly before?: number | undefined
  /** Only lines before this time, in milliseconds since 1970. */
  readonly until?: number | undefined
}

/**
 * The window of a search. The line at which a time begins is found by halving: `seq` has no gaps and grows with the time, but
 * for what {@link OUT_OF_ORDER_MS} allows.
 */
export function selectWindow(db: Database, { before, until }: WindowQuery): D1PreparedStatement {
  const middle = '(low + high) / 2'
  const isLate = `(SELECT at FROM audit WHERE seq = ${middle}) >= ?2`
  return db
    .prepare(
      `WITH RECURSIVE
         ends (first, last) AS (SELECT coalesce((SELECT min(seq) FROM audit), 1), coalesce((SELECT max(seq) FROM audit), 0)),
         half (low, high) AS (
           SELECT first, max(first, min(last + 1, CAST(?1 AS INTEGER))) FROM ends
           UNION ALL
           SELECT iif(${isLate}, low, ${middle} + 1), iif(${isLate}, ${middle}, high) FROM half WHERE low < high
         ),
         found (first, top) AS (SELECT first, (SELECT high - 1 FROM half WHERE low = high) FROM ends),
         searched (first, top, bottom) AS (SELECT first, top, max(first, top - ${LINES_SEARCHED - 1}) FROM found)
       SELECT first, top, bottom, (SELECT at FROM audit WHERE seq = bottom) AS bottom_at, pruned_to
       FROM searched, audit_bounds`,
    )
    .bind(before ?? Number.MAX_SAFE_INTEGER, until === undefined ? null : until + OUT_OF_ORDER_MS)
}

/** Whether a line so old, and all before it, are older than what is asked for. */
export function isBefore(since: number | undefined, at: number | null): boolean {
  return since !== undefined && at !== null && at < since - OUT_OF_ORDER_MS
}

export interface LinesQuery extends LinesAsked {
  /** No line of this run. */
  readonly except: string | null
  readonly from: number
  readonly top: number
  readonly limit: number
}

/** The newest events first, of those that everything holds for. */
export function selectLines(db: Database, { except, from, top, limit, ...asked }: LinesQuery): D1PreparedStatement {
  const values: (string | number)[] = []
  const put = (value: string | number) => `?${values.push(value)}`
  const { run } = asked.filter
  const conditions = [
    // The plus keeps SQLite from going through all lines of the window where it is led to those of one run.
    `${run === undefined ? '' : '+'}seq BETWEEN ${put(from)} AND ${put(top)}`,
    ...(except === null ? [] : [`run IS NOT ${put(except)}`]),
    ...(run === undefined ? [] : [isOfRun(put(run))]),
    ...lineConditions(asked, put),
  ]
  return db
    .prepare(
      `SELECT seq, ${FLAT_EVENT} FROM audit WHERE ${conditions.join(' AND ')}
       ORDER BY seq DESC LIMIT ${put(limit)}`,
    )
    .bind(...values)
}

/** One line. */
export interface LineRow extends AuditRow {
  /** 1 when what people wrote in it was erased. */
  readonly is_erased: 0 | 1
}

export function selectLine(db: Database, seq: number): D1PreparedStatement {
  return db.prepare(`SELECT seq, erased IS NOT NULL AS is_erased, ${FLAT_EVENT} FROM audit WHERE seq = ?`).bind(seq)
}

/** The lines of the same run before a line, the nearest first; or those behind it. */
export function selectNeighbours(
  db: Database,
  seq: number,
  where: 'before' | 'behind',
  limit: number,
): D1PreparedStatement {
  const [sign, order] = where === 'before' ? ['<', 'DESC'] : ['>', 'ASC']
  return db
    .prepare(
      `SELECT seq, ${FLAT_EVENT} FROM audit WHERE ${isOfRun('(SELECT run FROM audit WHERE seq = ?1)')} AND +seq ${sign} ?1
       ORDER BY seq ${order} LIMIT ?2`,
    )
    .bind(seq, limit)
}

/** The first checkpoint over a line. */
export interface CoverRow {
  readonly size: number
  /** Milliseconds since 1970, of sealing. */
  readonly at: number
}

export function selectCover(db: Database, seq: number): D1PreparedStatement {
  return db.prepare('SELECT size, at FROM checkpoints WHERE size >= ? ORDER BY size LIMIT 1').bind(seq)
}
