/**
 * Wraps the bindings of a worker so that each call to D1, the queue and the locks first asks the control server how to go on.
 * Runs in workerd, for the fault experiments only. Network: the control server on the loopback.
 */
import type { Env } from '../../src/env.ts'
import { changesOf, isAudit, nameOf, type Statement } from './points.ts'
import { type Answer, BARE_SETTING, CONTROL_SETTING, type Order, POINT_PATH, type Point } from './protocol.ts'

/** An audit row that the table refuses, as it would refuse any when the disk is full. */
const REFUSED_ROW = "INSERT INTO audit (at, code, run, event) VALUES (0, 'refused', NULL, 'no JSON')"

let skew = 0
const wallClock = Date.now.bind(Date)
// The worker, its locks and the house's services share this isolate's clock.
Date.now = () => wallClock() + skew

export function setSkew(ms: number): void {
  skew = ms
}

/** Where the control server listens. */
export function controlOf(env: object): string {
  return String(Reflect.get(env, CONTROL_SETTING))
}

type Ask = (point: Point) => Promise<Order>

function asker(control: string): Ask {
  return async function ask(point) {
    const response = await fetch(`${control}${POINT_PATH}`, { method: 'POST', body: JSON.stringify(point) })
    const answer = (await response.json()) as Answer
    setSkew(answer.skew)
    return answer.order
  }
}

const wrapped = new WeakMap<Env, Env>()

/** The environment with its bindings wrapped; the same one for the same environment. */
export function instrument(env: Env): Env {
  if (Reflect.has(env, BARE_SETTING)) return env
  const known = wrapped.get(env)
  if (known) return known
  const ask = asker(controlOf(env))
  const made: Env = {
    ...env,
    DB: database(env.DB, ask),
    JOBS: queue(env.JOBS, ask),
    SINGLETON: locks(env.SINGLETON, ask),
  }
  wrapped.set(env, made)
  return made
}

/** One call with what may happen around it. `refused` does it with an audit that cannot be written. */
async function around<T>(
  ask: Ask,
  point: Omit<Point, 'phase' | 'changes'>,
  call: () => Promise<T>,
  {
    refused = call,
    swallowed,
    changes,
  }: { refused?: () => Promise<T>; swallowed?: () => T; changes?: (result: T) => Point['changes'] } = {},
): Promise<T> {
  const before = await ask({ ...point, phase: 'before' })
  if (before.do === 'fail') throw new Error(before.message)
  if (before.do === 'swallow' && swallowed) return swallowed()
  const result = await (before.do === 'fail audit' ? refused() : call())
  const seen = changes?.(result)
  const after = await ask({ ...point, phase: 'after', ...(seen && { changes: seen }) })
  if (after.do === 'fail') throw new Error(after.message)
  return result
}

function database(real: D1Database, ask: Ask): D1Database {
  const notes = new WeakMap<D1PreparedStatement, Statement>()
  const noteOf = (statement: D1PreparedStatement): Statement => notes.get(statement) ?? { sql: '', values: [] }
  const session = (inner: D1DatabaseSession): D1DatabaseSession => {
    const noted = (statement: D1PreparedStatement, sql: string, values: readonly unknown[]): D1PreparedStatement => {
      notes.set(statement, { sql, values })
      const { bind, all, run, first } = statement
      const point = () => ({ realm: 'd1' as const, ...nameOf([{ sql, values }]) })
      return Object.assign(statement, {
        bind: (...given: unknown[]) => noted(bind.apply(statement, given), sql, given),
        all: () => around(ask, point(), () => all.call(statement)),
        run: () => around(ask, point(), () => run.call(statement)),
        first: () => around(ask, point(), () => first.call(statement)),
      })
    }
    const refuseAudit = (statements: D1PreparedStatement[]) =>
      statements.map((statement) => (isAudit(noteOf(statement)) ? inner.prepare(REFUSED_ROW) : statement))
    return {
      prepare: (sql) => noted(inner.prepare(sql), sql, []),
      batch: <T>(statements: D1PreparedStatement[]) => {
        const batch = statements.map(noteOf)
        return around(ask, { realm: 'd1', ...nameOf(batch) }, () => inner.batch<T>(statements), {
          refused: () => inner.batch<T>(refuseAudit(statements)),
          changes: (results) =>
            changesOf(
              batch,
              results.map(({ meta }) => meta.changes),
            ),
        })
      },
      getBookmark: () => inner.getBookmark(),
    }
  }
  return new Proxy(real, {
    get: (target, property) =>
      property === 'withSession'
        ? (mode?: D1SessionConstraint) => session(target.withSession(mode))
        : Reflect.get(target, property),
  })
}

function queue(real: Env['JOBS'], ask: Ask): Env['JOBS'] {
  const send: Env['JOBS']['send'] = (message, options) =>
    around(
      ask,
      { realm: 'queue', name: message.kind === 'run' ? 'send' : 'send.delivery', run: message.run },
      () => real.send(message, options),
      { swallowed: () => ({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }) },
    )
  const sendBatch: Env['JOBS']['sendBatch'] = (messages, options) =>
    around(ask, { realm: 'queue', name: 'send.batch', run: null }, () => real.sendBatch(messages, options), {
      swallowed: () => ({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }),
    })
  return new Proxy(real, {
    get: (target, property) => {
      if (property === 'send') return send
      if (property === 'sendBatch') return sendBatch
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function locks(real: Env['SINGLETON'], ask: Ask): Env['SINGLETON'] {
  const stub = (key: string) => {
    const inner = real.getByName(key)
    return new Proxy(inner, {
      get: (target, property) => {
        const method: unknown = Reflect.get(target, property)
        if (typeof property !== 'string' || typeof method !== 'function') return method
        return (...given: unknown[]) =>
          around(ask, { realm: 'lock', name: `lock.${property}`, run: runIn(given) }, () =>
            Promise.resolve(Reflect.apply(method, target, given)),
          )
      },
    })
  }
  return new Proxy(real, {
    get: (target, property) => {
      if (property === 'getByName') return stub
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** The run among the arguments of a lock's method: itself, or in a ticket. */
function runIn(given: readonly unknown[]): string | null {
  for (const value of given) {
    const run: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'run') : value
    if (typeof run === 'string') return run
  }
  return null
}
