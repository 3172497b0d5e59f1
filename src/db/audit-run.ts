/**
 * Which lines of the log are of one run, without an index over all of them: D1 bills every row that is written, and each line would be
 * one more. Network: D1 only (through the statements it returns).
 *
 * A line that is written with a change of its run's row is *linked*: `audit.previous` is the run's line before it (0 for its first), and
 * `runs.audit_last` the newest of them. The change comes first in the batch and moves `audit_last` on by the lines that follow it at once;
 * `audit_before` keeps where it stood. A line that is written by itself has no `previous`, and stands in the index `audit_loose`.
 * Together these are all, however far apart they stand. Pruning takes the end of the chain away, and nothing but that.
 */
import { chunked } from '../audit/bound.ts'
import type { AuditEvent } from '../audit/event.ts'
import { auditLine, INTO_AUDIT, LINE_VALUES } from './audit.ts'
import type { Database } from './database.ts'

/** Sets the columns that lead to the lines; takes what {@link linesTo} counts, and stands right before the insert. */
export const LEAD_TO_LINES = 'audit_before = audit_last, audit_last = (SELECT coalesce(max(seq), 0) FROM audit) + ?'

/** The same for a row that is new: to the line of its admission. */
export const FIRST_LINE = '(SELECT coalesce(max(seq), 0) + 1 FROM audit)'

/** How many of the events come up to the last that is of this run; 0 when none is. */
export function linesTo(run: string, events: readonly AuditEvent[]): number {
  return events.findLastIndex((event) => event.run === run) + 1
}

/**
 * Puts rows with what links them into the table: `r` is the run. `back` says how far before `audit_last` the run's line before it
 * stands, 0 that this is in `audit_before`.
 */
export const INSERT_LINKED = `${INTO_AUDIT}, previous)
  SELECT ${LINE_VALUES},
    CASE WHEN e.value ->> 'back' > 0 THEN r.audit_last - (e.value ->> 'back')
      WHEN e.value ->> 'back' = 0 THEN coalesce(r.audit_before, 0) END`

/** Rows of {@link auditLine}; those of the run with `back`. */
export function linkedLines(run: string, events: readonly AuditEvent[]): string[] {
  const last = linesTo(run, events) - 1
  let before = -1
  return events.map((event, i) => {
    if (event.run !== run) return auditLine(event)
    const back = before < 0 ? 0 : last - before
    before = i
    return auditLine(event, { back })
  })
}

export interface LinkedTo {
  readonly run: string
  /** Only where the run carries this change token; null in any case. */
  readonly change: string | null
}

/** Appends events, in order, behind the change of the run's row that leads to them. */
export function appendLinked(
  db: Database,
  { run, change }: LinkedTo,
  events: readonly AuditEvent[],
): D1PreparedStatement {
  const chunks = chunked(linkedLines(run, events))
  return db
    .prepare(
      `${INSERT_LINKED}
       FROM runs r, (VALUES ${chunks.map(() => '(?)').join(', ')}) list, json_each(list.column1) e
       WHERE r.id = ? ${change === null ? '' : 'AND r.change = ?'}`,
    )
    .bind(...chunks, run, ...(change === null ? [] : [change]))
}

/**
 * The condition that a row of `audit` is of a run, which stands in the statement as `run`: a parameter, or a value in brackets. A row that was
 * repaired may be of no run any more, and still leads on.
 */
export function isOfRun(run: string): string {
  return `run = ${run} AND seq IN (
    WITH RECURSIVE linked (seq, previous) AS (
      SELECT a.seq, a.previous FROM runs r JOIN audit a ON a.seq = r.audit_last WHERE r.id = ${run}
      UNION ALL
      SELECT a.seq, a.previous FROM linked l JOIN audit a ON a.seq = l.previous
    )
    SELECT seq FROM linked UNION ALL SELECT seq FROM audit WHERE run = ${run} AND previous IS NULL
  )`
}
