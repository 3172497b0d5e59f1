/** The statements of policy administration: users, groups, roles, permissions. Network: D1 only. */
import type { Actor } from '../chat/invocation.ts'
import type { Database } from './database.ts'

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

/** A user and the first chat identity, two statements of one batch. */
export function insertUser(db: Database, name: string, identity: Actor, now: number): D1PreparedStatement[] {
  return [
    db.prepare('INSERT INTO users (name, created_at) VALUES (?1, ?2)').bind(name, now),
    db
      .prepare(
        `INSERT INTO identities (platform, workspace, external_id, user_id)
         SELECT ?1, ?2, ?3, id FROM users WHERE name = ?4`,
      )
      .bind(identity.platform, identity.workspace, identity.id, name),
  ]
}

/** A group or a role by name. */
export function selectNamed(db: Database, table: 'groups' | 'roles', name: string): D1PreparedStatement {
  return db.prepare(`SELECT id, name FROM ${table} WHERE name = ?`).bind(name)
}

export function insertNamed(db: Database, table: 'groups' | 'roles', name: string, now: number): D1PreparedStatement {
  return db.prepare(`INSERT INTO ${table} (name, created_at) VALUES (?1, ?2)`).bind(name, now)
}

/** The names on one side of a link, sorted: the "before" and "after" of the audit. */
export const LINKS = {
  members: {
    table: 'group_members',
    owner: 'group_id',
    item: 'user_id',
    names: 'SELECT u.name FROM group_members l JOIN users u ON u.id = l.user_id WHERE l.group_id = ?1 ORDER BY u.name',
  },
  roles: {
    table: 'group_roles',
    owner: 'group_id',
    item: 'role_id',
    names: 'SELECT r.name FROM group_roles l JOIN roles r ON r.id = l.role_id WHERE l.group_id = ?1 ORDER BY r.name',
  },
  permissions: {
    table: 'role_permissions',
    owner: 'role_id',
    item: 'permission',
    names: 'SELECT permission AS name FROM role_permissions WHERE role_id = ?1 ORDER BY permission',
  },
} as const

export type Link = keyof typeof LINKS

export function selectLinked(db: Database, link: Link, owner: number): D1PreparedStatement {
  return db.prepare(LINKS[link].names).bind(owner)
}

export function insertLink(db: Database, link: Link, owner: number, item: number | string): D1PreparedStatement {
  const { table, owner: ownerColumn, item: itemColumn } = LINKS[link]
  return db
    .prepare(`INSERT INTO ${table} (${ownerColumn}, ${itemColumn}) VALUES (?1, ?2) ON CONFLICT DO NOTHING`)
    .bind(owner, item)
}

export function deleteLink(db: Database, link: Link, owner: number, item: number | string): D1PreparedStatement {
  const { table, owner: ownerColumn, item: itemColumn } = LINKS[link]
  return db.prepare(`DELETE FROM ${table} WHERE ${ownerColumn} = ?1 AND ${itemColumn} = ?2`).bind(owner, item)
}

/** Makes a permission known, so that roles can refer to it. */
export function insertPermission(db: Database, name: string): D1PreparedStatement {
  return db.prepare('INSERT INTO permissions (name) VALUES (?) ON CONFLICT DO NOTHING').bind(name)
}

export function selectVersion(db: Database): D1PreparedStatement {
  return db.prepare('SELECT version FROM policy WHERE id = 1')
}

/**
 * The first statement of a change: fails the whole batch when the policy is no longer at the version that was read.
 * SQLite has no RAISE outside of a trigger; `abs` of the smallest integer is the documented way to an error.
 */
export function expectVersion(db: Database, version: number): D1PreparedStatement {
  return db
    .prepare('SELECT CASE WHEN version = ?1 THEN 1 ELSE abs(-9223372036854775807 - 1) END FROM policy WHERE id = 1')
    .bind(version)
}

/** True for the error of {@link expectVersion}. */
export function isVersionConflict(error: unknown): boolean {
  return error instanceof Error && /integer overflow/i.test(error.message)
}
