/**
 * The process in which the worker runs: wrangler's own development server, started by `worker-process.ts` with its options as JSON in
 * the first argument. Processes, files, the loopback network.
 */
import { join } from 'node:path'
import { unstable_startWorker } from 'wrangler'
import type { ChildOptions } from './worker-process.ts'

const { root, port, persistTo, vars, watch, entry, flags } = JSON.parse(process.argv[2] ?? '{}') as ChildOptions

const worker = await unstable_startWorker({
  config: join(root, 'wrangler.toml'),
  ...(entry !== undefined && { entrypoint: join(root, entry) }),
  ...(flags !== undefined && { compatibilityFlags: [...flags] }),
  // Over what wrangler.toml and .dev.vars say.
  bindings: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, { type: 'plain_text', value }])),
  // Without `watch`, nobody who saves a file ends the jobs that are running.
  dev: { server: { hostname: '127.0.0.1', port }, inspector: false, persist: persistTo, watch, logLevel: 'info' },
})

async function end(): Promise<void> {
  await worker.dispose()
  process.exit()
}
process.once('SIGTERM', end)
// Whoever started this is gone, perhaps killed: do not stay behind.
process.once('disconnect', end)
