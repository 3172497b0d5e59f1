/** Wake-ups: what travels through the queue. The row is the truth; a message only says "look at this run". Network: the queue. */

export type Wake =
  /** Claim and execute a queued run. */
  | {
      readonly kind: 'run'
      readonly run: string
      /** Set by a lock that has just been given to the run: to be given back if the run does not need it any more. */
      readonly lock?: string
    }
  /** Try again to deliver a run's answer. */
  | { readonly kind: 'deliver'; readonly run: string; readonly target: number }

/** Queues' longest delay (platform.md 1.2). */
const MAX_DELAY_SECONDS = 86_400

/** Wakes a queued run, at once. */
export async function wakeRun(queue: Queue<Wake>, run: string, lock?: string): Promise<void> {
  await queue.send({ kind: 'run', run, ...(lock !== undefined && { lock }) })
}

/** Wakes the delivery of a run's answer after a delay in milliseconds. */
export async function wakeDelivery(queue: Queue<Wake>, run: string, target: number, afterMs: number): Promise<void> {
  const delaySeconds = Math.min(Math.ceil(afterMs / 1_000), MAX_DELAY_SECONDS)
  await queue.send({ kind: 'deliver', run, target }, { delaySeconds })
}
