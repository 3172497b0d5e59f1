/** What a job keeps of its finished work, so that a later attempt need not repeat it. Network: D1 (through its statements). */
import { chunked } from '../audit/bound.ts'
import type { Json } from '../json.ts'
import type { Database } from './database.ts'
import { type Change, WHERE_CHANGED } from './guard.ts'

/** A row of `run_steps` as D1 gives it. See docs/storage.md. */
export interface StepRow {
  /** 1 is the first stage. */
  readonly stage: number
  /** 1 is the stage's first call; 0 is the stage as a whole. */
  readonly call: number
  readonly name: string
  /** `waiting`: a sleep or a poll that goes on; its value says since when and until when. */
  readonly state: 'done' | 'waiting'
  /** JSON; null for nothing. */
  readonly value: string | null
  readonly at: number
  readonly attempt: number
}

/** A step to be written. */
export interface NewStep extends Omit<StepRow, 'value'> {
  /** Undefined for nothing. */
  readonly value: Json | undefined
}

/** All that a run has kept, in the order of its work. */
export function selectSteps(db: Database, run: string): D1PreparedStatement {
  return db
    .prepare(
      'SELECT stage, call, name, state, value, at, attempt FROM run_steps WHERE run = ? ORDER BY at, stage, call, name',
    )
    .bind(run)
}

/** Writes steps, each over what stood under its name; nothing where the change of the batch did not take place. */
export function upsertSteps(db: Database, { run, change }: Change, steps: readonly NewStep[]): D1PreparedStatement {
  const chunks = chunked(steps.map((step) => JSON.stringify(step)))
  return db
    .prepare(
      `INSERT INTO run_steps (run, stage, call, name, state, value, at, attempt)
       SELECT ?, s.value ->> 'stage', s.value ->> 'call', s.value ->> 'name', s.value ->> 'state', s.value -> 'value',
         s.value ->> 'at', s.value ->> 'attempt'
       FROM (VALUES ${chunks.map(() => '(?)').join(', ')}) list, json_each(list.column1) s ${WHERE_CHANGED}
       ON CONFLICT (run, stage, call, name) DO UPDATE SET
         state = excluded.state, value = excluded.value, at = excluded.at, attempt = excluded.attempt`,
    )
    .bind(run, ...chunks, run, change)
}

/** The name under which a whole stage's records are kept, and one call's result: no step of a handler has such a name. */
export const STAGE_RECORDS = '#records'
export const CALL_RESULT = '#result'

/** Drops what a pipeline goes on from up to a stage, of which the records are kept now: nothing before that is done again. */
export function dropBefore(db: Database, { run, change }: Change, stage: number): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM run_steps WHERE run = ?1 AND EXISTS (SELECT 1 FROM runs WHERE id = ?1 AND change = ?2)
         AND ((name = ?3 AND stage < ?5) OR (name = ?4 AND stage <= ?5))`,
    )
    .bind(run, change, STAGE_RECORDS, CALL_RESULT, stage)
}

/**
 * For the end of a run: what was kept is of no more use, may be long, and may be secret. That a step was done, when and by which
 * attempt stays, for `run show`.
 */
export function emptySteps(db: Database, { run, change }: Change): D1PreparedStatement[] {
  const ended = 'EXISTS (SELECT 1 FROM runs WHERE id = ?1 AND change = ?2)'
  return [
    db
      .prepare(`DELETE FROM run_steps WHERE run = ?1 AND name IN (?3, ?4) AND ${ended}`)
      .bind(run, change, STAGE_RECORDS, CALL_RESULT),
    db.prepare(`UPDATE run_steps SET value = NULL WHERE run = ?1 AND value IS NOT NULL AND ${ended}`).bind(run, change),
  ]
}
