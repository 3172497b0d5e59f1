/** The whole answer of `pawl cost`, as `--json` prints it. Pure. */
import { type Bill, billOf, FREE_LIMITS, listPrice, PAID_LIMITS, type RunsOut, runningOut } from './bill.ts'
import { KIND_NAMES, type KindName, type Measured } from './measured.ts'
import { PRICES_AT, STORAGE } from './prices.ts'
import {
  type Counts,
  countsTimes,
  DAYS_A_MONTH,
  keptFor,
  MINUTES_A_DAY,
  mapCounts,
  type Usage,
  usageOf,
  usageOfOne,
  usageParts,
} from './usage.ts'

const THOUSAND = 1_000
const MINUTES_A_MONTH = DAYS_A_MONTH * MINUTES_A_DAY

export interface Estimate {
  readonly measuredAt: string
  readonly pricesAt: string
  readonly commands: number
  readonly jobs: number
  readonly counts: Counts
  /** Months whose commands are in the database. */
  readonly months: number
  /** A month's. */
  readonly bill: Bill
  /** US dollars at list price; null without commands. */
  readonly perThousand: number | null
  /** US dollars at list price, by what they are for; all but `storage` without the storage. */
  readonly listOf: {
    readonly commands: number
    readonly storage: number
    readonly sealing: number
    /** Cron: what a month without a command costs, too. */
    readonly time: number
  }
  /** A thousand commands of one kind, in US dollars at list price, without storing and sealing. */
  readonly perThousandOf: Readonly<Record<KindName, number>>
  /** A day's use, and what runs out first: commands a day. Empty without commands. */
  readonly day: Usage
  readonly free: readonly RunsOut[]
  /** Commands a month. */
  readonly paid: readonly RunsOut[]
  readonly storage: {
    readonly gbAMonth: number
    /** Months until a database is full or costs more; null when it does not grow. */
    readonly freeMonths: number | null
    readonly includedMonths: number | null
    readonly mostMonths: number | null
  }
}

export interface Wanted {
  readonly commands: number
  readonly jobs: number
  readonly counts: Counts
  readonly months: number
}

/** Computes it. */
export function estimate(measured: Measured, { commands, jobs, counts, months }: Wanted): Estimate {
  const parts = usageParts(measured, counts, MINUTES_A_MONTH)
  const month = usageOf(measured, counts, MINUTES_A_MONTH)
  const bill = billOf(keptFor(month, months))
  const priceOf = (usage: Usage) => listPrice(keptFor(usage, 0))
  const within = (minutes: number) => (n: number) => usageOf(measured, countsTimes(counts, n / commands), minutes)
  const growing = (gb: number) => (month.d1Gb > 0 ? gb / month.d1Gb : null)
  return {
    measuredAt: measured.at,
    pricesAt: PRICES_AT,
    commands,
    jobs,
    counts,
    months,
    bill,
    perThousand: commands > 0 ? (bill.list / commands) * THOUSAND : null,
    listOf: {
      commands: priceOf(parts.commands),
      storage: bill.list - priceOf(month),
      sealing: priceOf(parts.sealing),
      time: priceOf(parts.time),
    },
    perThousandOf: mapCounts((kind) => priceOf(usageOfOne(measured, kind)) * THOUSAND),
    day: usageOf(measured, countsTimes(counts, 1 / DAYS_A_MONTH), MINUTES_A_DAY),
    free: commands > 0 ? runningOut(within(MINUTES_A_DAY), FREE_LIMITS) : [],
    paid: commands > 0 ? runningOut(within(MINUTES_A_MONTH), PAID_LIMITS) : [],
    storage: {
      gbAMonth: month.d1Gb,
      freeMonths: growing(STORAGE.free),
      includedMonths: growing(STORAGE.included),
      mostMonths: growing(STORAGE.most),
    },
  }
}

/** The kinds that there are commands of. */
export function kindsIn(counts: Counts): readonly KindName[] {
  return KIND_NAMES.filter((kind) => counts[kind] > 0)
}
