/** Counts the rows that D1 says were written, indexes included. */
import { env } from 'cloudflare:test'
import { vi } from 'vitest'

export interface Written {
  readonly count: () => number
  /** What each statement wrote that wrote anything, for whoever looks for more to save. */
  readonly statements: readonly string[]
  readonly stop: () => void
}

/** Counts from now on, until it is stopped. What is read by `first` says nothing of its cost, and no end of a run is. */
export function countWritten(): Written {
  let rows = 0
  const statements: string[] = []
  const open = env.DB.withSession.bind(env.DB)
  const add = (sql: string, result: D1Result) => {
    rows += result.meta.rows_written
    if (result.meta.rows_written > 0)
      statements.push(`${result.meta.rows_written} ${sql.replace(/\s+/g, ' ').slice(0, 120)}`)
  }
  const spy = vi.spyOn(env.DB, 'withSession').mockImplementation((mode) => {
    const session = open(mode)
    const batch = session.batch.bind(session)
    const prepare = session.prepare.bind(session)
    const texts = new WeakMap<D1PreparedStatement, string>()
    const watch = (statement: D1PreparedStatement, sql: string): D1PreparedStatement => {
      texts.set(statement, sql)
      const bind = statement.bind.bind(statement)
      statement.bind = (...values) => watch(bind(...values), sql)
      const run = statement.run.bind(statement)
      const all = statement.all.bind(statement)
      statement.run = (async () => {
        const result = await run()
        add(sql, result)
        return result
      }) as D1PreparedStatement['run']
      statement.all = (async () => {
        const result = await all()
        add(sql, result)
        return result
      }) as D1PreparedStatement['all']
      return statement
    }
    session.prepare = (sql) => watch(prepare(sql), sql)
    session.batch = (async (list: D1PreparedStatement[]) => {
      const results = await batch(list)
      for (const [i, result] of results.entries()) {
        const statement = list[i]
        if (statement) add(texts.get(statement) ?? '', result)
      }
      return results
    }) as D1DatabaseSession['batch']
    return session
  })
  return { count: () => rows, statements, stop: () => spy.mockRestore() }
}
