/** What the benchmark and the worker under it say to each other. Pure types; both sides import them. */
import type { Sealing } from '../../src/audit/ledger.ts'
import type { Tally } from './tally.ts'

/** Below this path that worker answers the benchmark; the product has nothing there. */
export const BENCH_PATH = '/bench-audit'

export interface Order {
  /** Tells the tallies; first has the Ledger seal what waits, or does all that cron does each minute. */
  readonly do: 'tell' | 'seal' | 'minute'
}

/** By who asked: requests, queue and cron; the locks' objects; the Ledger. */
export interface Tallies {
  readonly commands: Tally
  readonly locks: Tally
  readonly ledger: Tally
}

export interface Told {
  /** Null where none was ordered. */
  readonly sealing: Sealing | null
  readonly tallies: Tallies
}
