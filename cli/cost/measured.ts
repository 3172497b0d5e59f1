/** What was measured: what the code uses of each thing that is billed. `npm run bench:audit -- cost --write` makes the file. Reads that file. */
import { readFileSync } from 'node:fs'
import * as z from 'zod'

const count = z.number().nonnegative()

const usedSchema = z.strictObject({
  /** Of the Worker: requests, batches of the queue, cron. */
  invocations: count,
  /** A message is written, read each time that it is delivered, and deleted. */
  queueOperations: count,
  /** Calls of Durable Objects, and their alarms. */
  objectRequests: count,
  objectRowsRead: count,
  objectRowsWritten: count,
  /** Trips to D1 that Durable Objects make, during which they are at work. */
  objectTrips: count,
  /** All trips to D1; not billed, but waited for. */
  d1Trips: count,
  d1RowsRead: count,
  d1RowsWritten: count,
  /** Bytes by which the database grows. */
  d1Bytes: count,
  consoleLines: count,
})

/** What one of something uses; means. */
export type Used = z.output<typeof usedSchema>

const kindSchema = usedSchema.extend({
  /** Lines of the audit log, which are sealed later. */
  lines: count,
})

export type UsedByKind = z.output<typeof kindSchema>

const measuredSchema = z.strictObject({
  at: z.iso.datetime(),
  /** A command of each kind, all that comes after it included but for the sealing. */
  kinds: z.strictObject({
    read: kindSchema,
    write: kindSchema,
    denied: kindSchema,
    pipeline: kindSchema,
    job: kindSchema,
    locked: kindSchema,
    duplicate: kindSchema,
  }),
  /** Cron, in a minute in which there is nothing to do. */
  minute: usedSchema,
  /** What a minute uses beyond that when there is a line to seal, and for each further one. */
  sealing: usedSchema,
  line: usedSchema,
})

export type Measured = z.output<typeof measuredSchema>
export type KindName = keyof Measured['kinds']

/** In the order in which they are shown. */
export const KIND_NAMES: readonly KindName[] = measuredSchema.shape.kinds.keyof().options

export const MEASURED_FILE = `${import.meta.dirname}/measured.json`

const MEASURE = 'Measure again: npm run bench:audit -- cost --write'

/** The file that was measured. @throws with what to do, when it is missing or not one of this version */
export function readMeasured(file = MEASURED_FILE): Measured {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new Error(`${file} cannot be read. ${MEASURE}`)
  }
  const read = measuredSchema.safeParse(parsed(text))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Error(`${file} does not fit this version: ${issue?.path.join('.')}: ${issue?.message}. ${MEASURE}`)
}

/** The text of such a file. */
export function formatMeasured(measured: Measured): string {
  return `${JSON.stringify(measured, null, 2)}\n`
}

/** Undefined for what is no JSON, which fits no schema. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
