/** Codes with which an account becomes one of a user's. Network: D1 only (through the statements it returns). */
import type { Actor } from '../chat/invocation.ts'
import type { Database } from './database.ts'

/** Long enough to change from one app to the other. In milliseconds. */
export const CODE_LIFE_MS = 10 * 60_000

/** In which codes are counted. In milliseconds. */
export const CODE_WINDOW_MS = 60 * 60_000

/** Codes within the window that are sent to one user, and that one account may ask for: each disturbs somebody. */
export const CODES_MAX = 3

/** A code has 40 bits; after so many wrong ones it is worth nothing. */
export const WRONG_MAX = 5

const ASKER = 'platform = ?1 AND workspace = ?2 AND external_id = ?3'

export interface NewCode {
  /** The run that asked for it. */
  readonly run: string
  readonly digest: string
  /** Whose account the asker wants to be. */
  readonly userId: number
  readonly asker: Actor
  readonly createdAt: number
}

/** Writes a code unless there were too many, in place of the asker's last one: the first result's `changes` tells whether. */
export function insertCode(db: Database, { run, digest, userId, asker, createdAt }: NewCode): D1PreparedStatement[] {
  const who = [asker.platform, asker.workspace, asker.id]
  const since = createdAt - CODE_WINDOW_MS
  return [
    db
      .prepare(
        `INSERT INTO link_codes (platform, workspace, external_id, run, digest, user_id, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
         WHERE (SELECT count(*) FROM link_codes WHERE created_at > ?8 AND user_id = ?6) < ${CODES_MAX}
           AND (SELECT count(*) FROM link_codes WHERE created_at > ?8 AND ${ASKER}) < ${CODES_MAX}`,
      )
      .bind(...who, run, digest, userId, createdAt, since),
    db
      .prepare(
        `UPDATE link_codes SET open = 0
         WHERE ${ASKER} AND run <> ?4 AND EXISTS (SELECT 1 FROM link_codes WHERE run = ?4)`,
      )
      .bind(...who, run),
    db.prepare('DELETE FROM link_codes WHERE created_at <= ?').bind(since),
  ]
}

export interface MatchedCode {
  readonly user_id: number
  readonly name: string
}

/** Tries a code: two statements of one batch. A wrong one is counted; the second gives whose account it is, if it is right. */
export function tryCode(db: Database, asker: Actor, digest: string, now: number): D1PreparedStatement[] {
  const values = [asker.platform, asker.workspace, asker.id, digest, now - CODE_LIFE_MS]
  const usable = `${ASKER} AND open = 1 AND wrong < ${WRONG_MAX} AND created_at > ?5`
  return [
    db.prepare(`UPDATE link_codes SET wrong = wrong + 1 WHERE ${usable} AND digest <> ?4`).bind(...values),
    db
      .prepare(
        `SELECT user_id, (SELECT name FROM users WHERE id = user_id) AS name FROM link_codes
         WHERE ${usable} AND digest = ?4`,
      )
      .bind(...values),
  ]
}

/** Ends whatever code an account has: it is used. */
export function closeCodes(db: Database, asker: Actor): D1PreparedStatement {
  return db
    .prepare(`UPDATE link_codes SET open = 0 WHERE ${ASKER} AND open = 1`)
    .bind(asker.platform, asker.workspace, asker.id)
}

export interface IdentityRow {
  readonly platform: string
  readonly workspace: string
  readonly external_id: string
}

/** The accounts of a user. */
export function selectIdentities(db: Database, userId: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT platform, workspace, external_id FROM identities WHERE user_id = ?
       ORDER BY platform, workspace, external_id`,
    )
    .bind(userId)
}

/** Whose an account is, and since when, in milliseconds since 1970. */
export interface OwnedRow {
  readonly id: number
  readonly name: string
  readonly linked_at: number
}

/** One row for an account that is a user's, else none. */
export function selectOwner(db: Database, actor: Actor): D1PreparedStatement {
  return db
    .prepare(
      `SELECT u.id, u.name, i.created_at AS linked_at FROM identities i JOIN users u ON u.id = i.user_id
       WHERE i.platform = ?1 AND i.workspace = ?2 AND i.external_id = ?3`,
    )
    .bind(actor.platform, actor.workspace, actor.id)
}
