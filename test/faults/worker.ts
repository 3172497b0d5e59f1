/**
 * The entry of the worker under test: the real one with its bindings wrapped, further commands, and a hatch to look into its
 * database. Only `launch({ entry })` of the fault experiments names it; nothing that is deployed does.
 */
import type { Env } from '../../src/env.ts'
import { modules } from '../../src/registry.generated.ts'
import type { Wake } from '../../src/runs/wake.ts'
import real, { Singleton as RealSingleton } from '../../src/worker.ts'
import { trialCommands } from './commands.ts'
import { instrument, setSkew } from './instrument.ts'
import { HATCH_PATH } from './protocol.ts'

// Read when the first request comes, after this.
const registered = modules as { file: string; command: (typeof trialCommands)[number] }[]
registered.push(...trialCommands.map((command) => ({ file: 'test/faults/commands.ts', command })))

// The classes of all Durable Objects; the lock is replaced below.
export * from '../../src/worker.ts'

export { Ledger } from '../../src/worker.ts'

export class Singleton extends RealSingleton {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, instrument(env))
  }
}

interface Asked {
  /** Statements for D1, as one transaction. */
  readonly sql?: readonly { readonly sql: string; readonly values: readonly (string | number | null)[] }[]
  /** Any message, as a fault in the queue might bring it. */
  readonly send?: unknown
  /** A message for another consumer, beside the one that the local queue has: in production there are up to 250. */
  readonly consume?: Wake
  readonly skew?: number
}

/** Not through the wrapped bindings: what the experiments look at and change must not be disturbed by them. */
async function hatch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const { sql = [], send, consume, skew } = (await request.json()) as Asked
  if (skew !== undefined) setSkew(skew)
  if (send !== undefined) await env.JOBS.send(send as Wake)
  if (consume !== undefined) ctx.waitUntil(Promise.resolve(real.queue(batchOf(consume), instrument(env))))
  if (sql.length === 0) return Response.json([])
  const results = await env.DB.batch(sql.map((one) => env.DB.prepare(one.sql).bind(...one.values)))
  return Response.json(results.map(({ results: rows }) => rows))
}

function batchOf(body: Wake): MessageBatch<Wake> {
  const message = { id: crypto.randomUUID(), timestamp: new Date(), body, attempts: 1, ack() {}, retry() {} }
  const metadata = { metrics: { backlogCount: 1, backlogBytes: 1 } }
  return { queue: 'pawl-jobs', messages: [message], metadata, ackAll() {}, retryAll() {} }
}

export default {
  fetch: (request: Request, env: Env, ctx: ExecutionContext) =>
    new URL(request.url).pathname === HATCH_PATH ? hatch(request, env, ctx) : real.fetch(request, instrument(env), ctx),
  queue: (batch, env) => real.queue(batch, instrument(env)),
  scheduled: (controller, env) => real.scheduled(controller, instrument(env)),
} satisfies ExportedHandler<Env, Wake>
