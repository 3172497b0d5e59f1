import { describe, expect, it } from 'vitest'
import { CPU_MS } from './assumed.ts'
import { estimate } from './estimate.ts'
import { madeUp } from './made-up.kit.ts'
import { METERS } from './prices.ts'
import { reportOf } from './report.ts'
import { mapCounts } from './usage.ts'

const none = mapCounts(() => 0)
/** Ten rows and a kilobyte a command, and nothing else. */
const measured = madeUp({ kinds: { read: { d1RowsWritten: 10, d1Bytes: 1_000 } } })
const wanted = { commands: 1_000_000, jobs: 0, counts: { ...none, read: 1_000_000 }, months: 1 }

describe('an estimate', () => {
  const answer = estimate(measured, wanted)

  it('has the price of a thousand commands, and of a thousand of each kind', () => {
    const rows = (10_000 / 1_000_000) * METERS.d1RowsWritten.price
    const storage = (1_000 * 1_000 * METERS.d1Gb.price) / 1e9
    const cpu = (1_000 * CPU_MS.read * METERS.cpuMs.price) / 1e6
    expect(answer.perThousandOf.read).toBeCloseTo(rows + cpu, 9)
    expect(answer.perThousand).toBeCloseTo(rows + cpu + storage + answer.listOf.time / 1_000, 9)
  })

  it('says of all of it what it is for', () => {
    const { commands, storage, sealing, time } = answer.listOf
    expect(storage).toBeCloseTo(METERS.d1Gb.price)
    expect(commands + storage + sealing + time).toBeCloseTo(answer.bill.list, 9)
  })

  it('has what runs out first of a day on the free plan and of a month on the paid one', () => {
    expect(answer.free[0]).toEqual({ meter: 'd1RowsWritten', limit: 100_000, commands: 10_000 })
    expect(answer.paid[0]).toEqual({ meter: 'd1RowsWritten', limit: 50_000_000, commands: 5_000_000 })
    expect(answer.day.d1RowsWritten).toBeCloseTo(10_000_000 / 30)
  })

  it('has the months until a database is full', () => {
    expect(answer.storage).toEqual({ gbAMonth: 1, freeMonths: 0.5, includedMonths: 5, mostMonths: 10 })
  })

  it('bills the storage of all months, and the use of one', () => {
    const year = estimate(measured, { ...wanted, months: 12 })
    expect(year.bill.total - answer.bill.total).toBeCloseTo((12 - METERS.d1Gb.included) * METERS.d1Gb.price)
  })

  it('has neither a price nor an end without commands', () => {
    const idle = estimate(measured, { ...wanted, commands: 0, counts: none })
    expect(idle).toMatchObject({ perThousand: null, free: [], paid: [], storage: { freeMonths: null } })
    expect(reportOf(idle, null)).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('the report', () => {
  const answer = estimate(measured, wanted)

  it('says what it is about, what it costs, and what runs out first', () => {
    const text = reportOf(answer, null)
    expect(text).toContain('1,000,000 commands a month, 0 of them jobs: 1,000,000 read.')
    expect(text).toMatch(/^D1 rows written +10,000,000 +50,000,000 +0 +\$10\.00 +\$0\.00$/m)
    expect(text).toContain('Free plan, what runs out first: D1 rows written (100,000), at 10,000 commands a day.')
    expect(text).toContain(
      'Paid plan, what is used up first: D1 rows written (50,000,000), at 5,000,000 commands a month',
    )
    expect(text).toContain('a database of the free plan (500 MB) is full after 15 days')
    expect(text).toContain('Assumed, not measured:')
  })

  it('is about one plan when asked', () => {
    const [free, paid] = [reportOf(answer, 'free'), reportOf(answer, 'paid')]
    expect(free).toMatch(/^D1 rows written +333,333 +100,000 +333 %$/m)
    expect(free).not.toContain('Paid plan')
    expect(paid).not.toContain('Free plan')
    expect(paid).not.toContain('500 MB')
  })

  it('says so when a day of cron alone is too much', () => {
    const busy = madeUp({ minute: { d1RowsWritten: 1_000 }, kinds: { read: { d1RowsWritten: 1 } } })
    expect(reportOf(estimate(busy, wanted), 'free')).toContain('D1 rows written (100,000), without a command')
  })
})
