/** The policy as one document, written to and read from the real database with its real migrations. */
import { env } from 'cloudflare:test'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { changeStatements, loadDocument } from '../../src/db/document.ts'
import { expectVersion, isVersionConflict } from '../../src/db/policy.ts'
import { anyDocument, normalForm } from '../../src/policy/document/apply.arbitrary.ts'
import { emptyDocument } from '../../src/policy/document/apply.ts'
import { diffDocuments } from '../../src/policy/document/diff.ts'
import { parseDocument } from '../../src/policy/document/file-parse.ts'
import type { PolicyChange, PolicyDocument } from '../../src/policy/document/model.ts'

const NOW = Date.UTC(2026, 10, 21)
const db = openDatabase(env.DB)

function document(text: string): PolicyDocument {
  const result = parseDocument(text)
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  return result.document
}

async function write(changes: readonly PolicyChange[], now = NOW): Promise<void> {
  const statements = changes.flatMap((change) => changeStatements(db, change, now))
  if (statements.length > 0) await db.batch(statements)
}

/** Makes the database say this. */
async function become(wanted: PolicyDocument): Promise<void> {
  // From the beginning of time: what has ended is taken away too.
  const { document: before } = await loadDocument(db, 0, 'all')
  await write(diffDocuments(before, wanted))
}

async function load(people: 'all' | readonly string[] = 'all', now = NOW): Promise<PolicyDocument> {
  return (await loadDocument(db, now, people)).document
}

beforeEach(() => become(emptyDocument))

describe('the policy in the database', () => {
  it('is what the changes say, from any policy to any other', async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument, anyDocument, async (first, second) => {
        await become(first)
        expect(normalForm(await load())).toEqual(normalForm(first))
        await become(second)
        expect(normalForm(await load())).toEqual(normalForm(second))
      }),
      { numRuns: 40 },
    )
  })

  it('of a fresh install is the empty document', async () => {
    expect(await load()).toEqual(emptyDocument)
  })

  it('has a greater version after every change', async () => {
    const steps = diffDocuments(
      emptyDocument,
      document(`user ada s:1:2
room #ops s:1
role r
  permission a:b
group g
  member ada
  role r
rule when command is x with user == @ada allow
expect @ada: x => allowed`),
    )
    let { version } = await loadDocument(db, NOW, 'all')
    for (const step of steps) {
      await write([step])
      const after = await loadDocument(db, NOW, 'all')
      expect(after.version, step.kind).toBeGreaterThan(version)
      version = after.version
    }
  })

  it('is not touched by a batch for another version', async () => {
    const { version } = await loadDocument(db, NOW, 'all')
    const batch = (expected: number, user: string) =>
      db.batch([expectVersion(db, expected), ...changeStatements(db, { kind: 'user.add', user }, NOW)])
    await batch(version, 'ada')
    const refused = await batch(version, 'grace').catch((error: unknown) => error)
    expect(isVersionConflict(refused)).toBe(true)
    expect([...(await load()).users.keys()]).toEqual(['ada'])
  })

  it('leaves out what has ended, at the moment of its end', async () => {
    const until = NOW + 1_000
    await write([
      { kind: 'user.add', user: 'ada' },
      { kind: 'role.add', role: 'r' },
      { kind: 'group.add', group: 'g' },
      { kind: 'member.add', group: 'g', user: 'ada', until },
      { kind: 'role.grant', group: 'g', role: 'r', until },
      { kind: 'permission.grant', role: 'r', permission: 'a:b', until },
    ])
    const before = await load('all', until - 1)
    expect(before.groups.get('g')).toEqual({ members: new Map([['ada', until]]), roles: new Map([['r', until]]) })
    expect(before.roles.get('r')).toEqual(new Map([['a:b', until]]))
    const after = await load('all', until)
    expect(after.groups.get('g')).toEqual({ members: new Map(), roles: new Map() })
    expect(after.roles.get('r')).toEqual(new Map())
    // What has ended and was not cleared away yet can be granted again.
    await write([{ kind: 'member.add', group: 'g', user: 'ada', until: null }])
    expect((await load('all', until)).groups.get('g')?.members).toEqual(new Map([['ada', null]]))
  })
})

describe('the names in a rule', () => {
  const text = 'when command is x with user == @ada and group != g and channel == #ops allow'
  const POLICY = `user ada\nroom #ops slack:C1\ngroup g\nrule ${text}`

  it('are kept as numbers, so that nobody else can take them', async () => {
    await become(document(POLICY))
    const row = await env.DB.prepare('SELECT command, names FROM rules').first<{ command: string; names: string }>()
    const user = await env.DB.prepare("SELECT id FROM users WHERE name = 'ada'").first<number>('id')
    const group = await env.DB.prepare("SELECT id FROM groups WHERE name = 'g'").first<number>('id')
    expect(row?.command).toBe('x')
    expect(JSON.parse(row?.names ?? '')).toEqual({
      channel: { '#ops': 'slack:C1' },
      group: { g: `group:${group}` },
      user: { '@ada': `user:${user}` },
    })
  })

  it('mean the same after a rename, and the rule can be found', async () => {
    await become(document(POLICY))
    await env.DB.prepare("UPDATE users SET name = 'lovelace' WHERE name = 'ada'").run()
    const [rule] = (await load()).rules
    expect(rule).toMatchObject({ text, names: { user: { '@ada': 'user:lovelace' } } })
    if (!rule) return
    await write([{ kind: 'rule.disable', text, names: rule.names }])
    expect((await load()).rules[0]?.enabled).toBe(false)
    await write([{ kind: 'rule.remove', text, names: rule.names }])
    expect((await load()).rules).toEqual([])
  })

  it('of a user who is gone never become those of a new one, and the rule can be taken away', async () => {
    await become(document(POLICY))
    const id = await env.DB.prepare("SELECT id FROM users WHERE name = 'ada'").first<number>('id')
    await env.DB.prepare("DELETE FROM users WHERE name = 'ada'").run()
    await write([
      { kind: 'user.add', user: 'ada' },
      { kind: 'user.add', user: String(id) },
    ])
    const [rule] = (await load()).rules
    expect(rule?.names.user).toEqual({ '@ada': `user:#${id}` })
    if (rule) await write([{ kind: 'rule.remove', text, names: rule.names }])
    expect((await load()).rules).toEqual([])
  })
})

describe('loadDocument for a few people', () => {
  it('reads these, the administrators, and whom a rule names, and no others', async () => {
    await become(
      document(`user ada s:1:1
user bob s:1:2
user eve s:1:3
user mia s:1:4
user zoe s:1:5
role admin
  permission pawl:admin
group admins
  member eve
  member zoe until 2026-11-21
  role admin
group g
  member bob
  member mia
  member zoe
rule when command is x with user == @ada allow`),
    )
    const some = await load(['bob', 'nobody'], NOW + 1)
    expect([...some.users].sort()).toEqual([
      ['ada', ['s:1:1']],
      ['bob', ['s:1:2']],
      ['eve', ['s:1:3']],
    ])
    expect([...(some.groups.get('g')?.members.keys() ?? [])]).toEqual(['bob'])
    expect([...(some.groups.get('admins')?.members.keys() ?? [])]).toEqual(['eve'])
    expect([...(await load(['s:1:4', 's:1:99'], NOW + 1)).users.keys()].sort()).toEqual(['ada', 'eve', 'mia'])
    const all = await load()
    expect({ ...some, users: null, groups: null }).toEqual({ ...all, users: null, groups: null })
  })

  it('looks at no more rows with a thousand users more', async () => {
    const read = async () => {
      let rows = 0
      const counted = openDatabase(env.DB)
      const batch = counted.batch.bind(counted)
      counted.batch = async <T>(statements: D1PreparedStatement[]) => {
        const results = await batch<T>(statements)
        for (const { meta } of results) rows += meta.rows_read
        return results
      }
      await loadDocument(counted, NOW, ['u1'])
      return rows
    }
    const users = (count: number) => {
      const names = Array.from({ length: count }, (_, i) => `u${i}`)
      const lines = names.map((name) => `user ${name} s:1:${name}`)
      const groups = ['role admin', '  permission pawl:admin', 'group admins', '  member u2', '  role admin', 'group g']
      return document([...lines, ...groups, ...names.map((name) => `  member ${name}`)].join('\n'))
    }
    await become(users(10))
    const few = await read()
    await become(users(1_000))
    expect(await read()).toBe(few)
  })
})
