/**
 * What the worker under test and the control server say to each other: the worker names the point that it has come to, the
 * control server says how it goes on. Pure types; both sides import them.
 */

/** Before the call, or after it has taken effect and before the worker learns so. */
export type Phase = 'before' | 'after'

/** What the point is a call of. */
export type Realm = 'd1' | 'queue' | 'lock' | 'upstream'

/** A change of a run's state, as the batch that made it tells: what the worker itself says later is compared with it. */
export interface SeenChange {
  readonly run: string
  readonly to: string
  /** False when the row did not stand where the change starts. */
  readonly took: boolean
}

export interface Point {
  readonly realm: Realm
  /** `admit`, `claim`, `end`, `send`, `lock.acquire`, …: see `points.ts`. */
  readonly name: string
  readonly phase: Phase
  /** The run that it is about, where that can be told. */
  readonly run: string | null
  readonly changes?: readonly SeenChange[]
}

export type Order =
  | { readonly do: 'go' }
  /** The call fails with this message: `before`, without effect; `after`, with it. */
  | { readonly do: 'fail'; readonly message: string }
  /** The audit rows of this batch cannot be inserted; D1 then rolls back all of it. */
  | { readonly do: 'fail audit' }
  /** The call is not made, and is said to have worked. */
  | { readonly do: 'swallow' }

export interface Answer {
  readonly order: Order
  /** Milliseconds by which the worker's clock is to be ahead. */
  readonly skew: number
}

/** One call of the pretend service that a trial command works on: its own log, never Pawl's. */
export interface Effect {
  readonly run: string
  /** What the command was asked for, to tell the work of two runs of the same command apart. */
  readonly tag: string
  /** The idempotency key that the command sent. */
  readonly key: string
  readonly what: 'did' | 'left' | 'aborted' | 'looked'
}

/** Names of the settings and paths by which the two find each other. */
export const CONTROL_SETTING = 'FAULTS_CONTROL'
/** Set for a worker whose bindings are left alone: the load benchmark measures the product, not the experiments. */
export const BARE_SETTING = 'FAULTS_BARE'
export const POINT_PATH = '/point'
export const EFFECT_PATH = '/effect'
/** Below this path the worker under test lets itself be looked into; the product has nothing there. */
export const HATCH_PATH = '/faults-hatch'
