/**
 * The entry of the worker whose cost is measured: that of the fault experiments with its traps off, so the real one with further
 * commands, on bindings that count. Only `launch({ entry })` of the benchmark names it. Runs in workerd.
 */
import type { Env } from '../../src/env.ts'
import type { Wake } from '../../src/runs/wake.ts'
import { HATCH_PATH } from '../../test/faults/protocol.ts'
import trial, { Ledger as RealLedger, Singleton as RealSingleton } from '../../test/faults/worker.ts'
import { BENCH_PATH, type Order, type Tallies, type Told } from './protocol.ts'
import { emptyTally, type Tally, tallied, talliedBatch, talliedObjects, talliedQueue, tallyStorage } from './tally.ts'

// The worker and its objects share this isolate.
const tallies: Tallies = { commands: emptyTally(), locks: emptyTally(), ledger: emptyTally() }

for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
  const real = console[level].bind(console)
  console[level] = (...given: unknown[]) => {
    tallies.commands.consoleLines += 1
    real(...given)
  }
}

const counted = new WeakMap<Env, Map<Tally, Env>>()

/** The same one for the same environment: the house keeps its services by it. */
function counting(env: Env, tally: Tally): Env {
  const known = counted.get(env)?.get(tally)
  if (known) return known
  const made: Env = {
    ...env,
    DB: tallied(env.DB, tally),
    JOBS: talliedQueue(env.JOBS, tally),
    SINGLETON: talliedObjects(env.SINGLETON, tally),
    LEDGER: talliedObjects(env.LEDGER, tally),
  }
  counted.set(env, (counted.get(env) ?? new Map<Tally, Env>()).set(tally, made))
  return made
}

export class Ledger extends RealLedger {
  constructor(ctx: DurableObjectState, env: Env) {
    tallyStorage(ctx, tallies.ledger)
    super(ctx, counting(env, tallies.ledger))
  }
}

export class Singleton extends RealSingleton {
  constructor(ctx: DurableObjectState, env: Env) {
    tallyStorage(ctx, tallies.locks)
    super(ctx, counting(env, tallies.locks))
  }

  override async alarm(): Promise<void> {
    tallies.locks.objectRequests += 1
    await super.alarm()
  }
}

async function answer(request: Request, env: Env): Promise<Response> {
  const order = (await request.json()) as Order
  const sealing = order.do === 'seal' ? await env.LEDGER.getByName('log').seal() : null
  if (order.do === 'minute') await minute(env)
  return Response.json({ sealing, tallies } satisfies Told)
}

async function minute(env: Env): Promise<void> {
  tallies.commands.invocations += 1
  const controller: ScheduledController = { scheduledTime: Date.now(), cron: '* * * * *', noRetry() {} }
  await trial.scheduled(controller, counting(env, tallies.commands))
}

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url)
    if (pathname === BENCH_PATH) return answer(request, env)
    // What the benchmark itself looks up is not counted.
    if (pathname === HATCH_PATH) return trial.fetch(request, env, ctx)
    tallies.commands.invocations += 1
    return trial.fetch(request, counting(env, tallies.commands), ctx)
  },
  queue(batch, env) {
    tallies.commands.invocations += 1
    return trial.queue(talliedBatch(batch, tallies.commands), counting(env, tallies.commands))
  },
  // The benchmark says when a minute is over: cron in between would be measured with what it measures.
  scheduled() {},
} satisfies ExportedHandler<Env, Wake>
