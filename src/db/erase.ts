/** The statements that erase what people wrote, from the log and from its runs. Network: D1 only (through the statements it returns). */
import { type Actor, actorKey } from '../chat/invocation.ts'
import { isOfRun } from './audit-run.ts'
import type { Database } from './database.ts'

/** Stands where a text was erased. */
export const ERASED = '[erased]'

/** Whose words: those of a run, or those of a person. */
export type Erasable =
  | { readonly run: string }
  /** Everything under these accounts, before that time in milliseconds since 1970. */
  | { readonly person: readonly Actor[]; readonly before: number }

export interface ErasableLine {
  readonly seq: number
  readonly personal: string
  readonly salt: string
}

/** Of a run that is under way, and of an answer that is still to be brought, nothing is erased. */
const UNDER_WAY = `(r.ended_at IS NULL OR EXISTS (SELECT 1 FROM outbox o WHERE o.run = r.id AND o.state = 'pending'))`

/** Lines of the log that still hold words, the oldest first. */
export function selectErasableLines(db: Database, what: Erasable, limit: number): D1PreparedStatement {
  const lines = `SELECT a.seq, a.personal, a.salt FROM audit a WHERE a.personal IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = a.run AND ${UNDER_WAY})`
  const order = 'ORDER BY a.seq LIMIT ?1'
  // Why a run was erased stands among its lines, and is not the run's own.
  if ('run' in what)
    return db.prepare(`${lines} AND ${isOfRun('?2')} AND a.code <> 'audit.erased' ${order}`).bind(limit, what.run)
  const key = `(a.event ->> 'platform') || ':' || (a.event ->> 'workspace') || ':' || (a.event ->> 'actor')`
  return db
    .prepare(`${lines} AND a.at < ?2 AND ${key} IN (SELECT value FROM json_each(?3)) ${order}`)
    .bind(limit, what.before, keysOf(what.person))
}

/** Runs that still hold words. */
export function selectErasableRuns(db: Database, what: Erasable, limit: number): D1PreparedStatement {
  const runs = `SELECT r.id FROM runs r WHERE r.line <> '${ERASED}' AND NOT ${UNDER_WAY}`
  if ('run' in what) return db.prepare(`${runs} AND r.id = ?2 LIMIT ?1`).bind(limit, what.run)
  return db
    .prepare(`${runs} AND r.created_at < ?2 AND ${RUN_KEY} IN (SELECT value FROM json_each(?3)) LIMIT ?1`)
    .bind(limit, what.before, keysOf(what.person))
}

const RUN_KEY = `r.platform || ':' || r.workspace || ':' || r.actor`

/** How many of the runs are under way, but for the one that asks. */
export function countUnderWay(db: Database, what: Erasable, except: string): D1PreparedStatement {
  const count = `SELECT count(*) AS runs FROM runs r WHERE r.id <> ?1 AND ${UNDER_WAY}`
  if ('run' in what) return db.prepare(`${count} AND r.id = ?2`).bind(except, what.run)
  return db
    .prepare(`${count} AND r.created_at < ?2 AND ${RUN_KEY} IN (SELECT value FROM json_each(?3))`)
    .bind(except, what.before, keysOf(what.person))
}

/** Puts the commitments of lines in the place of their words. */
export function eraseLines(
  db: Database,
  lines: readonly { readonly seq: number; readonly commitment: string }[],
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE audit SET personal = NULL, salt = NULL, erased = e.value ->> 'commitment' FROM json_each(?1) e
       WHERE audit.seq = e.value ->> 'seq' AND audit.personal IS NOT NULL`,
    )
    .bind(JSON.stringify(lines))
}

/** Takes all free text out of runs, and of what is kept beside them; what became of them stays. */
export function eraseRuns(db: Database, runs: readonly string[]): D1PreparedStatement[] {
  const ids = JSON.stringify(runs)
  const mine = '(SELECT value FROM json_each(?1))'
  return [
    `UPDATE runs SET line = '${ERASED}', history = CASE history WHEN 'repeat' THEN 'repeat' ELSE 'part' END,
       input = NULL, record = NULL, reply = NULL, records = NULL, actions = NULL,
       resolution = json_replace(resolution, '$.note', '${ERASED}')
     WHERE id IN ${mine}`,
    `UPDATE approvals SET because = CASE WHEN because IS NOT NULL THEN '${ERASED}' END WHERE run IN ${mine}`,
    `UPDATE approval_votes SET note = '${ERASED}' WHERE (run IN ${mine} OR by_run IN ${mine}) AND note IS NOT NULL`,
    `UPDATE reviews SET reason = '${ERASED}', note = CASE WHEN note IS NOT NULL THEN '${ERASED}' END WHERE run IN ${mine}`,
    `UPDATE run_log SET text = '${ERASED}' WHERE run IN ${mine}`,
    `UPDATE outbox SET reply = '{}', label = CASE WHEN label IS NOT NULL THEN '${ERASED}' END
     WHERE run IN ${mine} AND state <> 'pending'`,
  ].map((sql) => db.prepare(sql).bind(ids))
}

function keysOf(person: readonly Actor[]): string {
  return JSON.stringify(person.map(actorKey))
}
