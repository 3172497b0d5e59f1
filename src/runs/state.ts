/**
 * The states of a run and the edges between them. Pure. The database enforces the same table with a trigger
 * (`migrations/0001_init.sql`), so that no code path can take a shortcut.
 */

export const STATES = [
  'accepted',
  'denied',
  'awaiting_approval',
  'queued',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'expired',
  'lost',
] as const

export type State = (typeof STATES)[number]

/**
 * Where each state may go. An inline read command goes from `accepted` straight to its end: its decision and its result
 * are one write (design, section 5, rule 3). `running` goes back to `queued` only for `retry: 'safe'`.
 */
export const EDGES: { readonly [from in State]: readonly State[] } = {
  accepted: ['denied', 'awaiting_approval', 'queued', 'running', 'succeeded', 'failed', 'timed_out', 'expired', 'lost'],
  awaiting_approval: ['denied', 'queued', 'running', 'cancelled', 'expired'],
  queued: ['running', 'denied', 'failed', 'cancelled', 'expired'],
  running: ['succeeded', 'failed', 'timed_out', 'cancelled', 'lost', 'queued'],
  denied: [],
  succeeded: [],
  failed: [],
  timed_out: [],
  cancelled: [],
  expired: [],
  lost: [],
}

/** Where a queued run may go, too, that has joined another one: it executes nothing and ends as that one did. */
export const JOINED_ENDS: readonly State[] = ['succeeded', 'timed_out', 'lost']

/** True when nothing follows this state. */
export function isTerminal(state: State): boolean {
  return EDGES[state].length === 0
}

export function isLegal(from: State, to: State): boolean {
  return EDGES[from].includes(to)
}
