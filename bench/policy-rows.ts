/** What an admission reads of D1 with few and with many people: the real admission on a real D1 of its own. Local workerd only. */
import { join } from 'node:path'
import { readD1Migrations } from '@cloudflare/vitest-plugin'
import { getPlatformProxy } from 'wrangler'
import type { Env } from '../src/env.ts'
import { servicesOf } from '../src/services.ts'
import { admitAndCount } from '../test/policy/admission.ts'
import { accountOf, addPeople } from '../test/policy/people.ts'
import { TEST_SETTINGS } from '../test/secrets.ts'

export interface Rows {
  readonly users: number
  readonly known: number
  readonly unknown: number
}

/** Rows read for somebody with three groups, and for somebody who is no user, with so many users. */
export async function countAdmissions(counts: readonly number[]): Promise<Rows[]> {
  const { env, dispose } = await getPlatformProxy<Env>({
    configPath: join(import.meta.dirname, 'd1.toml'),
    persist: false,
    envFiles: [],
  })
  try {
    for (const { queries } of await readD1Migrations(join(import.meta.dirname, '../migrations')))
      await env.DB.batch(queries.map((query) => env.DB.prepare(query)))
    const services = servicesOf({ ...TEST_SETTINGS, ...env } as Env)
    const found: Rows[] = []
    for (const [i, users] of counts.entries()) {
      await addPeople(env.DB, (counts[i - 1] ?? 0) + 1, users)
      // The first reads the rules, which all that follow share.
      await admitAndCount(services, env.DB, accountOf(1), 'commands')
      const known = await admitAndCount(services, env.DB, accountOf(1), 'commands')
      const unknown = await admitAndCount(services, env.DB, 'U-nobody', 'commands')
      found.push({ users, known: known.rows, unknown: unknown.rows })
    }
    return found
  } finally {
    await dispose()
  }
}
