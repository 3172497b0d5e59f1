/** What a number of commands uses in a stretch of time, by what is billed. Pure. */
import { CPU_MS, MINUTE_CPU_MS, OBJECT_GB, OBJECT_REQUEST_MS, OBJECT_TRIP_MS } from './assumed.ts'
import { KIND_NAMES, type KindName, type Measured, type Used } from './measured.ts'
import type { MeterName } from './prices.ts'

export type Usage = Readonly<Record<MeterName, number>>
export type Counts = Readonly<Record<KindName, number>>

export const MINUTES_A_DAY = 24 * 60
/** Cloudflare's own examples take a month for 30 days. */
export const DAYS_A_MONTH = 30

const BYTES_A_GB = 1e9

/** What is used within a stretch of time, by what it is used for; of the storage, what is added. */
export interface UsageParts {
  /** Cron, whether there is a command or not. */
  readonly time: Usage
  readonly commands: Usage
  /** The audit log's, beyond what cron does anyway. */
  readonly sealing: Usage
}

/** What these commands use within so many minutes. */
export function usageParts(measured: Measured, counts: Counts, minutes: number): UsageParts {
  const all = (of: (kind: KindName) => number) => KIND_NAMES.reduce((sum, kind) => sum + counts[kind] * of(kind), 0)
  const busy = busyMinutes(
    all(() => 1),
    minutes,
  )
  // The first line of each busy minute is in `sealing`.
  const further = Math.max(0, all((kind) => measured.kinds[kind].lines) - busy)
  return {
    time: scaled(metersOf(measured.minute, MINUTE_CPU_MS), minutes),
    commands: KIND_NAMES.map((kind) => scaled(usageOfOne(measured, kind), counts[kind])).reduce(sum),
    sealing: sum(scaled(metersOf(measured.sealing, 0), busy), scaled(metersOf(measured.line, 0), further)),
  }
}

/** The same in one. */
export function usageOf(measured: Measured, counts: Counts, minutes: number): Usage {
  const { time, commands, sealing } = usageParts(measured, counts, minutes)
  return [time, commands, sealing].reduce(sum)
}

/** One command, without the sealing of its lines. */
export function usageOfOne(measured: Measured, kind: KindName): Usage {
  return metersOf(measured.kinds[kind], CPU_MS[kind])
}

/** Of so many minutes those in which at least one of the commands comes, when each comes at any time. */
export function busyMinutes(commands: number, minutes: number): number {
  return minutes * -Math.expm1(-commands / minutes)
}

/** One use in the units of the bill. */
export function metersOf(used: Used, cpuMs: number): Usage {
  const objectMs = used.objectRequests * OBJECT_REQUEST_MS + used.objectTrips * OBJECT_TRIP_MS
  return {
    requests: used.invocations,
    cpuMs,
    queueOperations: used.queueOperations,
    objectRequests: used.objectRequests,
    objectGbSeconds: (objectMs / 1_000) * OBJECT_GB,
    objectRowsRead: used.objectRowsRead,
    objectRowsWritten: used.objectRowsWritten,
    d1RowsRead: used.d1RowsRead,
    d1RowsWritten: used.d1RowsWritten,
    d1Gb: used.d1Bytes / BYTES_A_GB,
    // Each invocation and each call of an object is an event, beside what is written to the console.
    logEvents: used.invocations + used.objectRequests + used.consoleLines,
  }
}

/** The same commands, more or fewer of them. */
export function countsTimes(counts: Counts, factor: number): Counts {
  return mapCounts((kind) => counts[kind] * factor)
}

export function mapCounts<T = number>(of: (kind: KindName) => T): { readonly [kind in KindName]: T } {
  return {
    read: of('read'),
    write: of('write'),
    denied: of('denied'),
    pipeline: of('pipeline'),
    job: of('job'),
    locked: of('locked'),
    duplicate: of('duplicate'),
  }
}

/** With the storage of so many months. */
export function keptFor(usage: Usage, months: number): Usage {
  return { ...usage, d1Gb: usage.d1Gb * months }
}

function scaled(usage: Usage, factor: number): Usage {
  return mapUsage((meter) => usage[meter] * factor)
}

function sum(a: Usage, b: Usage): Usage {
  return mapUsage((meter) => a[meter] + b[meter])
}

function mapUsage(of: (meter: MeterName) => number): Usage {
  return {
    requests: of('requests'),
    cpuMs: of('cpuMs'),
    queueOperations: of('queueOperations'),
    objectRequests: of('objectRequests'),
    objectGbSeconds: of('objectGbSeconds'),
    objectRowsRead: of('objectRowsRead'),
    objectRowsWritten: of('objectRowsWritten'),
    d1RowsRead: of('d1RowsRead'),
    d1RowsWritten: of('d1RowsWritten'),
    d1Gb: of('d1Gb'),
    logEvents: of('logEvents'),
  }
}
