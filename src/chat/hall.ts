/**
 * The hall as a door sees it. Types only; `src/runs/` implements it and `src/app.ts` hands it to the doors, so that a
 * platform knows nothing of what lies behind.
 */
import type { Actor, Invocation } from './invocation.ts'
import type { Reply } from './reply.ts'

/** Why a door turned a request away: the code goes to the audit, the caller gets only the HTTP status. */
export interface Refusal {
  /** The route: `slack.commands`, `slack.events`, `slack.interactions`, `discord.interactions`. */
  readonly door: string
  /** Stable, lower-case, underscores: `signature_mismatch`, `timestamp_stale`, `body_too_large`, `workspace_not_allowed`, … */
  readonly reason: string
  /** Only once the signature has been verified. */
  readonly actor?: Actor
}

/** The part of the Workers execution context that the house uses. */
export interface Lifetime {
  waitUntil(promise: Promise<unknown>): void
}

export interface Hall {
  /**
   * Admits, authorises and runs (or queues) one verified invocation, and resolves within the platforms' 3 s with what to
   * put into the HTTP response. A reply marked `pending` is followed by the final one through the platform's courier.
   * Never rejects: when the house cannot work, the reply says that nothing was run.
   */
  admit(invocation: Invocation, lifetime: Lifetime): Promise<Reply>
  /**
   * Lines that complete the one being typed, out of what the person may run; none rather than late. Never rejects, runs
   * nothing.
   */
  complete(who: Pick<Invocation, 'actor' | 'standing'>, typed: string): Promise<readonly string[]>
  /** Records a refused request in the audit, within a rate limit; returns at once. */
  refuse(refusal: Refusal, lifetime: Lifetime): void
}
