/** Many runs, several locks each: nobody shares a lock, and everybody gets his turn. In memory, over the real rules of a lock. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acquire, FREE, LOCK_LEASE_MS, type LockState, release, renew, WAITING_LEASE_MS } from '../singleton/lock.ts'
import { noteLocks, owedClaims, reachedLocks, releaseLocks, takeLocks } from './locks.ts'
import type { Services } from './services.ts'

const queue = (...keys: string[]) => keys.map((key) => ({ key, whenBusy: 'queue' as const }))
const reject = (...keys: string[]) => keys.map((key) => ({ key, whenBusy: 'reject' as const }))

/** Locks in memory, one for each key, and a clock to set. */
function lockHouse() {
  const states = new Map<string, LockState>()
  const house = { now: 0, of: (key: string) => states.get(key) ?? FREE }
  const put = (key: string, state: LockState) => void states.set(key, state)
  const services = {
    lock: (key: string) => ({
      async acquire(...[ticket, whenBusy]: [Parameters<typeof acquire>[1], 'reject' | 'queue']) {
        const { state, result } = acquire(house.of(key), ticket, whenBusy, house.now)
        put(key, state)
        return result
      },
      async renew(run: string, epoch: number, leaseMs?: number) {
        const { state, held } = renew(house.of(key), run, epoch, house.now, leaseMs)
        put(key, state)
        return held
      },
      release: async (run: string) => put(key, release(house.of(key), run, house.now)),
    }),
  } as unknown as Services
  const asked = new Map<string, number>()
  const take = (run: string, claims: Parameters<typeof takeLocks>[2]) => {
    if (!asked.has(run)) asked.set(run, house.now)
    return takeLocks(services, { run, who: 'ada', since: asked.get(run) ?? 0 }, claims)
  }
  return Object.assign(house, { services, take })
}

describe('a run with several locks', () => {
  it('holds them all, each with its own epoch', async () => {
    const house = lockHouse()
    await house.take('r1', queue('b'))
    await releaseLocks(house.services, ['b'], 'r1')
    expect(await house.take('r2', queue('a', 'b'))).toEqual({
      outcome: 'held',
      held: [
        { key: 'a', epoch: 1 },
        { key: 'b', epoch: 2 },
      ],
    })
  })

  it('stands in no line where it would join', async () => {
    const house = lockHouse()
    await house.take('r1', queue('a'))
    expect(await house.take('r2', [{ key: 'a', whenBusy: 'join' }])).toMatchObject({ outcome: 'busy', held: [] })
    expect(house.of('a').waiters).toEqual([])
  })

  it('waits at the first that it does not get, and asks for none behind it', async () => {
    const house = lockHouse()
    await house.take('r1', queue('b'))
    expect(await house.take('r2', queue('a', 'b', 'c'))).toMatchObject({
      outcome: 'waiting',
      key: 'b',
      position: 1,
      held: [{ key: 'a', epoch: 1 }],
    })
    expect(house.of('c')).toEqual(FREE)
  })

  it('keeps what it has while it waits until the sweeper has come by, and no longer', async () => {
    const house = lockHouse()
    await house.take('r1', queue('b'))
    await house.take('r2', queue('a', 'b'))
    house.now = WAITING_LEASE_MS - 1
    expect(await house.take('r3', reject('a'))).toMatchObject({ outcome: 'busy', holder: { run: 'r2' } })
    house.now = WAITING_LEASE_MS
    expect(await house.take('r3', reject('a'))).toMatchObject({ outcome: 'held' })
  })

  it('frees all of them after the lease of a holder, however long it has waited for them', async () => {
    const house = lockHouse()
    await house.take('r1', queue('b'))
    await house.take('r2', queue('a', 'b'))
    await releaseLocks(house.services, ['b'], 'r1')
    expect(await house.take('r2', queue('a', 'b'))).toMatchObject({ outcome: 'held' })
    house.now = LOCK_LEASE_MS - 1
    expect(await house.take('r3', reject('a'))).toMatchObject({ outcome: 'busy' })
    house.now = LOCK_LEASE_MS
    expect(await house.take('r3', reject('a', 'b'))).toMatchObject({ outcome: 'held' })
  })

  it('is told who is in the way of a lock for which it will not wait, and what it has', async () => {
    const house = lockHouse()
    await house.take('r1', queue('b'))
    expect(await house.take('r2', [...queue('a'), ...reject('b')])).toMatchObject({
      outcome: 'busy',
      key: 'b',
      holder: { run: 'r1' },
      held: [{ key: 'a' }],
    })
  })
})

describe('what a row notes of its locks', () => {
  it('is every lock in its order, with the epochs of those it has or had', () => {
    const noted = noteLocks(queue('a', 'b', 'c'), [{ key: 'a', epoch: 7 }], [{ key: 'b', epoch: 2 }])
    expect(JSON.parse(noted)).toEqual([
      { key: 'a', epoch: 7 },
      { key: 'b', epoch: 2 },
      { key: 'c', epoch: null },
    ])
  })

  it('makes a run wait for what it was given once, and for nothing else that its command will not wait for', () => {
    const noted = [
      { key: 'a', epoch: 1 },
      { key: 'b', epoch: null },
    ]
    expect(owedClaims(reject('a', 'b'), noted)).toEqual([...queue('a'), ...reject('b')])
  })

  it('says which locks the run has asked for: up to the one that it waits for', () => {
    const [a, b, c] = [
      { key: 'a', epoch: 1 },
      { key: 'b', epoch: null },
      { key: 'c', epoch: null },
    ]
    expect(reachedLocks([])).toEqual([])
    expect(reachedLocks([a])).toEqual(['a'])
    expect(reachedLocks([a, b, c])).toEqual(['a', 'b'])
  })
})

describe('many runs with several locks each', () => {
  const KEYS = ['a', 'b', 'c', 'd']
  /** The keys of each run, sorted as a plan has them. */
  const runs = fc.array(fc.subarray(KEYS, { minLength: 1 }), { minLength: 2, maxLength: 6 })
  /** In each round some of them are looked at, side by side. */
  const rounds = fc.array(fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }), { maxLength: 20 })

  /** Runs as their consumers see them: at each turn one takes its locks, or ends if it has them. */
  function crew(keysOf: readonly (readonly string[])[]) {
    const house = lockHouse()
    const executing = new Map<number, readonly { readonly key: string; readonly epoch: number }[]>()
    const ended = new Set<number>()
    /** The table `epochs`: a claim raises it, and is refused where somebody has gone past. */
    const fence = new Map<string, number>()
    const fenced = (held: readonly { readonly key: string; readonly epoch: number }[]) =>
      held.some(({ key, epoch }) => epoch < (fence.get(key) ?? 0))
    return {
      house,
      ended,
      executing,
      async turn(i: number): Promise<void> {
        const keys = keysOf[i]
        if (keys === undefined || ended.has(i)) return
        if (executing.delete(i)) {
          ended.add(i)
          return await releaseLocks(house.services, keys, `r${i}`)
        }
        const { outcome, held } = await house.take(`r${i}`, queue(...keys))
        if (outcome !== 'held' || fenced(held)) return
        for (const { key, epoch } of held) fence.set(key, Math.max(epoch, fence.get(key) ?? 0))
        executing.set(i, held)
      },
      /** Those who execute and may still write. */
      writers: () => [...executing].filter(([, held]) => !fenced(held)),
    }
  }

  function expectNoLockShared(writers: readonly (readonly [number, readonly { readonly key: string }[]])[]): void {
    const used = writers.flatMap(([, held]) => held.map(({ key }) => key))
    expect(new Set(used).size).toBe(used.length)
  }

  it('never share a lock, and all end: none waits in a circle', async () => {
    await fc.assert(
      fc.asyncProperty(runs, rounds, async (keysOf, plays) => {
        const { house, ended, turn, writers } = crew(keysOf)
        // Two turns for each run that may be before another one, and none is ever overtaken for long.
        const fair = Array.from({ length: 2 * keysOf.length }, () => keysOf.map((_, i) => i))
        for (const round of [...plays, ...fair]) {
          house.now += 1_000
          await Promise.all([...new Set(round)].map(turn))
          expectNoLockShared(writers())
        }
        expect(ended.size).toBe(keysOf.length)
      }),
    )
  })

  it('never write under one lock, whoever falls silent, and the others all end', async () => {
    const silences = fc.array(fc.nat(2 * WAITING_LEASE_MS), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(runs, rounds, silences, fc.nat(5), async (keysOf, plays, pauses, crashed) => {
        const { house, ended, turn, writers, executing } = crew(keysOf)
        for (const [n, round] of plays.entries()) {
          house.now += pauses[n] ?? 1_000
          await Promise.all([...new Set(round)].map(turn))
          expectNoLockShared(writers())
        }
        // One never says a word again; what it has comes free by its leases alone.
        const alive = keysOf.map((_, i) => i).filter((i) => i !== crashed)
        executing.delete(crashed)
        house.now += WAITING_LEASE_MS
        for (let round = 0; round < 3 * keysOf.length; round++) {
          house.now += LOCK_LEASE_MS
          for (const i of alive) {
            await turn(i)
            await turn(i)
            expectNoLockShared(writers())
          }
        }
        for (const i of alive) expect(ended.has(i)).toBe(true)
      }),
    )
  })
})
