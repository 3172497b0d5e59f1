/** Made-up figures for tests, so that none of them depends on what was measured last. Pure. */
import type { Measured, Used, UsedByKind } from './measured.ts'

export const NOTHING: Used = {
  invocations: 0,
  queueOperations: 0,
  objectRequests: 0,
  objectRowsRead: 0,
  objectRowsWritten: 0,
  objectTrips: 0,
  d1Trips: 0,
  d1RowsRead: 0,
  d1RowsWritten: 0,
  d1Bytes: 0,
  consoleLines: 0,
}

const NO_KIND: UsedByKind = { ...NOTHING, lines: 0 }

/** A measurement in which only what is told uses anything. */
export function madeUp({
  kinds = {},
  minute = {},
  sealing = {},
  line = {},
}: {
  kinds?: Partial<Record<keyof Measured['kinds'], Partial<UsedByKind>>>
  minute?: Partial<Used>
  sealing?: Partial<Used>
  line?: Partial<Used>
} = {}): Measured {
  return {
    at: '2026-11-21T00:00:00.000Z',
    kinds: {
      read: { ...NO_KIND, ...kinds.read },
      write: { ...NO_KIND, ...kinds.write },
      denied: { ...NO_KIND, ...kinds.denied },
      pipeline: { ...NO_KIND, ...kinds.pipeline },
      job: { ...NO_KIND, ...kinds.job },
      locked: { ...NO_KIND, ...kinds.locked },
      duplicate: { ...NO_KIND, ...kinds.duplicate },
    },
    minute: { ...NOTHING, ...minute },
    sealing: { ...NOTHING, ...sealing },
    line: { ...NOTHING, ...line },
  }
}
