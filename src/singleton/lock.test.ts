import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acquire, FREE, LOCK_LEASE_MS, type LockState, lapse, release, renew, revoke, type Ticket } from './lock.ts'

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
})
