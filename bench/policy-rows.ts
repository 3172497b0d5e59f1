/** What an admission reads of D1 with few and many people and rules: the real admission on a real D1 of its own. Local workerd only. */
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
  readonly rules: number
  readonly known: number
  readonly unknown: number
  /** Of the first admission after the policy has changed, which reads the rules for all that follow in this isolate. */
  readonly first: number
}

/** Rows read for somebody with three groups, and for somebody who is no user: each number of users with each number of rules. */
export async function countAdmissions(userCounts: readonly number[], ruleCounts: readonly number[]): Promise<Rows[]> {
  const { env, dispose } = await getPlatformProxy<Env>({
    configPath: join(import.meta.dirname, 'd1.toml'),
    persist: false,
    envFiles: [],
  })
  try {
    for (const { queries } of await readD1Migrations(join(import.meta.dirname, '../migrations')))
      await env.DB.batch(queries.map((query) => env.DB.prepare(query)))
    const services = servicesOf({ ...TEST_SETTINGS, ...env } as Env)
    const count = async (account: string) => (await admitAndCount(services, env.DB, account, 'commands')).rows
    const found: Rows[] = []
    for (const [i, users] of userCounts.entries()) {
      await addPeople(env.DB, (userCounts[i - 1] ?? 0) + 1, users)
      for (const rules of ruleCounts) {
        await haveRules(env.DB, rules)
        const first = await count(accountOf(1))
        found.push({ users, rules, known: await count(accountOf(1)), unknown: await count('U-nobody'), first })
      }
    }
    return found
  } finally {
    await dispose()
  }
}

/** So many rules of the site and no others: for the command that is asked for, as for nine more. */
async function haveRules(db: D1Database, rules: number): Promise<void> {
  await db.batch([
    db.prepare('DELETE FROM rules'),
    db
      .prepare(
        `WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ?)
         INSERT INTO rules (command, text, created_at)
         SELECT c, 'when command is ' || c || ' with channel == "C' || n || '" must have p:' || (n % 3), 0
         FROM (SELECT n, CASE n % 10 WHEN 0 THEN 'commands' ELSE 'team:op' || (n % 10) END AS c FROM s)`,
      )
      .bind(rules),
  ])
}
