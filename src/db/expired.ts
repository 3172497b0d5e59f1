/** Grants whose time is over: found and deleted. Network: D1 only (through the statements it returns). */
import type { Database } from './database.ts'

export interface ExpiredRow {
  /** `group:deployers`, `role:deployer`. */
  readonly target: string
  /** What the target had: a user, a role, a permission. */
  readonly item: string
  readonly expires_at: number
  /** The keys of the row. */
  readonly owner_id: number
  readonly item_id: number | string
  readonly kind: 'member' | 'role' | 'permission'
}

/** The ones longest over first. */
export function selectExpired(db: Database, now: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT 'member' AS kind, 'group:' || g.name AS target, u.name AS item, m.expires_at, m.group_id AS owner_id,
           m.user_id AS item_id
         FROM group_members m JOIN groups g ON g.id = m.group_id JOIN users u ON u.id = m.user_id
         WHERE m.expires_at IS NOT NULL AND m.expires_at <= ?1
       UNION ALL
       SELECT 'role', 'group:' || g.name, r.name, gr.expires_at, gr.group_id, gr.role_id
         FROM group_roles gr JOIN groups g ON g.id = gr.group_id JOIN roles r ON r.id = gr.role_id
         WHERE gr.expires_at IS NOT NULL AND gr.expires_at <= ?1
       UNION ALL
       SELECT 'permission', 'role:' || r.name, rp.permission, rp.expires_at, rp.role_id, rp.permission
         FROM role_permissions rp JOIN roles r ON r.id = rp.role_id
         WHERE rp.expires_at IS NOT NULL AND rp.expires_at <= ?1
       ORDER BY expires_at LIMIT ?2`,
    )
    .bind(now, limit)
}

const TABLES = {
  member: ['group_members', 'group_id', 'user_id'],
  role: ['group_roles', 'group_id', 'role_id'],
  permission: ['role_permissions', 'role_id', 'permission'],
} as const

/** Takes one of them away. */
export function deleteExpired(db: Database, { kind, owner_id, item_id, expires_at }: ExpiredRow): D1PreparedStatement {
  const [table, owner, item] = TABLES[kind]
  return db
    .prepare(`DELETE FROM ${table} WHERE ${owner} = ?1 AND ${item} = ?2 AND expires_at = ?3`)
    .bind(owner_id, item_id, expires_at)
}
