/** The reviews table's statements. Network: D1 only (through the statements it returns). */
import type { Database } from './database.ts'

/** What was done with a broken glass, and who looked at it. */
export interface ReviewRow {
  readonly run: string
  /** Who broke it: `user:3`, or the key of an administrator who is no user. */
  readonly person: string
  /** JSON list of the keys of all accounts that this person had then. */
  readonly accounts: string
  readonly name: string
  readonly reason: string
  /** JSON list of what it ran without. */
  readonly skipped: string
  readonly opened_at: number
  readonly closed_at: number | null
  /** The name of who closed it. */
  readonly closed_by: string | null
  readonly note: string | null
}

/** With the run that it is about. */
export interface ReviewedRow extends ReviewRow {
  readonly line: string
  readonly state: string
  readonly channel: string
  readonly platform: string
  readonly workspace: string
  readonly actor: string
}

export interface NewReview {
  readonly run: string
  readonly person: string
  readonly accounts: readonly string[]
  readonly name: string
  readonly reason: string
  readonly skipped: readonly string[]
  readonly openedAt: number
}

/** Opens a review, if the batch's change of its run took place. */
export function insertReview(db: Database, change: string, review: NewReview): D1PreparedStatement {
  const { run, person, accounts, name, reason, skipped, openedAt } = review
  return db
    .prepare(
      `INSERT INTO reviews (run, person, accounts, name, reason, skipped, opened_at)
       SELECT id, ?3, ?4, ?5, ?6, ?7, ?8 FROM runs WHERE id = ?1 AND change = ?2`,
    )
    .bind(run, change, person, JSON.stringify(accounts), name, reason, JSON.stringify(skipped), openedAt)
}

const REVIEWED = `SELECT v.*, r.line, r.state, r.channel, r.platform, r.workspace, r.actor
  FROM reviews v JOIN runs r ON r.id = v.run`

export function selectReview(db: Database, run: string): D1PreparedStatement {
  return db.prepare(`${REVIEWED} WHERE v.run = ?`).bind(run)
}

/** The newest first; with `all`, those that were closed, too. */
export function selectReviews(db: Database, all: boolean, limit: number): D1PreparedStatement {
  return db
    .prepare(`${REVIEWED} WHERE ?1 OR v.closed_at IS NULL ORDER BY v.opened_at DESC LIMIT ?2`)
    .bind(all ? 1 : 0, limit)
}

export interface Closed {
  readonly run: string
  readonly by: string
  readonly note: string
  readonly now: number
}

/** Closes a review; fails the whole batch when somebody else has closed it meanwhile (see `expectVersion`). */
export function closeReview(db: Database, { run, by, note, now }: Closed): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `SELECT CASE WHEN EXISTS (SELECT 1 FROM reviews WHERE run = ?1 AND closed_at IS NULL) THEN 1
           ELSE abs(-9223372036854775807 - 1) END`,
      )
      .bind(run),
    db
      .prepare('UPDATE reviews SET closed_at = ?2, closed_by = ?3, note = ?4 WHERE run = ?1 AND closed_at IS NULL')
      .bind(run, now, by, note),
  ]
}
