/** Wake-ups: what travels through the queue. The row is the truth; a message only says "look at this run". Network: the queue. */

import * as z from 'zod'
import { messageOf, type Services } from './services.ts'

const name = z.string().min(1).max(500)

const wakeSchema = z.discriminatedUnion('kind', [
  /**
   * Claim and execute a queued run. `lock` is set by a lock that has just been given to the run: to be given back if the run does
   * not need it any more.
   */
  z.object({ kind: z.literal('run'), run: name, lock: name.optional() }),
  /** Wake the runs that joined this one, which has ended, with ids behind `after`. */
  z.object({ kind: z.literal('joiners'), run: name, after: z.string() }),
  /** Try again to deliver a run's answer. */
  z.object({ kind: z.literal('deliver'), run: name, target: z.int() }),
])

export type Wake = z.output<typeof wakeSchema>

/** The wake-up in a message; null when it is none. */
export function readWake(body: unknown): Wake | null {
  const read = wakeSchema.safeParse(body)
  return read.success ? read.data : null
}

/** Queues' longest delay (platform.md 1.2). */
const MAX_DELAY_SECONDS = 86_400

/** Wakes a queued run, at once. */
export async function wakeRun(queue: Queue<Wake>, run: string, lock?: string): Promise<void> {
  await queue.send({ kind: 'run', run, ...(lock !== undefined && { lock }) })
}

/** The row is the truth: a wake-up that cannot be sent now is sent by the sweeper. */
export async function wakeOrLeaveToSweeper(services: Pick<Services, 'queue' | 'log'>, run: string): Promise<void> {
  try {
    await wakeRun(services.queue, run)
  } catch (error) {
    services.log('wake-up not sent; the sweeper will', { run, error: messageOf(error) })
  }
}

/** Wakes a queued run after a delay in milliseconds. */
export async function wakeRunAt(queue: Queue<Wake>, run: string, afterMs: number): Promise<void> {
  await queue.send({ kind: 'run', run }, { delaySeconds: delayOf(afterMs) })
}

/** Wakes queued runs, at once; at most as many as a queue takes in one call, a hundred (platform.md 1.2). */
export async function wakeRuns(queue: Queue<Wake>, runs: readonly string[]): Promise<void> {
  await queue.sendBatch(runs.map((run) => ({ body: { kind: 'run', run } })))
}

/** Has the next page of those woken who joined a run. */
export async function wakeJoinersAfter(queue: Queue<Wake>, run: string, after: string): Promise<void> {
  await queue.send({ kind: 'joiners', run, after })
}

/** Wakes the delivery of a run's answer after a delay in milliseconds. */
export async function wakeDelivery(queue: Queue<Wake>, run: string, target: number, afterMs: number): Promise<void> {
  await queue.send({ kind: 'deliver', run, target }, { delaySeconds: delayOf(afterMs) })
}

function delayOf(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms / 1_000)), MAX_DELAY_SECONDS)
}
