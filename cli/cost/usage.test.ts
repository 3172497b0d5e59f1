import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CPU_MS, MINUTE_CPU_MS, OBJECT_GB, OBJECT_REQUEST_MS, OBJECT_TRIP_MS } from './assumed.ts'
import { madeUp, NOTHING } from './made-up.kit.ts'
import { busyMinutes, keptFor, mapCounts, metersOf, usageOf, usageParts } from './usage.ts'

const none = mapCounts(() => 0)

describe('what commands use', () => {
  it('is that of each kind as often as it comes', () => {
    const measured = madeUp({
      kinds: { read: { invocations: 1, d1RowsWritten: 10 }, job: { invocations: 2, queueOperations: 3 } },
    })
    expect(usageOf(measured, { ...none, read: 5, job: 7 }, 60)).toMatchObject({
      requests: 5 + 2 * 7,
      queueOperations: 3 * 7,
      d1RowsWritten: 50,
      cpuMs: 5 * CPU_MS.read + 7 * CPU_MS.job + 60 * MINUTE_CPU_MS,
    })
  })

  it('is that of cron without any', () => {
    const measured = madeUp({ minute: { invocations: 1, objectRequests: 1 }, sealing: { d1RowsWritten: 2 } })
    expect(usageOf(measured, none, 60)).toMatchObject({ requests: 60, objectRequests: 60, d1RowsWritten: 0 })
  })

  it('has a log event for each invocation, each call of an object and each console line', () => {
    const used = { ...NOTHING, invocations: 1, objectRequests: 10, consoleLines: 100 }
    expect(metersOf(used, 0)).toMatchObject({ requests: 1, objectRequests: 10, logEvents: 111 })
  })

  it('has objects at work for each request, and for each trip that they make', () => {
    const { objectGbSeconds } = metersOf({ ...NOTHING, objectRequests: 1_000, objectTrips: 2_000 }, 0)
    expect(objectGbSeconds).toBeCloseTo((OBJECT_REQUEST_MS + 2 * OBJECT_TRIP_MS) * OBJECT_GB)
  })

  it('has the storage of all months, and of everything else a month', () => {
    const month = metersOf({ ...NOTHING, d1Bytes: 2e9, invocations: 3 }, 0)
    expect(keptFor(month, 12)).toMatchObject({ d1Gb: 24, requests: 3 })
  })
})

describe('sealing', () => {
  const measured = madeUp({
    kinds: { read: { lines: 3 } },
    sealing: { d1RowsWritten: 100 },
    line: { d1RowsWritten: 1 },
  })

  it('is once a minute when all come at once, however many', () => {
    const { sealing } = usageParts(measured, { ...none, read: 10_000 }, 1)
    expect(sealing.d1RowsWritten).toBeCloseTo(100 + 29_999)
  })

  it('is once a command when they are far apart', () => {
    const { sealing } = usageParts(measured, { ...none, read: 1 }, 1e9)
    expect(sealing.d1RowsWritten).toBeCloseTo(100 + 2)
  })

  it('is never more often than there are minutes, or commands', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 1e6 }), (commands, minutes) => {
        const busy = busyMinutes(commands, minutes)
        expect(busy).toBeGreaterThanOrEqual(0)
        expect(busy).toBeLessThanOrEqual(Math.min(commands, minutes) * (1 + 1e-9))
      }),
    )
  })
})
