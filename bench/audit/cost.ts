/**
 * What a command costs the audit log: its events, their bytes, and the rows that D1 says were written, by kind of command and for a
 * thousand of them. Asks the house that it is given.
 */
import type { BenchHouse } from './house.ts'
import { KINDS, type Kind } from './kinds.ts'

/** Of each kind, behind those that warm it up. */
const COMMANDS = 20
const WARM_UPS = 2
const THOUSAND = 1_000

/** For one command of a kind, or for many; means. */
export interface Cost {
  readonly events: number
  /** Bytes in the columns of the audit rows. */
  readonly event: number
  readonly personal: number
  readonly salt: number
  /** D1 rows that were written, indexes included: by the inserts into the audit table, and by all. */
  readonly auditRows: number
  readonly rows: number
  /** Calls to D1; a batch is one. */
  readonly trips: number
}

export interface KindCost extends Cost {
  readonly kind: string
  readonly share: number
}

export interface CostReport {
  readonly kinds: readonly KindCost[]
  /** A thousand commands of the mix, without the Ledger. */
  readonly thousand: Cost
  /** What did not go as it should. */
  readonly wrong: readonly string[]
}

export async function measureCost(house: BenchHouse): Promise<CostReport> {
  const kinds: KindCost[] = []
  const wrong: string[] = []
  for (const kind of KINDS) {
    await measure(house, kind, 'warm', WARM_UPS)
    const { cost, faults } = await measure(house, kind, 'run', COMMANDS)
    kinds.push({ kind: kind.name, share: kind.share, ...cost })
    wrong.push(...faults)
  }
  const shares = kinds.reduce((sum, { share }) => sum + share, 0)
  const ofAll = (field: keyof Cost) =>
    kinds.reduce((sum, kind) => sum + (kind[field] * kind.share * THOUSAND) / shares, 0)
  return { kinds, thousand: costOf(ofAll), wrong }
}

async function measure(
  house: BenchHouse,
  { name, as, state, again, line }: Kind,
  phase: string,
  count: number,
): Promise<{ readonly cost: Cost; readonly faults: readonly string[] }> {
  const deliveries = []
  for (let i = 0; i < count; i++) deliveries.push(await house.prepares(line(`${phase}${i}`), as))
  if (again) for (const delivery of deliveries) await delivery.send()
  await house.settle()
  const before = await look(house, state)
  const faults: string[] = []
  for (const delivery of deliveries) {
    const { failure } = await delivery.send()
    if (failure !== null) faults.push(`${name}: ${failure}`)
  }
  await house.settle()
  const after = await look(house, state)
  const made = [after.runs - before.runs, after.ended - before.ended]
  const wanted = again ? 0 : count
  if (made.some((n) => n !== wanted))
    faults.push(`${name}: ${made[0]} runs, ${made[1]} of them ${state}, not ${wanted}`)
  // A row is a row at least: less would mean that the inserts were not recognised.
  const rows = after.cost.auditRows - before.cost.auditRows
  const events = after.cost.events - before.cost.events
  if (rows < events) faults.push(`${name}: ${events} events, and ${rows} rows by their inserts`)
  return { cost: costOf((field) => (after.cost[field] - before.cost[field]) / count), faults }
}

interface Look {
  readonly runs: number
  /** Those that ended as they should. */
  readonly ended: number
  readonly cost: Cost
}

/** All that was written until now. */
async function look(house: BenchHouse, state: string): Promise<Look> {
  const bytes = (column: string) => `coalesce(sum(octet_length(${column})), 0) AS ${column}`
  const [row] = await house.sql(
    `SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM runs WHERE state = ?) AS ended,
       count(*) AS events, ${['event', 'personal', 'salt'].map(bytes).join()} FROM audit`,
    state,
  )
  const { commands: tally } = await house.tallies()
  const of = (name: string) => Number(row?.[name])
  return {
    runs: of('runs'),
    ended: of('ended'),
    cost: {
      events: of('events'),
      event: of('event'),
      personal: of('personal'),
      salt: of('salt'),
      auditRows: tally.auditRowsWritten,
      rows: tally.rowsWritten,
      trips: tally.trips,
    },
  }
}

function costOf(of: (field: keyof Cost) => number): Cost {
  return {
    events: of('events'),
    event: of('event'),
    personal: of('personal'),
    salt: of('salt'),
    auditRows: of('auditRows'),
    rows: of('rows'),
    trips: of('trips'),
  }
}
