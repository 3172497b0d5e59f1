/** What admission reads of the policy: who the actor is in Pawl, what he holds, and which version that is. Network: D1 only. */
import type { Actor } from '../chat/invocation.ts'
import type { Database } from './database.ts'

export interface SubjectRow {
  readonly version: number
  readonly user_id: number | null
  readonly user_name: string | null
  /** JSON lists of names. */
  readonly groups: string
  readonly permissions: string
}

const SUBJECT = `SELECT p.version, u.id AS user_id, u.name AS user_name,
    (SELECT json_group_array(g.name) FROM group_members m JOIN groups g ON g.id = m.group_id
      WHERE m.user_id = u.id) AS groups,
    (SELECT json_group_array(DISTINCT rp.permission) FROM group_members m
      JOIN group_roles gr ON gr.group_id = m.group_id JOIN role_permissions rp ON rp.role_id = gr.role_id
      WHERE m.user_id = u.id) AS permissions
  FROM policy p`

/** Always one row: the policy's version and, for a known identity, its user, groups and permissions. */
export function selectSubject(db: Database, actor: Actor): D1PreparedStatement {
  return db
    .prepare(
      `${SUBJECT} LEFT JOIN identities i ON i.platform = ?1 AND i.workspace = ?2 AND i.external_id = ?3
       LEFT JOIN users u ON u.id = i.user_id WHERE p.id = 1`,
    )
    .bind(actor.platform, actor.workspace, actor.id)
}

/** The same for the actor of a run; no row when there is no such run. */
export function selectSubjectOfRun(db: Database, run: string): D1PreparedStatement {
  return db
    .prepare(
      `${SUBJECT} JOIN runs r ON r.id = ?1
       LEFT JOIN identities i ON i.platform = r.platform AND i.workspace = r.workspace AND i.external_id = r.actor
       LEFT JOIN users u ON u.id = i.user_id WHERE p.id = 1`,
    )
    .bind(run)
}

export interface RuleRow {
  readonly id: number
  readonly command: string
  readonly text: string
}

/** Every enabled rule of the site. */
export function selectRules(db: Database): D1PreparedStatement {
  return db.prepare('SELECT id, command, text FROM rules WHERE enabled = 1 ORDER BY id')
}

/** Users (by name) and identities that hold a permission through a group and a role, at most `limit`. */
export function selectHolders(db: Database, permission: string, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT DISTINCT u.name FROM role_permissions rp JOIN group_roles gr ON gr.role_id = rp.role_id
         JOIN group_members m ON m.group_id = gr.group_id JOIN users u ON u.id = m.user_id
       WHERE rp.permission = ?1 ORDER BY u.name LIMIT ?2`,
    )
    .bind(permission, limit)
}
