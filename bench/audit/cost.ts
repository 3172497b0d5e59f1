/**
 * What a command costs: its events in the audit log, their bytes, and whatever it uses that is billed, by kind of command; and of the
 * log a thousand of them. Asks the house that it is given.
 */
import type { Measured, UsedByKind } from '../../cli/cost/measured.ts'
import { mapCounts } from '../../cli/cost/usage.ts'
import type { BenchHouse } from './house.ts'
import { KINDS, type Kind } from './kinds.ts'
import type { MinuteUse } from './minutes.ts'
import type { Tallies } from './protocol.ts'
import { rounded, usedBetween } from './used.ts'

/** Of each kind, behind those that warm it up. The database grows by pages of 4 KB, in several tables. */
const COMMANDS = 100
/** Of a kind whose commands wait for each other's end, which takes more than a second. */
const COMMANDS_ALONE = 20
const WARM_UPS = 2
/** Written, read, deleted. */
const MESSAGE_OPERATIONS = 3
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
  readonly id: Kind['id']
  readonly kind: string
  readonly share: number
  readonly used: UsedByKind
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
    const { cost, used, faults } = await measure(house, kind, 'run', kind.alone ? COMMANDS_ALONE : COMMANDS)
    kinds.push({ id: kind.id, kind: kind.name, share: kind.share, ...cost, used })
    wrong.push(...faults)
  }
  const shares = kinds.reduce((sum, { share }) => sum + share, 0)
  const ofAll = (field: keyof Cost) =>
    kinds.reduce((sum, kind) => sum + (kind[field] * kind.share * THOUSAND) / shares, 0)
  return { kinds, thousand: costOf(ofAll), wrong }
}

async function measure(
  house: BenchHouse,
  { name, as, state, again, alone, line }: Kind,
  phase: string,
  count: number,
): Promise<{ readonly cost: Cost; readonly used: UsedByKind; readonly faults: readonly string[] }> {
  const deliveries = []
  for (let i = 0; i < count; i++) deliveries.push(await house.prepares(line(`${phase}${i}`), as))
  if (again) for (const delivery of deliveries) await delivery.send()
  await house.settle()
  const before = await look(house, state)
  const faults: string[] = []
  for (const delivery of deliveries) {
    const { failure } = await delivery.send()
    if (failure !== null) faults.push(`${name}: ${failure}`)
    if (alone) await house.settle()
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
  const used = { ...usedBetween(before.tallies, after.tallies, count), lines: events / count }
  return { cost: costOf((field) => (after.cost[field] - before.cost[field]) / count), used, faults }
}

interface Look {
  readonly runs: number
  /** Those that ended as they should. */
  readonly ended: number
  readonly cost: Cost
  readonly tallies: Tallies
}

/** All that was written until now. */
async function look(house: BenchHouse, state: string): Promise<Look> {
  const bytes = (column: string) => `coalesce(sum(octet_length(${column})), 0) AS ${column}`
  const [row] = await house.sql(
    `SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM runs WHERE state = ?) AS ended,
       count(*) AS events, ${['event', 'personal', 'salt'].map(bytes).join()} FROM audit`,
    state,
  )
  const tallies = await house.tallies()
  const { commands, locks } = tallies
  const of = (name: string) => Number(row?.[name])
  return {
    runs: of('runs'),
    ended: of('ended'),
    cost: {
      events: of('events'),
      event: of('event'),
      personal: of('personal'),
      salt: of('salt'),
      auditRows: commands.auditRowsWritten + locks.auditRowsWritten,
      rows: commands.rowsWritten + locks.rowsWritten,
      trips: commands.trips + locks.trips,
    },
    tallies,
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

/** What a measurement cannot be right without: a binding that is asked past its tally would be free. */
export function notCounted({ kinds, minute, sealing }: Measured): string[] {
  const seen: readonly (readonly [string, number, number])[] = [
    ['operations of the queue for a job', kinds.job.queueOperations, MESSAGE_OPERATIONS],
    ['calls of a lock', kinds.locked.objectRequests, 1],
    ['rows that a lock writes', kinds.locked.objectRowsWritten, 1],
    ['calls of the Ledger a minute', minute.objectRequests, 1],
    ['rows that the Ledger writes', sealing.objectRowsWritten, 1],
    ['rows that sealing writes in D1', sealing.d1RowsWritten, 1],
  ]
  return seen.filter(([, got, least]) => got < least).map(([what, got]) => `${what}: ${got} counted`)
}

/** All of it as `pawl cost` reads it. */
export function measuredOf({ kinds }: CostReport, { minute, sealing, line }: MinuteUse): Measured {
  const of = (id: Kind['id']): UsedByKind => {
    const kind = kinds.find((one) => one.id === id)
    if (!kind) throw new TypeError(`${id} was not measured`)
    return { ...rounded(kind.used), lines: kind.used.lines }
  }
  return {
    at: new Date().toISOString(),
    kinds: mapCounts(of),
    minute: rounded(minute),
    sealing: rounded(sealing),
    line: rounded(line),
  }
}
