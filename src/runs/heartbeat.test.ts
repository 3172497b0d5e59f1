/** When a job looks after its claim and when it extends it, and what it does when it cannot. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Database } from '../db/database.ts'
import { type Heartbeat, heartbeat } from './heartbeat.ts'
import { CLAIM_LEASE_MS, HEARTBEAT_MS } from './limits.ts'
import type { Services } from './services.ts'

/** What D1 answers to each beat: the row, none, or nothing because it is down. */
type Answer = { cancel_by: string | null } | null | 'down'
const HELD: Answer = { cancel_by: null }

let asked: string[] = []
let renewed = 0
let answers: Answer[] = []
let beat: Heartbeat

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  asked = []
  renewed = 0
  answers = []
  const statement = (sql: string) => ({
    bind: () => ({
      first: async () => {
        asked.push(sql.trim().startsWith('UPDATE') ? 'extend' : 'look')
        const answer = answers.length > 0 ? answers.shift() : HELD
        if (answer === 'down') throw new Error('D1 is away')
        return answer
      },
    }),
  })
  const lock = { renew: async () => Boolean(++renewed) } as unknown as ReturnType<Services['lock']>
  const services = {
    now: () => Date.now(),
    log: () => {},
    openDb: () => ({ prepare: statement }) as unknown as Database,
    lock: () => lock,
  }
  const claim = { run: 'r_1', attempt: 1, held: [{ key: 'k', epoch: 1 }] }
  beat = heartbeat(services, claim, { hasLines: () => false, write: async () => true })
})
afterEach(async () => {
  await beat.stop()
  vi.useRealTimers()
})

const beats = (count: number) => vi.advanceTimersByTimeAsync(count * HEARTBEAT_MS)

describe('a heartbeat', () => {
  it('looks and extends in turns, and renews the locks each time', async () => {
    await beats(4)
    expect(asked).toEqual(['look', 'extend', 'look', 'extend'])
    expect(renewed).toBe(4)
    expect(beat.signal.aborted).toBe(false)
  })

  it('keeps a claim for as long as it was extended, not looked at', async () => {
    await beats(1)
    expect(beat.lasts(CLAIM_LEASE_MS - HEARTBEAT_MS - 1)).toBe(true)
    expect(beat.lasts(CLAIM_LEASE_MS - HEARTBEAT_MS)).toBe(false)
    await beats(1)
    expect(beat.lasts(CLAIM_LEASE_MS - 1)).toBe(true)
    expect(beat.lasts(CLAIM_LEASE_MS)).toBe(false)
  })

  it.each(['look', 'extend'] as const)('hears of a cancellation when it comes to %s', async (kind) => {
    const before: Answer[] = kind === 'look' ? [] : [HELD]
    answers = [...before, { cancel_by: 'ada' }, { cancel_by: 'ada' }]
    await beats(before.length)
    expect(beat.signal.aborted).toBe(false)
    await beats(1)
    expect(beat.signal.reason).toEqual({ cancelledBy: 'ada' })
    // Its claim is as good as new, so that it has the time to stop.
    expect(asked).toEqual(['look', 'extend'])
  })

  it('extends at every beat from one that failed on, until it is done', async () => {
    answers = ['down', 'down', 'down', HELD]
    await beats(5)
    expect(asked).toEqual(['look', 'extend', 'extend', 'extend', 'look'])
    expect(beat.signal.aborted).toBe(false)
  })

  it('gives the claim up 5 s before it lapses, however often it looks', async () => {
    answers = Array.from({ length: 9 }, () => 'down' as const)
    await vi.advanceTimersByTimeAsync(CLAIM_LEASE_MS - 5_000 - 1)
    expect(beat.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(beat.signal.aborted).toBe(true)
    expect(beat.signal.reason).toBe(null)
  })

  it('is over when the run is not this attempt’s any more', async () => {
    answers = [null]
    await beats(1)
    expect(beat.signal.aborted).toBe(true)
    expect(beat.signal.reason).toBe(null)
    await beats(3)
    expect(asked).toEqual(['look'])
  })
})
