/** Counts what is asked of D1 and what D1 says that it cost. Runs in workerd. Pure but for the database that it wraps. */
import { INSERT_LINES } from '../../src/db/audit.ts'

/** What one part of the house has asked of D1 since it started. */
export interface Tally {
  /** Calls: a batch is one. */
  trips: number
  rowsRead: number
  rowsWritten: number
  /** Rows that the inserts into the audit table wrote, their index included. */
  auditRowsWritten: number
}

export function emptyTally(): Tally {
  return { trips: 0, rowsRead: 0, rowsWritten: 0, auditRowsWritten: 0 }
}

/** The database, whose sessions add to the tally. The house asks through sessions only. */
export function tallied(real: D1Database, tally: Tally): D1Database {
  const sqlOf = new WeakMap<D1PreparedStatement, string>()
  const add = (statements: readonly D1PreparedStatement[], results: readonly D1Result[]) => {
    tally.trips += 1
    for (const [i, { meta }] of results.entries()) {
      const statement = statements[i]
      tally.rowsRead += meta.rows_read
      tally.rowsWritten += meta.rows_written
      if (statement && sqlOf.get(statement)?.startsWith(INSERT_LINES)) tally.auditRowsWritten += meta.rows_written
    }
  }
  const noted = (statement: D1PreparedStatement, sql: string): D1PreparedStatement => {
    sqlOf.set(statement, sql)
    const { bind, all } = statement
    const ask = async <T>(): Promise<D1Result<T>> => {
      const result = await all.call<D1PreparedStatement, [], Promise<D1Result<T>>>(statement)
      add([statement], [result])
      return result
    }
    return Object.assign(statement, {
      bind: (...values: unknown[]) => noted(bind.apply(statement, values), sql),
      all: ask,
      run: ask,
      // D1's own says nothing of the cost.
      first: async () => (await ask()).results[0] ?? null,
    })
  }
  const session = (inner: D1DatabaseSession): D1DatabaseSession => ({
    prepare: (sql) => noted(inner.prepare(sql), sql),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const results = await inner.batch<T>(statements)
      add(statements, results)
      return results
    },
    getBookmark: () => inner.getBookmark(),
  })
  return new Proxy(real, {
    get: (target, property) =>
      property === 'withSession'
        ? (mode?: D1SessionConstraint) => session(target.withSession(mode))
        : Reflect.get(target, property),
  })
}
