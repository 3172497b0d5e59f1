/**
 * The worker of `npm start -- --speed`: the real one on a clock that runs many times as fast. Only `launch({ speed })` names it;
 * nothing that is deployed does, and the product has no setting for it. Runs in workerd, with the flag `nodejs_als`; replaces
 * `Date.now` and `setTimeout` of its isolate.
 *
 * Everything that takes long goes fast: jobs, leases, heartbeats, delays of the queue, alarms, what the cron looks at. A
 * request does not: it begins at the fast clock's time and goes on at the wall's pace, for its few seconds are there for what
 * the machine can do, and the machine is no faster.
 */

import { exports, env as settings, WorkerEntrypoint } from 'cloudflare:workers'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Env } from '../src/env.ts'
import type { Wake } from '../src/runs/wake.ts'
import real, { Singleton as RealSingleton } from '../src/worker.ts'
import { fastTime, readPace, wallDelay, wallTime } from './pace.ts'

// Whatever else the worker's entry exports; what is exported below goes before it.
export * from '../src/worker.ts'

/** A job's first word waits 1.2 s for the answer to its request to be shown: at this pace too short, so its wake-up waits. */
const SHOWN_MS = 150
const pace = readPace(settings)
/** What a message is, without what can be done with it. */
type Letter = Pick<Message<Wake>, 'id' | 'timestamp' | 'body' | 'attempts'>
/** This worker's own entrances. */
const ours = exports as unknown as { readonly Consumer: Pick<Consumer, 'begin'> }

/** What goes on at the wall's pace. */
interface Visit {
  readonly wall: number
  readonly fast: number
  /** What it puts into the queue until its answer has been shown; null from then on. */
  held: (() => Promise<unknown>)[] | null
}
const visits = new AsyncLocalStorage<Visit>()

const wallNow = Date.now.bind(Date)
const wallTimer = setTimeout.bind(globalThis)

Date.now = () => {
  const visit = visits.getStore()
  return visit ? visit.fast + wallNow() - visit.wall : fastTime(pace, wallNow())
}
Reflect.set(globalThis, 'setTimeout', (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
  wallTimer(callback, visits.getStore() ? ms : ms / pace.speed, ...args),
)

function delayed<T extends { delaySeconds?: number }>(options: T | undefined): T | undefined {
  return options?.delaySeconds === undefined
    ? options
    : { ...options, delaySeconds: wallDelay(pace, options.delaySeconds) }
}

/** The queue with delays of the wall, and behind the answers of requests. */
function queueOf(real: Env['JOBS']): Env['JOBS'] {
  const put = async (call: () => Promise<QueueSendResponse>): Promise<QueueSendResponse> => {
    const visit = visits.getStore()
    if (!visit?.held) return await call()
    visit.held.push(call)
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  }
  return {
    metrics: () => real.metrics(),
    send: (message, options) => put(() => real.send(message, delayed(options))),
    sendBatch: (messages, options) =>
      put(() =>
        real.sendBatch(
          [...messages].map((one) => delayed(one) ?? one),
          delayed(options),
        ),
      ),
  }
}

const known = new WeakMap<Env, Env>()

/** The environment with that queue; the same one for the same environment. */
function paced(env: Env): Env {
  const before = known.get(env)
  if (before) return before
  const made: Env = { ...env, JOBS: queueOf(env.JOBS) }
  known.set(env, made)
  return made
}

/**
 * A consumer for one message. On Cloudflare there are up to 250; locally a job that holds the only one would hold up all others, at
 * this pace for hours. What must come again is put into the queue once more.
 */
export class Consumer extends WorkerEntrypoint<Env> {
  /** Begins to work a message off; returns at once. */
  async begin(queue: string, { id, timestamp, body, attempts }: Letter): Promise<void> {
    const env = paced(this.env)
    const retry = (options?: QueueRetryOptions) => this.ctx.waitUntil(env.JOBS.send(body, options))
    const messages = [{ id, timestamp, body, attempts, ack() {}, retry }]
    const metadata = { metrics: { backlogCount: 1, backlogBytes: 1 } }
    const batch = { queue, metadata, messages, ackAll() {}, retryAll() {} }
    this.ctx.waitUntil(Promise.resolve(real.queue(batch, env)))
  }
}

async function visited(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const wall = wallNow()
  const visit: Visit = { wall, fast: fastTime(pace, wall), held: [] }
  const send = async () => {
    await new Promise((resolve) => {
      wallTimer(resolve, SHOWN_MS)
    })
    const { held } = visit
    visit.held = null
    await Promise.all((held ?? []).map((call) => call()))
  }
  try {
    return await visits.run(visit, () => real.fetch(request, paced(env), ctx))
  } finally {
    ctx.waitUntil(send())
  }
}

/** The locks, with alarms at the wall's time. */
export class Singleton extends RealSingleton {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, paced(env))
    const { storage } = ctx
    const setAlarm = storage.setAlarm.bind(storage)
    storage.setAlarm = (at, options) => setAlarm(wallTime(pace, Number(at)), options)
  }
}

export default {
  fetch: visited,
  async queue({ queue, messages }) {
    // What is begun in this call, the queue waits for; in a call of its own it does not.
    await Promise.all(
      messages.map(({ id, timestamp, body, attempts }) =>
        ours.Consumer.begin(queue, { id, timestamp, body, attempts }),
      ),
    )
  },
  scheduled: (controller, env) => real.scheduled(controller, paced(env)),
} satisfies ExportedHandler<Env, Wake>
