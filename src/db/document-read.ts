/**
 * The queries that read the whole policy as one document, and what is made of their answers. Pure: `document.ts` runs them in the
 * Worker, `cli/policy/` through wrangler.
 */

import { EVERYONE, type PolicyDocument } from '../policy/document/model.ts'
import { GONE } from '../policy/document/names.ts'
import { ADMIN } from '../policy/house-permissions.ts'
import { IDENTITY } from '../policy/names.ts'
import type { NamedRef, RuleNames } from '../policy/tree.ts'

/** Parameters are written `?1`, `?2` …; nothing from outside is part of the text. */
export interface Query {
  readonly sql: string
  readonly params: readonly (string | number | null)[]
}

/** One row of an answer. */
export type Row = { readonly [column: string]: unknown }

/** Everybody. */
const ALL_PEOPLE = 'WITH people (id, name) AS (SELECT id, name FROM users)'

/**
 * The users of the JSON list `?1`, those whom a rule names, whoever holds the permission `?2` at `?3`, and the owners of the accounts
 * `?4`, a JSON list of `[platform, workspace, id]`. CROSS JOIN keeps SQLite to this order, from the few to the many; left to itself it
 * begins with all users.
 */
const SOME_PEOPLE = `WITH wanted (id) AS (
    SELECT u.id FROM json_each(?1) p CROSS JOIN users u ON u.name = p.value
    UNION SELECT i.user_id FROM json_each(?4) a CROSS JOIN identities i ON i.platform = json_extract(a.value, '$[0]')
      AND i.workspace = json_extract(a.value, '$[1]') AND i.external_id = json_extract(a.value, '$[2]')
    UNION SELECT CAST(substr(n.value, 6) AS INTEGER) FROM rules r, json_each(r.names, '$.user') n WHERE r.names <> '{}'
    UNION SELECT m.user_id FROM role_permissions rp CROSS JOIN group_roles gr ON gr.role_id = rp.role_id
      CROSS JOIN group_members m ON m.group_id = gr.group_id
      WHERE rp.permission = ?2 AND ${live('rp', '?3')} AND ${live('gr', '?3')} AND ${live('m', '?3')}
  ), people (id, name) AS (SELECT u.id, u.name FROM wanted w CROSS JOIN users u ON u.id = w.id)`

function live(table: string, time: string): string {
  return `(${table}.expires_at IS NULL OR ${table}.expires_at > ${time})`
}

/**
 * The queries, to be run in one batch.
 *
 * @param people as `loadDocument` takes them
 */
export function documentQueries(now: number, people: 'all' | readonly string[]): Query[] {
  const from = people === 'all' ? ALL_PEOPLE : SOME_PEOPLE
  const who = people === 'all' ? [] : peopleParams(people, now)
  return [
    { sql: 'SELECT version FROM policy WHERE id = 1', params: [] },
    {
      sql: `${from} SELECT p.id, p.name, i.platform || ':' || i.workspace || ':' || i.external_id AS identity
        FROM people p LEFT JOIN identities i ON i.user_id = p.id`,
      params: who,
    },
    { sql: 'SELECT id, name FROM groups', params: [] },
    {
      sql: `${from} SELECT m.group_id, p.name, m.expires_at FROM people p CROSS JOIN group_members m ON m.user_id = p.id
        WHERE ${live('m', `?${who.length + 1}`)}`,
      params: [...who, now],
    },
    {
      sql: `SELECT gr.group_id, r.name, gr.expires_at FROM group_roles gr JOIN roles r ON r.id = gr.role_id
        WHERE ${live('gr', '?1')}`,
      params: [now],
    },
    {
      sql: `SELECT r.name, rp.permission, rp.expires_at FROM roles r
        LEFT JOIN role_permissions rp ON rp.role_id = r.id AND ${live('rp', '?1')}`,
      params: [now],
    },
    { sql: 'SELECT name, ref FROM rooms', params: [] },
    { sql: 'SELECT id, text, names, enabled FROM rules ORDER BY id', params: [] },
    { sql: 'SELECT text FROM expectations ORDER BY id', params: [] },
  ]
}

/** What {@link SOME_PEOPLE} asks for; an account has colons in it, a name none. */
function peopleParams(people: readonly string[], now: number): (string | number)[] {
  const accounts = people.filter((one) => IDENTITY.test(one))
  const names = people.filter((one) => !accounts.includes(one))
  return [JSON.stringify(names), ADMIN, now, JSON.stringify(accounts.map((key) => key.split(':')))]
}

/** The document that the answers to {@link documentQueries} make. */
export function readDocument(answers: readonly (readonly Row[])[]): { version: number; document: PolicyDocument } {
  const [policy, people, groupRows, members, groupRoles, rolePermissions, rooms, rules, expectations] = answers.map(
    (rows) => rows.map((row) => new Columns(row)),
  )
  const users = new Map<string, string[]>()
  const userNames = new Map<number, string>()
  for (const row of people ?? []) {
    const identities = users.get(row.text('name')) ?? []
    if (row.has('identity')) identities.push(row.text('identity'))
    users.set(row.text('name'), identities)
    userNames.set(row.number('id'), row.text('name'))
  }
  for (const identities of users.values()) identities.sort()
  const groups = new Map([
    [EVERYONE, { members: new Map<string, number | null>(), roles: new Map<string, number | null>() }],
  ])
  const groupNames = new Map<number, string>()
  for (const row of groupRows ?? []) {
    groupNames.set(row.number('id'), row.text('name'))
    groups.set(row.text('name'), { members: new Map(), roles: new Map() })
  }
  const groupOf = (row: Columns) => groups.get(groupNames.get(row.number('group_id')) ?? '')
  for (const row of members ?? []) groupOf(row)?.members.set(row.text('name'), row.time('expires_at'))
  for (const row of groupRoles ?? []) groupOf(row)?.roles.set(row.text('name'), row.time('expires_at'))
  const roles = new Map<string, Map<string, number | null>>()
  for (const row of rolePermissions ?? []) {
    const permissions = roles.get(row.text('name')) ?? new Map<string, number | null>()
    if (row.has('permission')) permissions.set(row.text('permission'), row.time('expires_at'))
    roles.set(row.text('name'), permissions)
  }
  return {
    version: policy?.[0]?.number('version') ?? 0,
    document: {
      users,
      groups,
      roles,
      rooms: new Map(rooms?.map((row) => [row.text('name'), row.text('ref')])),
      rules: (rules ?? []).map((row) => ({
        id: row.number('id'),
        text: row.text('text'),
        names: namesByName(JSON.parse(row.text('names')) as RuleNames, { user: userNames, group: groupNames }),
        enabled: row.number('enabled') === 1,
      })),
      expectations: (expectations ?? []).map((row) => row.text('text')),
    },
  }
}

/** The columns of a row by name and type. */
class Columns {
  readonly #row: Row

  constructor(row: Row) {
    this.#row = row
  }

  has(column: string): boolean {
    return this.#row[column] !== null && this.#row[column] !== undefined
  }

  text(column: string): string {
    return String(this.#row[column])
  }

  number(column: string): number {
    return Number(this.#row[column])
  }

  /** The end of a grant; null is for good. */
  time(column: string): number | null {
    return this.has(column) ? this.number(column) : null
  }
}

type NamesById = { readonly [kind in 'user' | 'group']: ReadonlyMap<number, string> }

/** `user:1` as `user:ada`, the way a document refers to it. */
function namesByName(names: RuleNames, known: NamesById): RuleNames {
  const translated = Object.entries(names).map(([kind, entries = {}]) => [
    kind,
    kind === 'channel' ? entries : mapValues(entries, (ref) => refByName(kind as 'user' | 'group', ref, known)),
  ])
  return Object.fromEntries(translated) as { [kind in NamedRef]?: { [name: string]: string } }
}

function refByName(kind: 'user' | 'group', ref: string, known: NamesById): string {
  const id = ref.slice(kind.length + 1)
  return `${kind}:${known[kind].get(Number(id)) ?? `${GONE}${id}`}`
}

function mapValues(entries: { readonly [name: string]: string }, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, change(value)]))
}
