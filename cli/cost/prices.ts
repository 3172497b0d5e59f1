/**
 * What Cloudflare charges: the one table. Look it up again when {@link PRICES_AT} is old. Pure.
 *
 * Sources, all below https://developers.cloudflare.com: workers/platform/pricing (requests, CPU, Workers Logs), queues/platform/pricing,
 * durable-objects/platform/pricing, d1/platform/pricing, d1/platform/limits.
 */

/** When the pages were read. */
export const PRICES_AT = '2026-11-21'

/** The Workers Paid plan, US dollars a month. */
export const PLAN_PRICE = 5

export interface Meter {
  readonly name: string
  /** A month's use that the paid plan includes. */
  readonly included: number
  /** US dollars for so many units beyond that. */
  readonly price: number
  readonly per: number
  /** What is begun of so many units is billed whole. */
  readonly whole: boolean
  /** A day's use that the free plan allows, beyond which calls fail until midnight UTC; null where it limits something else. */
  readonly free: number | null
}

const MILLION = 1_000_000
const perMillion = { per: MILLION, whole: false } as const

export const METERS = {
  requests: { name: 'Worker requests', included: 10 * MILLION, price: 0.3, ...perMillion, free: 100_000 },
  // The free plan gives each invocation 10 ms, whatever their number.
  cpuMs: { name: 'Worker CPU, ms', included: 30 * MILLION, price: 0.02, ...perMillion, free: null },
  queueOperations: { name: 'Queue operations', included: MILLION, price: 0.4, ...perMillion, free: 10_000 },
  objectRequests: {
    name: 'Durable Object requests',
    included: MILLION,
    price: 0.15,
    per: MILLION,
    whole: true,
    free: 100_000,
  },
  objectGbSeconds: {
    name: 'Durable Object duration, GB-s',
    included: 400_000,
    price: 12.5,
    per: MILLION,
    whole: true,
    free: 13_000,
  },
  objectRowsRead: {
    name: 'Durable Object rows read',
    included: 25_000 * MILLION,
    price: 0.001,
    ...perMillion,
    free: 5 * MILLION,
  },
  objectRowsWritten: {
    name: 'Durable Object rows written',
    included: 50 * MILLION,
    price: 1,
    ...perMillion,
    free: 100_000,
  },
  d1RowsRead: { name: 'D1 rows read', included: 25_000 * MILLION, price: 0.001, ...perMillion, free: 5 * MILLION },
  d1RowsWritten: { name: 'D1 rows written', included: 50 * MILLION, price: 1, ...perMillion, free: 100_000 },
  // A sum, not a day's use: see STORAGE.
  d1Gb: { name: 'D1 storage, GB', included: 5, price: 0.75, per: 1, whole: false, free: null },
  logEvents: { name: 'Workers Logs events', included: 20 * MILLION, price: 0.6, ...perMillion, free: 200_000 },
} as const satisfies Readonly<Record<string, Meter>>

export type MeterName = keyof typeof METERS

/** In the order in which they are shown. */
export const METER_NAMES = Object.keys(METERS) as readonly MeterName[]

/** How large a database can be, in GB. */
export const STORAGE = { free: 0.5, included: METERS.d1Gb.included, most: 10 } as const
