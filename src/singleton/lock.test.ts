import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  acquire,
  FREE,
  LOCK_LEASE_MS,
  type LockState,
  lapse,
  nextAlarm,
  release,
  renew,
  revoke,
  type Ticket,
  TURN_LEASE_MS,
  WAKE_AGAIN_MS,
} from './lock.ts'

const ticket = (run: string, since = 0): Ticket => ({ run, who: 'ada', since })

describe('a lock', () => {
  it('is held by the first who asks, with epoch 1', () => {
    const { result, state } = acquire(FREE, ticket('a'), 'queue', 0)
    expect(result).toEqual({ outcome: 'held', epoch: 1 })
    expect(state.holder?.until).toBe(LOCK_LEASE_MS)
  })

  it('gives the same epoch to a holder that asks again', () => {
    const { state } = acquire(FREE, ticket('a'), 'queue', 0)
    expect(acquire(state, ticket('a'), 'queue', 1).result).toEqual({ outcome: 'held', epoch: 1 })
  })

  it('turns the second away with the holder when it will not wait', () => {
    const { state } = acquire(FREE, ticket('a', 5), 'queue', 5)
    const second = acquire(state, ticket('b'), 'reject', 6)
    expect(second.result).toEqual({ outcome: 'busy', holder: expect.objectContaining({ run: 'a', since: 5 }) })
    expect(second.state).toEqual(state)
  })

  it('serves those who wait first come first served, each with a greater epoch', () => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    state = acquire(state, ticket('b'), 'queue', 1).state
    const third = acquire(state, ticket('c'), 'queue', 2)
    expect(third.result).toMatchObject({ outcome: 'waiting', position: 2 })
    state = release(third.state, 'a', 3)
    expect(state).toMatchObject({ epoch: 2, holder: { run: 'b' }, waiters: [{ run: 'c' }] })
    state = release(state, 'b', 4)
    expect(state).toMatchObject({ epoch: 3, holder: { run: 'c' }, waiters: [] })
  })

  it('keeps the place of a waiter that asks again', () => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    state = acquire(state, ticket('b'), 'queue', 1).state
    state = acquire(state, ticket('c'), 'queue', 1).state
    expect(acquire(state, ticket('b'), 'queue', 2).result).toMatchObject({ outcome: 'waiting', position: 1 })
  })

  it('has a place in line for each by the time when it was asked for, whenever it comes', () => {
    let state = acquire(FREE, ticket('a', 1), 'queue', 1).state
    state = acquire(state, ticket('d', 4), 'queue', 4).state
    state = acquire(state, ticket('c', 3), 'queue', 5).state
    expect(acquire(state, ticket('b', 2), 'queue', 6).result).toMatchObject({ outcome: 'waiting', position: 1 })
    const again = acquire(state, ticket('e', 3), 'queue', 6)
    expect(again.result).toMatchObject({ position: 2 })
    expect(again.state.waiters.map(({ run }) => run)).toEqual(['c', 'e', 'd'])
  })

  it('waits for who gets it in its turn to the last millisecond, then the next one gets it', () => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    state = acquire(state, ticket('b', 1), 'queue', 1).state
    state = acquire(state, ticket('c', 2), 'queue', 2).state
    state = release(state, 'a', 10)
    expect(lapse(state, 10 + TURN_LEASE_MS - 1).holder?.run).toBe('b')
    const passed = lapse(state, 10 + TURN_LEASE_MS)
    expect(passed.holder?.run).toBe('c')
    // It has lost its turn, not its place.
    const back = acquire(acquire(passed, ticket('d', 3), 'queue', 300_000).state, ticket('b', 1), 'queue', 300_001)
    expect(back.result).toMatchObject({ outcome: 'waiting', position: 1 })
  })

  it.each([
    ['takes it', (state: LockState) => acquire(state, ticket('b', 1), 'queue', 20).state],
    ['renews it', (state: LockState) => renew(state, 'b', 2, 20).state],
  ])('has the lease of every holder once its next one %s', (_, word) => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    state = release(acquire(state, ticket('b', 1), 'queue', 1).state, 'a', 10)
    expect(state.holder).toMatchObject({ run: 'b', heard: false, until: 10 + TURN_LEASE_MS })
    expect(word(state).holder).toMatchObject({ run: 'b', heard: true, until: 20 + LOCK_LEASE_MS })
  })

  it('wakes who got it in its turn again until that is heard of, whoever comes meanwhile', () => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    expect(nextAlarm(FREE, 0)).toBeNull()
    expect(nextAlarm(state, 0)).toBe(LOCK_LEASE_MS)
    state = release(acquire(state, ticket('b', 1), 'queue', 1).state, 'a', 10)
    expect(nextAlarm(state, 10)).toBe(10 + WAKE_AGAIN_MS)
    expect(nextAlarm(state, 10 + WAKE_AGAIN_MS - 1)).toBe(10 + WAKE_AGAIN_MS)
    expect(nextAlarm(state, 10 + WAKE_AGAIN_MS)).toBe(10 + 2 * WAKE_AGAIN_MS)
    expect(nextAlarm(state, 10 + TURN_LEASE_MS - 1)).toBe(10 + TURN_LEASE_MS)
    expect(nextAlarm(acquire(state, ticket('b', 1), 'queue', 20).state, 20)).toBe(20 + LOCK_LEASE_MS)
  })

  it('is held to the last millisecond of the lease and not one longer', () => {
    const { state } = acquire(FREE, ticket('a'), 'queue', 0)
    expect(lapse(state, LOCK_LEASE_MS - 1).holder?.run).toBe('a')
    expect(lapse(state, LOCK_LEASE_MS).holder).toBeNull()
  })

  it('refuses to renew for a holder that was replaced', () => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    state = acquire(state, ticket('b'), 'queue', 1).state
    const late = renew(state, 'a', 1, LOCK_LEASE_MS)
    expect(late.held).toBe(false)
    expect(late.state.holder?.run).toBe('b')
  })

  it('refuses to renew with the epoch of an earlier holding of the same run', () => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    state = release(state, 'a', 1)
    state = acquire(state, ticket('a'), 'queue', 2).state
    expect(renew(state, 'a', 1, 3).held).toBe(false)
    expect(renew(state, 'a', 2, 3).held).toBe(true)
  })

  it('says since when its holder has it, not since when that waited', () => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    state = acquire(state, ticket('b', 1), 'queue', 1).state
    expect(release(state, 'a', 9).holder).toMatchObject({ run: 'b', since: 9 })
  })

  it('taken away from its holder goes to the next, with the next epoch', () => {
    let state = acquire(FREE, ticket('a'), 'queue', 0).state
    state = acquire(state, ticket('b'), 'queue', 1).state
    const taken = revoke(state, 'a', 1, 2)
    expect(taken).toMatchObject({ revoked: true, state: { epoch: 2, holder: { run: 'b' }, waiters: [] } })
    expect(renew(taken.state, 'a', 1, 3).held).toBe(false)
    expect(revoke(taken.state, 'b', 2, 3).state).toEqual({ epoch: 2, holder: null, waiters: [] })
  })

  it.each([
    ['another run', 'b', 1, 2],
    ['another epoch of its holder', 'a', 2, 2],
    ['a holder whose lease has ended', 'a', 1, LOCK_LEASE_MS],
  ])('is not taken away from %s', (_, run, epoch, now) => {
    const { state } = acquire(FREE, ticket('a'), 'queue', 0)
    expect(revoke(state, run, epoch, now)).toEqual({ state: lapse(state, now), revoked: false })
  })

  it('ignores a release by somebody who does not hold it', () => {
    const { state } = acquire(FREE, ticket('a'), 'queue', 0)
    expect(release(state, 'b', 1)).toEqual(state)
  })

  it('never has two holders of one epoch, never lets an epoch shrink, never loses a waiter, whatever happens', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('acquire' as const),
        run: fc.constantFrom('a', 'b', 'c', 'd'),
        wait: fc.nat(60_000),
      }),
      fc.record({
        kind: fc.constant('release' as const),
        run: fc.constantFrom('a', 'b', 'c', 'd'),
        wait: fc.nat(60_000),
      }),
      fc.record({
        kind: fc.constant('revoke' as const),
        run: fc.constantFrom('a', 'b', 'c', 'd'),
        wait: fc.nat(60_000),
      }),
      fc.record({ kind: fc.constant('lapse' as const), run: fc.constant(''), wait: fc.nat(60_000) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state: LockState = FREE
        let now = 0
        const holderOf = new Map<number, string>()
        for (const { kind, run, wait } of steps) {
          now += wait
          const before = state
          if (kind === 'acquire') state = acquire(state, ticket(run, now), 'queue', now).state
          else if (kind === 'release') state = release(state, run, now)
          else if (kind === 'revoke') state = revoke(state, run, state.epoch, now).state
          else state = lapse(state, now)
          expect(state.epoch).toBeGreaterThanOrEqual(before.epoch)
          if (state.holder) {
            const known = holderOf.get(state.epoch)
            expect(known ?? state.holder.run).toBe(state.holder.run)
            holderOf.set(state.epoch, state.holder.run)
          } else expect(state.waiters).toEqual([])
          const runs = [...(state.holder ? [state.holder.run] : []), ...state.waiters.map((waiter) => waiter.run)]
          expect(new Set(runs).size).toBe(runs.length)
        }
      }),
    )
  })

  it('never lets somebody pass in line who was asked for later, whoever falls silent, gives up or comes back', () => {
    const RUNS = ['a', 'b', 'c', 'd', 'e']
    const step = fc.record({
      kind: fc.constantFrom('acquire' as const, 'release' as const, 'lapse' as const),
      run: fc.nat(RUNS.length - 1),
      wait: fc.nat(TURN_LEASE_MS),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state: LockState = FREE
        let now = 0
        for (const { kind, run: since, wait } of steps) {
          now += wait
          const before = state
          const run = RUNS[since] ?? ''
          if (kind === 'acquire') state = acquire(state, ticket(run, since), 'queue', now).state
          else if (kind === 'release') state = release(state, run, now)
          else state = lapse(state, now)
          const line = state.waiters.map((waiter) => waiter.run)
          expect(line).toEqual([...line].sort())
          // The lock went on to somebody of those who waited: to the one who was asked for first.
          const { holder } = state
          const [first] = before.waiters.filter((waiter) => kind !== 'release' || waiter.run !== run)
          if (holder && !holder.heard && holder.run !== before.holder?.run) expect(holder.run).toBe(first?.run)
        }
      }),
      { numRuns: 500 },
    )
  })
})
