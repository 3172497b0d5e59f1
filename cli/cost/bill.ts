/** From what is used to what it costs, and to what runs out first. Pure. */
import { METER_NAMES, METERS, type Meter, type MeterName, PLAN_PRICE } from './prices.ts'
import type { Usage } from './usage.ts'

export interface BillLine {
  readonly meter: MeterName
  readonly used: number
  readonly included: number
  readonly over: number
  /** US dollars as if nothing were included. */
  readonly list: number
  /** US dollars beside the plan's own. */
  readonly billed: number
}

export interface Bill {
  readonly lines: readonly BillLine[]
  readonly list: number
  /** With the plan's own price. */
  readonly total: number
}

/** A month's bill on the paid plan. */
export function billOf(usage: Usage): Bill {
  const lines = METER_NAMES.map((meter): BillLine => {
    const { included, price, per, whole }: Meter = METERS[meter]
    const used = usage[meter]
    const over = Math.max(0, used - included)
    const units = over / per
    return {
      meter,
      used,
      included,
      over,
      list: (used / per) * price,
      billed: (whole ? Math.ceil(units) : units) * price,
    }
  })
  const billed = lines.reduce((sum, line) => sum + line.billed, 0)
  return { lines, list: listPrice(usage), total: PLAN_PRICE + billed }
}

/** US dollars as if nothing were included. */
export function listPrice(usage: Usage): number {
  return METER_NAMES.reduce((sum, meter) => sum + (usage[meter] / METERS[meter].per) * METERS[meter].price, 0)
}

export type Limits = Readonly<Partial<Record<MeterName, number>>>

/** A month's use that the paid plan includes; the storage is a sum over all months, and not among them. */
export const PAID_LIMITS: Limits = limitsOf(({ included }) => included)
/** A day's use that the free plan allows. */
export const FREE_LIMITS: Limits = limitsOf(({ free }) => free)

function limitsOf(of: (meter: Meter) => number | null): Limits {
  const limits: Partial<Record<MeterName, number>> = {}
  for (const meter of METER_NAMES) {
    const limit = meter === 'd1Gb' ? null : of(METERS[meter])
    if (limit !== null) limits[meter] = limit
  }
  return limits
}

export interface RunsOut {
  readonly meter: MeterName
  readonly limit: number
  /** The most commands for which it is enough; -1 when it is not enough for none. */
  readonly commands: number
}

/** More commands than anybody has: what is enough for so many never runs out. */
const ENDLESS = 1e12

/** What runs out, first what runs out first. `usageAt` is the use of so many commands, never less of more. */
export function runningOut(usageAt: (commands: number) => Usage, limits: Limits): readonly RunsOut[] {
  const all = METER_NAMES.flatMap((meter): RunsOut[] => {
    const limit = limits[meter]
    if (limit === undefined) return []
    const commands = mostWithin((n) => usageAt(n)[meter] <= limit)
    return commands === ENDLESS ? [] : [{ meter, limit, commands }]
  })
  return all.sort((a, b) => a.commands - b.commands)
}

function mostWithin(fits: (commands: number) => boolean): number {
  if (fits(ENDLESS)) return ENDLESS
  let [good, bad] = [-1, ENDLESS]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (fits(middle)) good = middle
    else bad = middle
  }
  return good
}
