/**
 * Which run asks a line again, and which of several repeats does it. Network: D1 only (through the statements it returns).
 *
 * A repeat is admitted with `yields_to`: null for the one that does it, else the other repeat that was there before it. It is
 * written by the insert itself (`insertRun`), which D1 makes one after the other, so that two never miss each other.
 */
import type { Database } from './database.ts'
import type { RunRow } from './runs.ts'

/** A run that runs another one's line again. */
export type Repeat = Pick<RunRow, 'id' | 'state'>

/** People who ask for a run again within this time mean one thing, whatever has become of the first repeat. Milliseconds. */
export const ONE_PRESS_MS = 5_000

/** Who insists has read first what stands against it; a second press on the button for that comes sooner. Milliseconds. */
const ONE_INSISTING_MS = 1_000

/**
 * The newest repeat of a run that stands for all who ask for one: on its way, done, or started a moment ago. One that gives way
 * itself stands for nobody, nor does one that changes nothing. `run` and `since` are parameters of the statement.
 */
export function standingRepeat(run: string, since: string): string {
  return `SELECT o.id, o.state FROM runs o WHERE o.retries = ${run} AND o.yields_to IS NULL AND o.dry = 0 AND (
    o.state IN ('accepted', 'awaiting_approval', 'queued', 'running', 'succeeded')
    OR (o.attempt > 0 AND o.created_at > ${since})
  ) ORDER BY o.created_at DESC, o.id DESC LIMIT 1`
}

/** The repeat of a run that stands now. */
export function selectStandingRepeat(db: Database, run: string, now: number): D1PreparedStatement {
  return db.prepare(standingRepeat('?1', '?2')).bind(run, now - ONE_PRESS_MS)
}

/** The repeat that this one gives way to, as it stands now. */
export function selectYieldedTo(db: Database, run: string): D1PreparedStatement {
  return db.prepare('SELECT o.id, o.state FROM runs r JOIN runs o ON o.id = r.yields_to WHERE r.id = ?').bind(run)
}

/** Has a repeat give way no more (`--anyway`), unless another one has been asked for at the same moment. */
export function insist(db: Database, run: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE runs SET yields_to = (
         SELECT o.id FROM runs o WHERE o.retries = runs.retries AND o.id <> runs.id AND o.yields_to IS NULL
           AND o.state <> 'denied' AND o.created_at > runs.created_at - ${ONE_INSISTING_MS} LIMIT 1
       ) WHERE id = ? AND effects = 'write'`,
    )
    .bind(run)
}
