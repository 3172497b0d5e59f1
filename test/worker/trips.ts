/** Counts trips to D1: each batch, first, all and run on a session is one. */
import { env } from 'cloudflare:test'
import { vi } from 'vitest'

/** Counts from now on, until the spy on `env.DB.withSession` is restored. */
export function countTrips(): { count: () => number } {
  let trips = 0
  const open = env.DB.withSession.bind(env.DB)
  vi.spyOn(env.DB, 'withSession').mockImplementation((mode) => {
    const session = open(mode)
    const batch = session.batch.bind(session)
    const prepare = session.prepare.bind(session)
    session.batch = (statements) => {
      trips++
      return batch(statements)
    }
    session.prepare = (sql) => {
      const statement = prepare(sql)
      const bind = statement.bind.bind(statement)
      const watch = (target: D1PreparedStatement) => {
        for (const call of ['first', 'all', 'run', 'raw'] as const) {
          const original = target[call].bind(target) as (...args: unknown[]) => unknown
          Object.defineProperty(target, call, {
            value: (...args: unknown[]) => {
              trips++
              return original(...args)
            },
          })
        }
        return target
      }
      statement.bind = (...values) => watch(bind(...values))
      return watch(statement)
    }
    return session
  })
  return { count: () => trips }
}
