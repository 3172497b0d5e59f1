/**
 * The statements that make a change of the policy in the database. Pure: `document.ts` binds them in the Worker, `cli/policy/` writes
 * them as a file.
 *
 * They trust that the change can be made: `applyChange` has said so of the document that was read, and the batch starts with the
 * check that the policy is still of the version that was read.
 */

import { commandOfRule } from '../policy/document/evaluate.ts'
import type { PolicyChange } from '../policy/document/model.ts'
import { GONE, namesJson } from '../policy/document/names.ts'
import type { Query } from './document-read.ts'

/**
 * The names of a rule as they are kept: users and groups by their numbers, so that no later name can be taken for them. `?1` is the
 * JSON of `namesJson`; the order of its keys stays.
 */
export const NAMES_KEPT = `(SELECT json_group_object(k.key, json(k.entries)) FROM (
  SELECT kind.key, (SELECT json_group_object(n.key, CASE
      WHEN kind.key = 'channel' THEN n.value
      WHEN substr(n.value, length(kind.key) + 2, 1) = '${GONE}' THEN kind.key || ':' || substr(n.value, length(kind.key) + 3)
      WHEN kind.key = 'user' THEN 'user:' || (SELECT id FROM users WHERE name = substr(n.value, 6))
      ELSE 'group:' || (SELECT id FROM groups WHERE name = substr(n.value, 7)) END)
    FROM json_each(kind.value) n) AS entries
  FROM json_each(?1) kind) k)`

/** The statements of one change, to be run in their order. */
export function changeSql(change: PolicyChange, now: number): Query[] {
  switch (change.kind) {
    case 'user.add':
      return [{ sql: 'INSERT INTO users (name, created_at) VALUES (?1, ?2)', params: [change.user, now] }]
    case 'user.remove':
      return [{ sql: 'DELETE FROM users WHERE name = ?1', params: [change.user] }]
    case 'identity.add':
      return [
        {
          sql: `INSERT INTO identities (platform, workspace, external_id, user_id, created_at)
            SELECT ?1, ?2, ?3, id, ?5 FROM users WHERE name = ?4`,
          params: [...partsOf(change.identity), change.user, now],
        },
      ]
    case 'identity.remove':
      return [
        {
          sql: 'DELETE FROM identities WHERE platform = ?1 AND workspace = ?2 AND external_id = ?3',
          params: partsOf(change.identity),
        },
      ]
    case 'group.add':
      return [{ sql: 'INSERT INTO groups (name, created_at) VALUES (?1, ?2)', params: [change.group, now] }]
    case 'group.remove':
      return [{ sql: 'DELETE FROM groups WHERE name = ?1', params: [change.group] }]
    case 'role.add':
      return [{ sql: 'INSERT INTO roles (name, created_at) VALUES (?1, ?2)', params: [change.role, now] }]
    case 'role.remove':
      return [{ sql: 'DELETE FROM roles WHERE name = ?1', params: [change.role] }]
    case 'member.add':
      return [
        {
          sql: `INSERT INTO group_members (user_id, group_id, expires_at)
            SELECT u.id, g.id, ?3 FROM users u, groups g WHERE u.name = ?1 AND g.name = ?2
            ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at`,
          params: [change.user, change.group, change.until],
        },
      ]
    case 'member.remove':
      return [
        {
          sql: `DELETE FROM group_members WHERE user_id = (SELECT id FROM users WHERE name = ?1)
            AND group_id = (SELECT id FROM groups WHERE name = ?2)`,
          params: [change.user, change.group],
        },
      ]
    case 'role.grant':
      return [
        {
          sql: `INSERT INTO group_roles (role_id, group_id, expires_at)
            SELECT r.id, g.id, ?3 FROM roles r, groups g WHERE r.name = ?1 AND g.name = ?2
            ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at`,
          params: [change.role, change.group, change.until],
        },
      ]
    case 'role.revoke':
      return [
        {
          sql: `DELETE FROM group_roles WHERE role_id = (SELECT id FROM roles WHERE name = ?1)
            AND group_id = (SELECT id FROM groups WHERE name = ?2)`,
          params: [change.role, change.group],
        },
      ]
    case 'permission.grant':
      return [
        { sql: 'INSERT INTO permissions (name) VALUES (?1) ON CONFLICT DO NOTHING', params: [change.permission] },
        {
          sql: `INSERT INTO role_permissions (role_id, permission, expires_at) SELECT id, ?1, ?3 FROM roles WHERE name = ?2
            ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at`,
          params: [change.permission, change.role, change.until],
        },
      ]
    case 'permission.revoke':
      return [
        {
          sql: 'DELETE FROM role_permissions WHERE permission = ?1 AND role_id = (SELECT id FROM roles WHERE name = ?2)',
          params: [change.permission, change.role],
        },
      ]
    case 'room.set':
      return [
        { sql: 'DELETE FROM rooms WHERE ref = ?2 AND name <> ?1', params: [change.name, change.ref] },
        {
          sql: 'INSERT INTO rooms (name, ref) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET ref = excluded.ref',
          params: [change.name, change.ref],
        },
      ]
    case 'room.remove':
      return [{ sql: 'DELETE FROM rooms WHERE name = ?1', params: [change.name] }]
    case 'rule.add':
      return [
        {
          sql: `INSERT INTO rules (command, text, names, enabled, created_at) VALUES (?2, ?3, ${NAMES_KEPT}, ?4, ?5)`,
          params: [namesJson(change.names), commandOfRule(change.text), change.text, change.enabled ? 1 : 0, now],
        },
      ]
    case 'rule.remove':
      return [{ sql: `DELETE FROM rules WHERE text = ?2 AND names = ${NAMES_KEPT}`, params: ruleParams(change) }]
    case 'rule.enable':
    case 'rule.disable':
      return [
        {
          sql: `UPDATE rules SET enabled = ?3 WHERE text = ?2 AND names = ${NAMES_KEPT}`,
          params: [...ruleParams(change), change.kind === 'rule.enable' ? 1 : 0],
        },
      ]
    case 'expectation.add':
      return [{ sql: 'INSERT INTO expectations (text, created_at) VALUES (?1, ?2)', params: [change.text, now] }]
    case 'expectation.remove':
      return [{ sql: 'DELETE FROM expectations WHERE text = ?1', params: [change.text] }]
  }
}

function ruleParams({ names, text }: PolicyChange & { readonly kind: 'rule.remove' | 'rule.enable' | 'rule.disable' }) {
  return [namesJson(names), text]
}

function partsOf(identity: string): string[] {
  return identity.split(':')
}
