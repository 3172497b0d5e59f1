/** Users by name and account, and the version of the policy; changes are written by `document.ts`. Network: D1 only. */
import type { Actor } from '../chat/invocation.ts'
import type { Database } from './database.ts'

/** A user as the look-ups give it. */
export interface UserNameRow {
  readonly id: number
  readonly name: string
}

export function selectUserByName(db: Database, name: string): D1PreparedStatement {
  return db.prepare('SELECT id, name FROM users WHERE name = ?').bind(name)
}

export function selectUserByIdentity(db: Database, actor: Actor): D1PreparedStatement {
  return db
    .prepare(
      `SELECT u.id, u.name FROM identities i JOIN users u ON u.id = i.user_id
       WHERE i.platform = ?1 AND i.workspace = ?2 AND i.external_id = ?3`,
    )
    .bind(actor.platform, actor.workspace, actor.id)
}

export function selectVersion(db: Database): D1PreparedStatement {
  return db.prepare('SELECT version FROM policy WHERE id = 1')
}

/** The text of {@link expectVersion}; `?1` is the version. */
export const EXPECT_VERSION =
  'SELECT CASE WHEN version = ?1 THEN 1 ELSE abs(-9223372036854775807 - 1) END FROM policy WHERE id = 1'

/**
 * The first statement of a change: fails the whole batch when the policy is no longer at the version that was read.
 * SQLite has no RAISE outside of a trigger; `abs` of the smallest integer is the documented way to an error.
 */
export function expectVersion(db: Database, version: number): D1PreparedStatement {
  return db.prepare(EXPECT_VERSION).bind(version)
}

/** True for the error of {@link expectVersion}. */
export function isVersionConflict(error: unknown): boolean {
  return error instanceof Error && /integer overflow/i.test(error.message)
}
