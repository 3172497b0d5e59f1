/** What admission reads of the policy: who the actor is in Pawl, what he holds, and which version that is. Network: D1 only. */
import type { Actor } from '../chat/invocation.ts'
import type { State } from '../runs/state.ts'
import type { Database } from './database.ts'
import { STANDING_FRESH_MS } from './standing.ts'

export interface SubjectRow {
  readonly version: number
  readonly user_id: number | null
  readonly user_name: string | null
  /** JSON list of `[id, name]`. */
  readonly groups: string
  /** JSON lists of names. */
  readonly permissions: string
  /** The id of the group `everyone`, and what its members may. */
  readonly everyone: number
  readonly open_permissions: string
  /** The platform's word on the account, while it is fresh. */
  readonly standing: 'member' | 'outside' | null
}

/** The same with what became of the delivery that is being admitted. */
export interface AdmissionRow extends SubjectRow {
  readonly change: string
  readonly digest: string
  readonly state: State
  /** The kept answer. */
  readonly reply: string | null
}

/** A grant counts while its end is to come; `?1` is now. */
const live = (...tables: string[]) =>
  tables.map((table) => `(${table}.expires_at IS NULL OR ${table}.expires_at > ?1)`).join(' AND ')

const subject = (
  standing: string,
  more = '',
) => `SELECT p.version, u.id AS user_id, u.name AS user_name, e.id AS everyone,
    (SELECT json_group_array(json_array(g.id, g.name)) FROM group_members m JOIN groups g ON g.id = m.group_id
      WHERE m.user_id = u.id AND ${live('m')}) AS groups,
    (SELECT json_group_array(DISTINCT rp.permission) FROM group_members m
      JOIN group_roles gr ON gr.group_id = m.group_id JOIN role_permissions rp ON rp.role_id = gr.role_id
      WHERE m.user_id = u.id AND ${live('m', 'gr', 'rp')}) AS permissions,
    (SELECT json_group_array(DISTINCT rp.permission) FROM group_roles gr
      JOIN role_permissions rp ON rp.role_id = gr.role_id
      WHERE gr.group_id = e.id AND ${live('gr', 'rp')}) AS open_permissions,
    ${standing} AS standing ${more}
  FROM policy p JOIN groups e ON e.name = 'everyone'`

const standingOf = (platform: string, workspace: string, account: string) =>
  `(SELECT s.standing FROM standings s WHERE s.platform = ${platform} AND s.workspace = ${workspace}
    AND s.external_id = ${account} AND s.checked_at BETWEEN ?1 - ${STANDING_FRESH_MS - 1} AND ?1)`

const ACTOR = `LEFT JOIN identities i ON i.platform = ?2 AND i.workspace = ?3 AND i.external_id = ?4
  LEFT JOIN users u ON u.id = i.user_id`

/**
 * Always one row: the policy's version and, for a known identity, its user, groups and permissions at this moment. Reads as many
 * rows with a hundred thousand users as with ten.
 */
export function selectSubject(db: Database, actor: Actor, now: number): D1PreparedStatement {
  return db
    .prepare(`${subject(standingOf('?2', '?3', '?4'))} ${ACTOR} WHERE p.id = 1`)
    .bind(now, actor.platform, actor.workspace, actor.id)
}

/** The same with the run under which a delivery is known; no row when there is none. */
export function selectAdmission(db: Database, run: string, actor: Actor, now: number): D1PreparedStatement {
  return db
    .prepare(
      `${subject(standingOf('?2', '?3', '?4'), ', r.change, r.digest, r.state, r.reply')}
       JOIN runs r ON r.id = ?5 ${ACTOR} WHERE p.id = 1`,
    )
    .bind(now, actor.platform, actor.workspace, actor.id, run)
}

/** The same for a user by name; no row when there is no such user. */
export function selectSubjectOfUser(db: Database, name: string, now: number): D1PreparedStatement {
  return db.prepare(`${subject('NULL')} JOIN users u ON u.name = ?2 WHERE p.id = 1`).bind(now, name)
}

/** The same for the actor of a run; no row when there is no such run. */
export function selectSubjectOfRun(db: Database, run: string, now: number): D1PreparedStatement {
  return db
    .prepare(
      `${subject(standingOf('r.platform', 'r.workspace', 'r.actor'))} JOIN runs r ON r.id = ?2
       LEFT JOIN identities i ON i.platform = r.platform AND i.workspace = r.workspace AND i.external_id = r.actor
       LEFT JOIN users u ON u.id = i.user_id WHERE p.id = 1`,
    )
    .bind(now, run)
}

export interface RuleRow {
  readonly id: number
  readonly command: string
  readonly text: string
  /** JSON; what the names in the text stand for. */
  readonly names: string
}

/** Every enabled rule of the site. */
export function selectRules(db: Database): D1PreparedStatement {
  return db.prepare('SELECT id, command, text, names FROM rules WHERE enabled = 1 ORDER BY id')
}

/** The chat accounts of a user by name. */
export function selectAccounts(db: Database, name: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT i.platform, i.workspace, i.external_id AS id FROM identities i JOIN users u ON u.id = i.user_id
       WHERE u.name = ?1 ORDER BY i.platform, i.workspace, i.external_id`,
    )
    .bind(name)
}

/** The users who are in the same groups, as one row: how many, and the first of them by name. */
export interface AlikeRow {
  /** JSON list of group ids, sorted. */
  readonly groups: string
  readonly count: number
  /** Names, separated by commas; at most {@link NAMES_SHOWN} characters. */
  readonly names: string
}

/** More names than this are not listed. */
const NAMES_SHOWN = 2_000

/** Users by the groups that they are in at this moment; those named in `apart` (ids) stand alone. Reads every user and membership. */
export function selectAlike(db: Database, apart: readonly number[], now: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT groups, COUNT(*) AS count, substr(group_concat(name, ','), 1, ${NAMES_SHOWN}) AS names,
         CASE WHEN id IN (SELECT value FROM json_each(?2)) THEN id END AS alone
       FROM (SELECT u.id, u.name,
           (SELECT json_group_array(group_id) FROM (SELECT m.group_id FROM group_members m
             WHERE m.user_id = u.id AND ${live('m')} ORDER BY m.group_id)) AS groups
         FROM users u ORDER BY u.name)
       GROUP BY groups, alone ORDER BY count DESC`,
    )
    .bind(now, JSON.stringify(apart))
}

/** What each group may at this moment: `id`, `name`, and `permissions` as a JSON list. */
export function selectGroupPermissions(db: Database, now: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT g.id, g.name, (SELECT json_group_array(DISTINCT rp.permission) FROM group_roles gr
           JOIN role_permissions rp ON rp.role_id = gr.role_id
           WHERE gr.group_id = g.id AND ${live('gr', 'rp')}) AS permissions
       FROM groups g ORDER BY g.name`,
    )
    .bind(now)
}

/** Names of users that hold a permission through a group and a role at this moment, at most `limit`. */
export function selectHolders(db: Database, permission: string, now: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT DISTINCT u.name FROM role_permissions rp JOIN group_roles gr ON gr.role_id = rp.role_id
         JOIN group_members m ON m.group_id = gr.group_id JOIN users u ON u.id = m.user_id
       WHERE rp.permission = ?2 AND ${live('m', 'gr', 'rp')} ORDER BY u.name LIMIT ?3`,
    )
    .bind(now, permission, limit)
}
