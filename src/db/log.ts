/** The lines that a handler leaves with its run. Network: D1 (through the statements it returns). */
import { chunked } from '../audit/bound.ts'
import type { Database } from './database.ts'
import { type Change, WHERE_CHANGED } from './guard.ts'

/** A row of `run_log`. */
export interface LogLine {
  /** 1 is the run's first line. */
  readonly seq: number
  readonly at: number
  /** 1 is the first stage; 0 is Pawl itself, which says that the rest was cut. */
  readonly stage: number
  readonly text: string
}

/** How much of a run's log is written. */
export interface LogState {
  readonly lines: number
  readonly bytes: number
  readonly cut: 0 | 1
}

export function selectLogState(db: Database, run: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT count(*) AS lines, coalesce(sum(octet_length(text)), 0) AS bytes, coalesce(max(stage = 0), 0) AS cut
       FROM run_log WHERE run = ?`,
    )
    .bind(run)
}

/** A run's lines, in order. */
export function selectLog(db: Database, run: string): D1PreparedStatement {
  return db.prepare('SELECT seq, at, stage, text FROM run_log WHERE run = ? ORDER BY seq').bind(run)
}

/** Appends lines; those that are there already (a batch that was repeated) stay as they are. */
export function insertLog(db: Database, { run, change }: Change, lines: readonly LogLine[]): D1PreparedStatement {
  const chunks = chunked(lines.map((line) => JSON.stringify(line)))
  return db
    .prepare(
      `INSERT INTO run_log (run, seq, at, stage, text)
       SELECT ?, l.value ->> 'seq', l.value ->> 'at', l.value ->> 'stage', l.value ->> 'text'
       FROM (VALUES ${chunks.map(() => '(?)').join(', ')}) list, json_each(list.column1) l ${WHERE_CHANGED}
       ON CONFLICT (run, seq) DO NOTHING`,
    )
    .bind(run, ...chunks, run, change)
}
