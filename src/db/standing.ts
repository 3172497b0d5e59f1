/** What is remembered of who is a full member of a workspace. Network: D1 only (through the statements it returns). */
import type { Actor } from '../chat/invocation.ts'
import type { Database } from './database.ts'

/**
 * How long the platform's word counts, in milliseconds: somebody who was made a guest keeps what `everyone` may for at most
 * that long. Slack allows about 100 users.info a minute for a whole workspace.
 */
export const STANDING_FRESH_MS = 15 * 60_000

export interface StandingRow {
  readonly standing: 'member' | 'outside'
}

/** One row while the platform's word is fresh, else none. `now` in milliseconds since 1970. */
export function selectStanding(db: Database, actor: Actor, now: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT standing FROM standings WHERE platform = ?1 AND workspace = ?2 AND external_id = ?3
       AND checked_at BETWEEN ?4 AND ?5`,
    )
    .bind(actor.platform, actor.workspace, actor.id, now - STANDING_FRESH_MS + 1, now)
}

/** Keeps the platform's word. */
export function upsertStanding(
  db: Database,
  actor: Actor,
  standing: StandingRow['standing'],
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO standings (platform, workspace, external_id, standing, checked_at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT DO UPDATE SET standing = excluded.standing, checked_at = excluded.checked_at`,
    )
    .bind(actor.platform, actor.workspace, actor.id, standing, now)
}
