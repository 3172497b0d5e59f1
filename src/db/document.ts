/** The whole policy read from D1 as one document, and changes of it as statements. Network: D1. */
import type { PolicyChange, PolicyDocument } from '../policy/document/model.ts'
import type { Database } from './database.ts'
import { documentQueries, type Query, type Row, readDocument } from './document-read.ts'
import { changeSql } from './document-write.ts'

/**
 * The policy as it is, without grants that have ended, and its version; one trip.
 *
 * @param people of users and members only these, by name or account (`slack:T1:U1`), with all who hold pawl:admin and those whom rules name
 */
export async function loadDocument(
  db: Database,
  now: number,
  people: 'all' | readonly string[],
): Promise<{ version: number; document: PolicyDocument }> {
  const answers = await db.batch<Row>(documentQueries(now, people).map((query) => prepare(db, query)))
  return readDocument(answers.map(({ results }) => results))
}

/** The statements of one change; see `document-write.ts` for what they trust. */
export function changeStatements(db: Database, change: PolicyChange, now: number): D1PreparedStatement[] {
  return changeSql(change, now).map((query) => prepare(db, query))
}

function prepare(db: Database, { sql, params }: Query): D1PreparedStatement {
  return db.prepare(sql).bind(...params)
}
