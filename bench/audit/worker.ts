/**
 * The entry of the worker whose cost is measured: that of the fault experiments with its traps off, so the real one with further
 * commands, on a D1 that counts. Only `launch({ entry })` of the benchmark names it. Runs in workerd.
 */
import type { Env } from '../../src/env.ts'
import type { Wake } from '../../src/runs/wake.ts'
import { HATCH_PATH } from '../../test/faults/protocol.ts'
import trial, { Ledger as RealLedger, Singleton as RealSingleton } from '../../test/faults/worker.ts'
import { BENCH_PATH, type Order, type Tallies } from './protocol.ts'
import { emptyTally, type Tally, tallied } from './tally.ts'

// The worker and its objects share this isolate.
const tallies: Tallies = { commands: emptyTally(), ledger: emptyTally() }

function counting(env: Env, tally: Tally): Env {
  return { ...env, DB: tallied(env.DB, tally) }
}

export class Ledger extends RealLedger {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, counting(env, tallies.ledger))
  }
}

export class Singleton extends RealSingleton {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, counting(env, tallies.commands))
  }
}

async function answer(request: Request, env: Env): Promise<Response> {
  const { seal } = await request.json<Order>()
  const sealing = seal ? await env.LEDGER.getByName('log').seal() : null
  return Response.json({ sealing, tallies })
}

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url)
    if (pathname === BENCH_PATH) return answer(request, env)
    // What the benchmark itself looks up is not counted.
    return trial.fetch(request, pathname === HATCH_PATH ? env : counting(env, tallies.commands), ctx)
  },
  queue: (batch, env) => trial.queue(batch, counting(env, tallies.commands)),
  // The benchmark says when the log is sealed: cron in between would be measured with it.
  scheduled() {},
} satisfies ExportedHandler<Env, Wake>
