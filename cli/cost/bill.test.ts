import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { billOf, FREE_LIMITS, listPrice, PAID_LIMITS, runningOut } from './bill.ts'
import { NOTHING } from './made-up.kit.ts'
import { METER_NAMES, METERS, type MeterName, PLAN_PRICE } from './prices.ts'
import { metersOf, type Usage } from './usage.ts'

const NONE = metersOf(NOTHING, 0)
const lineOf = (usage: Usage, meter: MeterName) => billOf(usage).lines.find((line) => line.meter === meter)

describe('a bill', () => {
  it('is the plan alone without any use', () => {
    expect(billOf(NONE)).toMatchObject({ list: 0, total: PLAN_PRICE })
  })

  it.each(METER_NAMES)('has nothing beyond the plan for all of %s that is included', (meter) => {
    const usage = { ...NONE, [meter]: METERS[meter].included }
    expect(billOf(usage).total).toBe(PLAN_PRICE)
    expect(lineOf(usage, meter)).toMatchObject({ over: 0, billed: 0 })
    expect(billOf({ ...NONE, [meter]: METERS[meter].included + 1 }).total).toBeGreaterThan(PLAN_PRICE)
  })

  it('has what is over by the part', () => {
    const usage = { ...NONE, queueOperations: METERS.queueOperations.included + 500_000 }
    expect(lineOf(usage, 'queueOperations')).toMatchObject({ over: 500_000, billed: 0.2 })
  })

  it('has a whole million where Cloudflare rounds up', () => {
    const { included, price } = METERS.objectGbSeconds
    const over = (n: number) => lineOf({ ...NONE, objectGbSeconds: included + n }, 'objectGbSeconds')?.billed
    expect([over(1), over(1_000_000), over(1_000_001)]).toEqual([price, price, 2 * price])
  })

  it('at list price has everything from the first unit on', () => {
    const usage = { ...NONE, d1RowsWritten: 2_000_000, d1Gb: 2, requests: 500_000 }
    expect(listPrice(usage)).toBeCloseTo(
      2 * METERS.d1RowsWritten.price + 2 * METERS.d1Gb.price + METERS.requests.price / 2,
    )
    expect(billOf(usage).list).toBe(listPrice(usage))
    expect(billOf(usage).lines.reduce((sum, line) => sum + line.list, 0)).toBeCloseTo(listPrice(usage))
  })
})

describe('what runs out', () => {
  it('is in the order in which it does', () => {
    const usageAt = (n: number) => ({ ...NONE, requests: n, d1RowsWritten: 10 * n, queueOperations: 2 * n })
    expect(runningOut(usageAt, { requests: 100, d1RowsWritten: 99, queueOperations: 100 })).toEqual([
      { meter: 'd1RowsWritten', limit: 99, commands: 9 },
      { meter: 'queueOperations', limit: 100, commands: 50 },
      { meter: 'requests', limit: 100, commands: 100 },
    ])
  })

  it('does not name what no number of commands uses', () => {
    const usageAt = () => ({ ...NONE, requests: 100 })
    expect(runningOut(usageAt, { requests: 100, cpuMs: 1 })).toEqual([])
  })

  it('says so when it is not enough for none', () => {
    const usageAt = (n: number) => ({ ...NONE, requests: 101 + n })
    expect(runningOut(usageAt, { requests: 100 })).toEqual([{ meter: 'requests', limit: 100, commands: -1 }])
  })

  it('is enough for the commands that it names, and not for one more', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1_000, max: 1e9 }),
        (base, each, limit) => {
          const usageAt = (n: number) => ({ ...NONE, d1RowsRead: base + each * n })
          const [first] = runningOut(usageAt, { d1RowsRead: limit })
          const commands = first?.commands ?? Number.NaN
          expect(usageAt(commands).d1RowsRead).toBeLessThanOrEqual(limit)
          expect(usageAt(commands + 1).d1RowsRead).toBeGreaterThan(limit)
        },
      ),
    )
  })

  it('is never the storage, which adds up over months, nor the CPU of the free plan, which is limited for each invocation', () => {
    expect(Object.keys(PAID_LIMITS)).toEqual(METER_NAMES.filter((meter) => meter !== 'd1Gb'))
    expect(Object.keys(FREE_LIMITS)).toEqual(METER_NAMES.filter((meter) => meter !== 'd1Gb' && meter !== 'cpuMs'))
  })
})
