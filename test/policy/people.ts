/**
 * A policy's people for measurements: users, each with a Slack identity and three groups, each group with two roles, each role
 * with three permissions. SQL only; runs wherever there is a D1.
 */

/** Users for each group of the site, on average over its three: groups and roles grow with the people. */
const USERS_PER_GROUP = 10

export const WORKSPACE = 'T1'

/** The account of the n-th user, 1 first. */
export const accountOf = (n: number) => `U${n}`

/** Rows with n from the first to the last. */
const numbers = (first: number, last: number) =>
  `WITH RECURSIVE s (n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM s WHERE n < ${last})`

/** Adds the people from `first` to `last`; what an earlier call added keeps what it has. */
export async function addPeople(db: D1Database, first: number, last: number): Promise<void> {
  const groups = (n: number) => Math.ceil(n / USERS_PER_GROUP) + 3
  const [from, to] = [first === 1 ? 1 : groups(first - 1) + 1, groups(last)]
  const named = (kind: string, since: number, until: number) =>
    db.prepare(`${numbers(since, until)} INSERT INTO ${kind}s (name, created_at) SELECT 'p-${kind}-' || n, 0 FROM s`)
  const group = (offset: string) => `(SELECT id FROM groups WHERE name = 'p-group-' || (${offset}))`
  const role = (n: string) => `(SELECT id FROM roles WHERE name = 'p-role-' || (${n}))`
  const user = `(SELECT id FROM users WHERE name = 'p-user-' || n)`
  const three = '(SELECT column1 AS k FROM (VALUES (0), (1), (2)))'
  await db.batch([
    db.prepare(`INSERT OR IGNORE INTO permissions (name) VALUES ('p:0'), ('p:1'), ('p:2')`),
    ...(from <= to
      ? [
          named('group', from, to),
          named('role', from, to),
          db.prepare(
            `${numbers(from, to)} INSERT INTO role_permissions (role_id, permission) SELECT ${role('n')}, 'p:' || k FROM s, ${three}`,
          ),
          db.prepare(
            `${numbers(from, to)} INSERT INTO group_roles (group_id, role_id)
             SELECT ${group('n')}, ${role('max(1, n - k)')} FROM s, ${three} WHERE k < 2 AND n > k`,
          ),
        ]
      : []),
    named('user', first, last),
    db.prepare(
      `${numbers(first, last)} INSERT INTO identities (platform, workspace, external_id, user_id)
       SELECT 'slack', '${WORKSPACE}', 'U' || n, ${user} FROM s`,
    ),
    db.prepare(
      `${numbers(first, last)} INSERT INTO group_members (user_id, group_id)
       SELECT ${user}, ${group(`(n - 1) / ${USERS_PER_GROUP} + 1 + k`)} FROM s, ${three}`,
    ),
  ])
}
