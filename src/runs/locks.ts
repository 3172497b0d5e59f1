/**
 * The locks of a run: taken one after the other, kept while it waits for the next, given back. Network: the locks.
 *
 * Every run asks for its keys in the same order (`engine/assemble.ts`), waits at the first that it does not get, and keeps
 * those before it. So whoever is waited for waits, if at all, further on, and nobody waits in a circle. What a run holds out
 * of this order, because a lock before it was lost meanwhile, nobody renews: its lease ends, and the order stands again.
 * Only the end of a run gives locks back: another consumer of the same run may be using them.
 */
import type { SingletonClaim } from '../command/command.ts'
import type { HeldLock, NotedLock } from '../db/runs.ts'
import { type Acquired, type Ticket, WAITING_LEASE_MS } from '../singleton/lock.ts'
import { messageOf, type Services } from './services.ts'

/** How far a run got; `held` are the locks that it has, in all three cases. */
export type Taken = { readonly held: readonly HeldLock[] } & (
  | { readonly outcome: 'held' }
  | ({ readonly key: string } & Exclude<Acquired, { outcome: 'held' }>)
)

/** Takes the locks in their order, as far as they are to be had; idempotent. Throws when one cannot be reached. */
export async function takeLocks(services: Services, ticket: Ticket, claims: readonly SingletonClaim[]): Promise<Taken> {
  const held: HeldLock[] = []
  for (const { key, whenBusy } of claims) {
    // Who joins stands in no line.
    const place = await services.lock(key).acquire(ticket, whenBusy === 'queue' ? 'queue' : 'reject')
    if (place.outcome === 'held') {
      held.push({ key, epoch: place.epoch })
      continue
    }
    if (place.outcome === 'waiting')
      await Promise.all(held.map((lock) => services.lock(lock.key).renew(ticket.run, lock.epoch, WAITING_LEASE_MS)))
    return { ...place, key, held }
  }
  return { outcome: 'held', held }
}

/** What the row is to note: the locks in their order, with the epochs of those that the run has, or had before. */
export function noteLocks(
  claims: readonly SingletonClaim[],
  held: readonly HeldLock[],
  before: readonly NotedLock[] = [],
): string {
  const epochs = new Map([...before, ...held].map(({ key, epoch }) => [key, epoch]))
  return JSON.stringify(claims.map(({ key }): NotedLock => ({ key, epoch: epochs.get(key) ?? null })))
}

/** The claims of a queued run: what it was given once it waits for, whatever its command says, for it was told that it will run. */
export function owedClaims(claims: readonly SingletonClaim[], noted: readonly NotedLock[]): SingletonClaim[] {
  const given = new Set(noted.filter(({ epoch }) => epoch !== null).map(({ key }) => key))
  return claims.map(({ key, whenBusy }) => ({ key, whenBusy: given.has(key) ? 'queue' : whenBusy }))
}

/** The locks that a queued run has asked for: those it was given, and the one that it waits for. */
export function reachedLocks(noted: readonly NotedLock[]): string[] {
  const waitsAt = noted.findIndex(({ epoch }) => epoch === null)
  return (waitsAt < 0 ? noted : noted.slice(0, waitsAt + 1)).map(({ key }) => key)
}

/** Gives locks back, and places in line; one that cannot be reached is freed by the end of its lease. */
export async function releaseLocks(services: Services, keys: readonly string[], run: string): Promise<void> {
  await Promise.all(
    keys.map(async (key) => {
      try {
        await services.lock(key).release(run)
      } catch (error) {
        services.log('lock not released; its lease will end', { run, lock: key, error: messageOf(error) })
      }
    }),
  )
}
