/** What an admission reads of D1 does not grow with the people: the real statements, with the rows that real D1 counts. */
import { env } from 'cloudflare:test'
import { expect, it } from 'vitest'
import { servicesOf } from '../../src/services.ts'
import { type AdmissionCost, admitAndCount } from '../policy/admission.ts'
import { accountOf, addPeople } from '../policy/people.ts'

const FEW = 10
const MANY = 5_000

/** Rows for one person with three groups: measured, with room for one more join. */
const ROWS_MAX = 100

const services = servicesOf(env)

/** Twice: the first admission after a change reads the rules, which all that follow share. */
async function admit(account: string): Promise<AdmissionCost> {
  await admitAndCount(services, env.DB, account, 'commands')
  return await admitAndCount(services, env.DB, account, 'commands')
}

it(`an admission reads no more rows with ${MANY} users than with ${FEW}`, async () => {
  await addPeople(env.DB, 1, FEW)
  const known = await admit(accountOf(1))
  const unknown = await admit('U-nobody')
  await addPeople(env.DB, FEW + 1, MANY)
  const { results } = await env.DB.prepare('SELECT COUNT(*) AS users FROM users').all<{ users: number }>()
  expect(results[0]?.users).toBe(MANY)

  expect(known.permissions).toBe(3)
  expect(unknown.permissions).toBe(0)
  expect(await admit(accountOf(1))).toEqual(known)
  expect(await admit('U-nobody')).toEqual(unknown)
  // Somebody from the middle of the table costs what everybody does.
  expect((await admit(accountOf(MANY / 2))).rows).toBeLessThanOrEqual(ROWS_MAX)
  expect(known.rows).toBeLessThanOrEqual(ROWS_MAX)
  expect(known.rows).toBeGreaterThan(0)

  // With statistics, as `PRAGMA optimize` leaves them, SQLite may choose other ways.
  await env.DB.exec('ANALYZE')
  expect((await admit(accountOf(MANY / 2))).rows).toBeLessThanOrEqual(ROWS_MAX)
  expect((await admit('U-nobody')).rows).toBeLessThanOrEqual(ROWS_MAX)
})
