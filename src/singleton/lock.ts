/**
 * The rules of one lock, over its stored state. Pure: the clock is a parameter and storage is the caller's, so that the
 * Durable Object (`singleton.ts`) is only plumbing.
 *
 * A lock has at most one holder with a lease; each new holder gets a greater epoch. Waiters are served in the order in which they
 * were asked for, also when one of them comes back that had lost its place. Who gets the lock in its turn has {@link TURN_LEASE_MS}
 * to make itself heard, else the next one gets it.
 */

/** How long a holder may be silent. Longer than a claim's lease (src/runs/limits.ts): a lock outlives its holder's claim, never the other way. */
export const LOCK_LEASE_MS = 45_000

/**
 * How long a lock is kept for a run that waits in line for another one: nobody executes it, so only its wake-ups renew it,
 * and the sweeper sends those every two minutes at the latest (`WAKE_GRACE_MS` and a minute of cron). One more for the queue.
 */
export const WAITING_LEASE_MS = 180_000

/** How long a lock is kept for who gets it in its turn: longer than the sweeper needs if each wake-up is lost in a crash. */
export const TURN_LEASE_MS = WAITING_LEASE_MS

/** Who got the lock in its turn and was not heard of is woken again after this, as long as its lease lasts. */
export const WAKE_AGAIN_MS = 30_000

export interface Ticket {
  readonly run: string
  /** Who asked, as people see it: shown to those who have to wait. */
  readonly who: string
  /** Milliseconds since 1970 when it was asked for; of a holder, when it got the lock. */
  readonly since: number
}

export interface Holder extends Ticket {
  /** Milliseconds since 1970, when its lease ends. */
  readonly until: number
  /** False for who got the lock in its turn, until it has said a word. */
  readonly heard: boolean
}

export interface LockState {
  /** The epoch given out last; 0 when nobody ever held it. */
  readonly epoch: number
  readonly holder: Holder | null
  /** The next one first. */
  readonly waiters: readonly Ticket[]
}

export const FREE: LockState = { epoch: 0, holder: null, waiters: [] }

export type Acquired =
  | { readonly outcome: 'held'; readonly epoch: number }
  /** 1 is next. */
  | { readonly outcome: 'waiting'; readonly position: number; readonly holder: Ticket }
  | { readonly outcome: 'busy'; readonly holder: Ticket }

/**
 * Asks for the lock; asking again for the same run changes nothing but the lease. A waiter stands behind those who were asked for
 * no later than it, whenever it comes.
 */
export function acquire(
  state: LockState,
  ticket: Ticket,
  whenBusy: 'reject' | 'queue',
  now: number,
): { readonly state: LockState; readonly result: Acquired } {
  const current = lapse(state, now)
  if (current.holder?.run === ticket.run)
    return {
      state: { ...current, holder: heard(current.holder, now + LOCK_LEASE_MS) },
      result: { outcome: 'held', epoch: current.epoch },
    }
  if (current.holder === null) {
    const epoch = current.epoch + 1
    const holder = heard({ ...ticket, since: now }, now + LOCK_LEASE_MS)
    return { state: { ...current, epoch, holder }, result: { outcome: 'held', epoch } }
  }
  const holder = current.holder
  const place = current.waiters.findIndex((waiter) => waiter.run === ticket.run)
  if (place >= 0) return { state: current, result: { outcome: 'waiting', position: place + 1, holder } }
  if (whenBusy === 'reject') return { state: current, result: { outcome: 'busy', holder } }
  const before = current.waiters.filter(({ since }) => since <= ticket.since)
  const waiters = [...before, ticket, ...current.waiters.filter(({ since }) => since > ticket.since)]
  return { state: { ...current, waiters }, result: { outcome: 'waiting', position: before.length + 1, holder } }
}

/** Extends the lease of the present holder; false when the lock has passed on. */
export function renew(
  state: LockState,
  run: string,
  epoch: number,
  now: number,
  leaseMs = LOCK_LEASE_MS,
): { state: LockState; held: boolean } {
  const current = lapse(state, now)
  if (current.holder?.run !== run || current.epoch !== epoch) return { state: current, held: false }
  return { state: { ...current, holder: heard(current.holder, now + leaseMs) }, held: true }
}

/** Gives the lock back, or gives up waiting; the next waiter becomes the holder. */
export function release(state: LockState, run: string, now: number): LockState {
  if (state.holder?.run === run) return promote({ ...state, holder: null }, now)
  return lapse({ ...state, waiters: state.waiters.filter((waiter) => waiter.run !== run) }, now)
}

/** Takes the lock from a holder before its lease has ended; false when that holder has it no more. */
export function revoke(
  state: LockState,
  run: string,
  epoch: number,
  now: number,
): { readonly state: LockState; readonly revoked: boolean } {
  const current = lapse(state, now)
  if (current.holder?.run !== run || current.epoch !== epoch) return { state: current, revoked: false }
  return { state: promote({ ...current, holder: null }, now), revoked: true }
}

/** Takes the lock from a holder whose lease has ended; the next waiter becomes the holder. */
export function lapse(state: LockState, now: number): LockState {
  if (state.holder !== null && state.holder.until > now) return state
  return promote({ ...state, holder: null }, now)
}

/** When something is to be done about the lock: its lease ends, or its holder is to be woken again. Null when it is free. */
export function nextAlarm({ holder }: LockState, now: number): number | null {
  if (holder === null) return null
  if (holder.heard) return holder.until
  // Counted from its turn: whoever comes meanwhile does not put it off.
  const woken = Math.floor((now - holder.since) / WAKE_AGAIN_MS)
  return Math.min(holder.until, holder.since + (woken + 1) * WAKE_AGAIN_MS)
}

function heard(ticket: Ticket, until: number): Holder {
  return { ...ticket, until, heard: true }
}

function promote(state: LockState, now: number): LockState {
  const [next, ...waiters] = state.waiters
  if (!next) return state
  return { epoch: state.epoch + 1, holder: { ...next, since: now, until: now + TURN_LEASE_MS, heard: false }, waiters }
}
