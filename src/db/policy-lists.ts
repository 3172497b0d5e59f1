/** What the lists of policy administration read beside the document: people, who may be many, and ids. Network: D1 only. */
import type { Database } from './database.ts'

/** Members that an answer names; the rest is counted. */
export const MEMBERS_SHOWN = 20

export interface MemberRow {
  readonly name: string
  readonly expires_at: number | null
  /** How many there are in all. */
  readonly total: number
}

/** The first members of a group by name, without those whose time is over. */
export function selectMembers(db: Database, group: string, now: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT u.name, m.expires_at, count(*) OVER () AS total
       FROM groups g JOIN group_members m ON m.group_id = g.id JOIN users u ON u.id = m.user_id
       WHERE g.name = ?1 AND (m.expires_at IS NULL OR m.expires_at > ?2) ORDER BY u.name LIMIT ?3`,
    )
    .bind(group, now, limit)
}

export interface GroupSizeRow {
  readonly name: string
  readonly members: number
}

/** How many members each group has. */
export function selectGroupSizes(db: Database, now: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT g.name, count(m.user_id) AS members FROM groups g LEFT JOIN group_members m ON m.group_id = g.id
         AND (m.expires_at IS NULL OR m.expires_at > ?1)
       GROUP BY g.id ORDER BY g.name`,
    )
    .bind(now)
}

export interface HolderRow {
  readonly name: string
  readonly total: number
}

/** The first users who are in one of these groups, by name. */
export function selectPeopleOf(
  db: Database,
  groups: readonly string[],
  now: number,
  limit: number,
): D1PreparedStatement {
  return db
    .prepare(
      `SELECT name, count(*) OVER () AS total FROM (
         SELECT DISTINCT u.name FROM json_each(?1) j JOIN groups g ON g.name = j.value
           JOIN group_members m ON m.group_id = g.id JOIN users u ON u.id = m.user_id
         WHERE m.expires_at IS NULL OR m.expires_at > ?2)
       ORDER BY name LIMIT ?3`,
    )
    .bind(JSON.stringify(groups), now, limit)
}

export interface UserRow {
  readonly name: string
  /** JSON lists: chat accounts, and groups. */
  readonly identities: string
  readonly groups: string
}

export interface UserQuery {
  /** Only names with this in them. */
  readonly search: string | null
  /** Only names behind this one: the next page. */
  readonly after: string
  readonly limit: number
  readonly now: number
}

/** Users by name. */
export function selectUsers(db: Database, { search, after, limit, now }: UserQuery): D1PreparedStatement {
  return db
    .prepare(
      `SELECT u.name,
         (SELECT json_group_array(i.platform || ':' || i.workspace || ':' || i.external_id) FROM identities i
           WHERE i.user_id = u.id) AS identities,
         (SELECT json_group_array(g.name) FROM group_members m JOIN groups g ON g.id = m.group_id
           WHERE m.user_id = u.id AND (m.expires_at IS NULL OR m.expires_at > ?4)) AS groups
       FROM users u WHERE u.name > ?2 AND (?1 IS NULL OR instr(u.name, ?1) > 0) ORDER BY u.name LIMIT ?3`,
    )
    .bind(search, after, limit, now)
}

export interface ExpectationRow {
  readonly id: number
  readonly text: string
}

/** Every expectation, with the id under which it is deleted. */
export function selectExpectations(db: Database): D1PreparedStatement {
  return db.prepare('SELECT id, text FROM expectations ORDER BY id')
}

/** The newest row of a table whose ids only grow: what the batch before it has inserted. */
export function selectNewest(db: Database, table: 'rules' | 'expectations'): D1PreparedStatement {
  return db.prepare(`SELECT max(id) AS id FROM ${table}`)
}
