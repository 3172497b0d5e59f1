/** Which runs have joined which. Network: D1 only (through the statements it returns). */
import type { Database } from './database.ts'
import type { RunRow } from './runs.ts'

/** A run that joined another one. */
export type JoinerRow = Pick<RunRow, 'id'>

/** Joiners that are woken at once: as many messages as a queue takes in one call. */
export const JOINERS_PAGE = 100

/** Runs that joined this one and have not ended, a page of them, behind `after` in the order of their ids. */
export function selectJoiners(db: Database, run: string, after = ''): D1PreparedStatement {
  return db
    .prepare('SELECT id FROM runs WHERE joins = ?1 AND ended_at IS NULL AND id > ?2 ORDER BY id LIMIT ?3')
    .bind(run, after, JOINERS_PAGE)
}

/** Who joined a run that never started joins, with the change of this one, the run that does it instead. */
export function moveJoiners(
  db: Database,
  { from, run, change }: { readonly from: string; readonly run: string; readonly change: string },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE runs SET joins = ?2 WHERE joins = ?1 AND ended_at IS NULL
         AND EXISTS (SELECT 1 FROM runs WHERE id = ?2 AND change = ?3)`,
    )
    .bind(from, run, change)
}
