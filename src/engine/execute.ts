/**
 * Runs a piece of work under a deadline and a signal. Pure but for timers. Never throws; whatever the work does becomes an
 * outcome.
 */
import type { PawlRecord } from '../json.ts'

export type Outcome =
  /** `told`: the records say what would be done; what the last command's view says of them would not be true. */
  | { readonly state: 'succeeded'; readonly records: readonly PawlRecord[]; readonly told?: true }
  /**
   * `message` is for the chat, with `shown` as fixed-width text under it; `fault` only for the operator's log: the handler broke
   * instead of refusing. `whole`: the message names by itself what it is about.
   */
  | {
      readonly state: 'failed'
      readonly message: string
      readonly shown?: string
      readonly whole?: true
      readonly fault?: string
    }
  | ({ readonly state: 'timed_out' } & Stopped)
  /** It waits for something, and goes on in another attempt from its stored steps. */
  | ({ readonly state: 'suspended' } & Suspended)
  /** The signal fired. `by` is its reason. */
  | ({ readonly state: 'aborted'; readonly by: unknown } & Stopped)

/** Work that was told to stop. */
export interface Stopped {
  /** False when it did not answer the signal within {@link STOP_GRACE_MS}: it may still be at it. */
  readonly stopped: boolean
}

/** Work that is put aside. */
export interface Suspended {
  /** Milliseconds since 1970. */
  readonly until: number
  /** 1 is the first stage. */
  readonly stage: number
  /** The name of the step at which it goes on. */
  readonly step: string
}

/** How long a handler may go on after its signal has fired before its result is no longer waited for. */
export const STOP_GRACE_MS = 2_000

/** What a timed-out signal carries. */
const DEADLINE = Symbol('deadline')

/**
 * Executes work; the outcome is its own whenever it succeeded, also when it was asked to stop while finishing.
 *
 * @param work gets the signal that fires on the deadline and on `abort`; must not reject
 */
export async function execute(
  work: (signal: AbortSignal) => Promise<Outcome>,
  timeoutMs: number,
  abort: AbortSignal,
): Promise<Outcome> {
  if (timeoutMs <= 0) return { state: 'timed_out', stopped: true }
  const controller = new AbortController()
  const { signal } = controller
  const deadline = setTimeout(() => controller.abort(DEADLINE), timeoutMs)
  const forward = () => controller.abort(abort.reason)
  if (abort.aborted) forward()
  else abort.addEventListener('abort', forward, { once: true })
  try {
    const outcome = await Promise.race([work(signal), stoppedBy(signal)])
    // Work that failed after the signal has most likely failed because of it; and what is to stop need not wait first.
    const unfinished = outcome === null || outcome.state === 'failed' || outcome.state === 'suspended'
    if (outcome === null || (unfinished && signal.aborted)) return abortedBy(signal, outcome !== null)
    return outcome
  } finally {
    clearTimeout(deadline)
    abort.removeEventListener('abort', forward)
  }
}

/** Resolves (to null) some time after the signal has fired, so that a handler that ignores it cannot hold the run. */
function stoppedBy(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    const wait = () => {
      setTimeout(() => resolve(null), STOP_GRACE_MS)
    }
    if (signal.aborted) wait()
    else signal.addEventListener('abort', wait, { once: true })
  })
}

function abortedBy({ reason }: AbortSignal, stopped: boolean): Outcome {
  return reason === DEADLINE ? { state: 'timed_out', stopped } : { state: 'aborted', by: reason, stopped }
}
