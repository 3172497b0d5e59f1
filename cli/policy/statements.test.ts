import { expect, it } from 'vitest'
import { emptyDocument } from '../../src/policy/document/apply.ts'
import { diffDocuments } from '../../src/policy/document/diff.ts'
import { parseDocument } from '../../src/policy/document/file-parse.ts'
import { importStatements } from './statements.ts'

/** D1's limit for one statement ("Limits"), in bytes. */
const STATEMENT_MAX = 100_000

it('an import starts with the check of the version and ends with an event for each change, none too long for D1', () => {
  const rules = Array.from(
    { length: 400 },
    (_, i) => `rule when command is c${i} with arg[0] == "${"ö'".repeat(200)}" allow`,
  )
  const parsed = parseDocument(rules.join('\n'))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors[0]))
  const plan = {
    version: 7,
    before: emptyDocument,
    after: parsed.document,
    changes: diffDocuments(emptyDocument, parsed.document),
  }
  const statements = importStatements(plan, { platform: 'cli', workspace: 'here', id: 'ada' }, 0)
  expect(statements[0]).toContain('WHEN version = 7 THEN')
  expect(statements.slice(1, 401).every((sql) => sql.startsWith('INSERT INTO rules'))).toBe(true)
  const events = statements.slice(401)
  expect(events.length).toBeGreaterThan(1)
  expect(events.join().match(/admin\.changed/g)).toHaveLength(2 * 400)
  for (const sql of statements) expect(Buffer.byteLength(sql)).toBeLessThan(STATEMENT_MAX)
})
