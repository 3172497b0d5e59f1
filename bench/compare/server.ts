/** A server under test: a bundle on workerd with its D1, queue and objects, or a peer on Node. Processes, the loopback network. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { Bundle } from './bundle.ts'
import { startedProcess } from './cpu.ts'
import { hangUp } from './fire.ts'

export interface Server {
  readonly url: URL
  /** The process whose CPU time counts. */
  readonly pid: number
  /** From the start of the process to its first answer, in milliseconds. */
  readonly startMs: number
  /** Statements for its D1; it must have one. */
  sql(statements: readonly string[]): Promise<readonly (readonly Record<string, unknown>[])[]>
  stop(): Promise<void>
}

const known = new Set<number>()

export interface OnWorkerd {
  readonly bundle: Bundle
  readonly bindings: Readonly<Record<string, string>>
  readonly d1?: true
  /** Pawl's queue and objects. */
  readonly whole?: true
}

/** A bundle on workerd, started afresh with an empty state. */
export async function onWorkerd({ bundle, bindings, d1, whole }: OnWorkerd): Promise<Server> {
  const began = performance.now()
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'bench',
      modules: true,
      script: bundle.script,
      compatibilityDate: '2026-10-01',
      bindings,
      ...(d1 && { d1Databases: { DB: 'bench' } }),
      ...(whole && {
        queueProducers: { JOBS: 'pawl-jobs' },
        queueConsumers: { 'pawl-jobs': { maxBatchSize: 5, maxBatchTimeout: 0, maxRetries: 5 } },
        durableObjects: {
          SINGLETON: { className: 'Singleton', useSQLite: true },
          LEDGER: { className: 'Ledger', useSQLite: true },
        },
        ratelimits: { REFUSALS: { namespace_id: '1001', simple: { limit: 60, period: 60 } } },
      }),
    }),
  )
  const url = await miniflare.ready
  // Any answer will do: the isolate has run the script by then.
  await (await fetch(new URL('/bench-start', url))).arrayBuffer()
  const startMs = performance.now() - began
  const pid = startedProcess('workerd', known)
  if (pid === undefined) throw new Error('workerd was not started')
  known.add(pid)
  return {
    url,
    pid,
    startMs,
    async sql(statements) {
      const db = await miniflare.getD1Database('DB')
      const results = await db.batch(statements.map((statement) => db.prepare(statement)))
      return results.map((result) => result.results as Record<string, unknown>[])
    },
    async stop() {
      hangUp()
      await miniflare.dispose()
    },
  }
}

/** One of the peers that run on Node, as a process of its own. */
export async function onNode(file: string, env: Readonly<Record<string, string>>): Promise<Server> {
  const began = performance.now()
  const child = fork(join(import.meta.dirname, '..', 'peers', file), [], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (told) => resolve(Number(told)))
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it listened`)))
  })
  const url = new URL(`http://127.0.0.1:${port}`)
  await (await fetch(new URL('/bench-start', url))).arrayBuffer()
  const startMs = performance.now() - began
  if (child.pid === undefined) throw new Error(`${file} has no process`)
  return {
    url,
    pid: child.pid,
    startMs,
    sql: async () => [],
    async stop() {
      hangUp()
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await gone
    },
  }
}
