/** What is told of one run beside its row. Network: D1 only (through the statements it returns). */
import { type AuditRow, FLAT_EVENT } from './audit.ts'
import { isOfRun } from './audit-run.ts'
import type { Database } from './database.ts'
import type { RunRow } from './runs.ts'
import type { StepRow } from './steps.ts'

/** An answer of the run and how far it got. */
export interface DeliveryRow {
  /** 0 is who asked; 1 and up are other places, -n is a direct message to who asked. */
  readonly target: number
  readonly label: string | null
  readonly state: 'pending' | 'delivered' | 'undeliverable'
  /** Tries after the first one. */
  readonly attempts: number
  readonly reason: string | null
  readonly next_at: number | null
}

export function selectDeliveries(db: Database, run: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT target, label, state, attempts, reason, next_at FROM outbox WHERE run = ?
       ORDER BY target < 0, abs(target)`,
    )
    .bind(run)
}

/** A step without what it gave. */
export type StepMark = Omit<StepRow, 'value'>

/** The newest steps of a run, newest first. */
export function selectStepMarks(db: Database, run: string, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT stage, call, name, state, at, attempt FROM run_steps WHERE run = ?1
       ORDER BY at DESC, stage DESC, call DESC, name DESC LIMIT ?2`,
    )
    .bind(run, limit)
}

/** The newest runs that run this one's line again. */
export type RepeatRow = Pick<RunRow, 'id' | 'state'>

export function selectRepeats(db: Database, run: string, limit: number): D1PreparedStatement {
  return db
    .prepare(
      'SELECT id, state FROM runs WHERE retries = ?1 AND yields_to IS NULL ORDER BY created_at DESC, id DESC LIMIT ?2',
    )
    .bind(run, limit)
}

/** A run's newest lines of the log, newest first; the decisions, which can be many and say little here, left out. */
export type StoryRow = AuditRow

export function selectStory(db: Database, run: string, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT seq, ${FLAT_EVENT} FROM audit WHERE ${isOfRun('?1')} AND code <> 'policy.allowed' ORDER BY seq DESC LIMIT ?2`,
    )
    .bind(run, limit)
}

/** Where a run's lines of the log stand. */
export interface AuditSpan {
  readonly lines: number
  readonly first: number | null
  readonly last: number | null
}

export function selectAuditSpan(db: Database, run: string): D1PreparedStatement {
  return db
    .prepare(`SELECT count(*) AS lines, min(seq) AS first, max(seq) AS last FROM audit WHERE ${isOfRun('?1')}`)
    .bind(run)
}
