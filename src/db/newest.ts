/**
 * The newest runs of everybody, out of the log: each has the line of its admission there, in the order in which they came. An index of
 * runs by their time would be one more row written for each. Pure.
 */
import { isOfRun } from './audit-run.ts'

/** A line of `audit a` that says that a run came. */
export const ADMITTED = "a.code = 'run.admitted'"

/** The number of a run's first line; `run` is as {@link isOfRun} takes it, three times where it is a mark without a number. */
export function firstLineOf(run: string): string {
  return `(SELECT min(seq) FROM audit WHERE ${isOfRun(run)})`
}

/** Ids of the newest runs, at most `limit`; only those before the run `before`, a numbered mark, if that is not null. */
export function newestRuns(before: string, limit: number): string {
  return `SELECT a.run AS id FROM audit a WHERE ${ADMITTED} AND (${before} IS NULL OR a.seq < ${firstLineOf(before)})
    ORDER BY a.seq DESC LIMIT ${limit}`
}
