/** What was used between two looks at the tallies, as `pawl cost` reads it. Pure. */
import type { Used } from '../../cli/cost/measured.ts'
import type { Tallies } from './protocol.ts'
import type { Tally } from './tally.ts'

/** What was used for each of so many. The growth of the database is the caller's to say where it has written something itself. */
export function usedBetween(before: Tallies, after: Tallies, count: number, bytes?: number): Used {
  const part = (field: keyof Tally, of: keyof Tallies) => after[of][field] - before[of][field]
  const mean = (field: keyof Tally) => (part(field, 'commands') + part(field, 'locks') + part(field, 'ledger')) / count
  return {
    invocations: mean('invocations'),
    queueOperations: mean('queueOperations'),
    objectRequests: mean('objectRequests'),
    objectRowsRead: mean('objectRowsRead'),
    objectRowsWritten: mean('objectRowsWritten'),
    objectTrips: (part('trips', 'locks') + part('trips', 'ledger')) / count,
    d1Trips: mean('trips'),
    d1RowsRead: mean('rowsRead'),
    d1RowsWritten: mean('rowsWritten'),
    d1Bytes: bytes === undefined ? (sizeIn(after) - sizeIn(before)) / count : bytes / count,
    consoleLines: mean('consoleLines'),
  }
}

/** The larger of what the parts were told of it: nothing here makes it smaller. */
function sizeIn({ commands, locks, ledger }: Tallies): number {
  return Math.max(commands.databaseBytes, locks.databaseBytes, ledger.databaseBytes)
}

/** `a` without `b`, for each of so many. What is less than nothing is noise. */
export function beyond(a: Used, b: Used, count = 1): Used {
  return mapUsed((field) => Math.max(0, (a[field] - b[field]) / count))
}

/** Short enough for a file that people read. */
export function rounded(used: Used): Used {
  return mapUsed((field) => Math.round(used[field] * 1_000) / 1_000)
}

function mapUsed(of: (field: keyof Used) => number): Used {
  return {
    invocations: of('invocations'),
    queueOperations: of('queueOperations'),
    objectRequests: of('objectRequests'),
    objectRowsRead: of('objectRowsRead'),
    objectRowsWritten: of('objectRowsWritten'),
    objectTrips: of('objectTrips'),
    d1Trips: of('d1Trips'),
    d1RowsRead: of('d1RowsRead'),
    d1RowsWritten: of('d1RowsWritten'),
    d1Bytes: of('d1Bytes'),
    consoleLines: of('consoleLines'),
  }
}
