/**
 * Starts everything on this machine: settings, database, the simulator's server, the worker on real workerd. Used by start, dev,
 * the end-to-end tests and the CLI. Processes, files and the loopback network; nothing beyond.
 */
import { join, resolve } from 'node:path'
import { createSimulator, type Simulator } from './index.ts'
import { migrate } from './migrate.ts'
import { fastTime, type Pace, paceSettings, SPEED_MAX } from './pace.ts'
import { freePort } from './ports.ts'
import { registerCommands } from './register.ts'
import { type SimulatorServer, serveSimulator } from './server.ts'
import { prepareSettings, SIMULATOR_PORT } from './settings.ts'
import { startWorker } from './worker-process.ts'

const WORKER_PORT = 8787
/** workerd fires no cron locally; the deployed worker's fires each minute. */
const CRON_MS = 60_000
/** The real worker on a fast clock, and what that needs of the runtime. */
const FAST = { entry: 'simulator/fast-worker.ts', flags: ['nodejs_als'] } as const

export interface LaunchOptions {
  /** The folder of wrangler.toml; this checkout unless given. */
  readonly root?: string
  /** The wanted port or the next free one; 0 lets the system choose. */
  readonly port?: number
  readonly simulatorPort?: number
  /** Where the local database, queues and objects live; wrangler's own place unless given. */
  readonly persistTo?: string
  /** Reloads the worker when a source file changes, which ends what it is doing; off unless set. */
  readonly watch?: boolean
  /** Another main file than wrangler.toml names, relative to the root: the worker of the fault experiments. */
  readonly entry?: string
  /** Further settings for the worker. */
  readonly vars?: Readonly<Record<string, string>>
  /**
   * How many times as fast as the wall's the clock of worker and simulator runs; both go by the wall's unless given. Takes the place
   * of `entry`. The database is then full of times to come: give it a folder of its own.
   */
  readonly speed?: number
}

export interface Launched {
  readonly simulator: Simulator
  /** Where the worker listens: `http://127.0.0.1:8787`. */
  readonly url: string
  readonly simulatorUrl: string
  /** What wrangler and the worker print. */
  readonly logFile: string
  /** Fires the worker's cron now: the sweeper. */
  tick(): Promise<void>
  /** Kills workerd as a crash would. The simulator goes on, and so does the database's folder. */
  kill9(): Promise<void>
  /** Starts the worker again, on the same port and folder. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Resolves when the first command can be typed. Rejects, with nothing left running, saying what failed and where the log is. */
export async function launch(options: LaunchOptions = {}): Promise<Launched> {
  const pace = paceOf(options.speed)
  const root = resolve(options.root ?? join(import.meta.dirname, '..'))
  const persistTo = resolve(options.persistTo ?? join(root, '.wrangler', 'state'))
  const logFile = options.persistTo === undefined ? join(root, '.pawl', 'worker.log') : join(persistTo, 'worker.log')
  const migrated = migrate(root, persistTo)
  // Awaited below; a failure before that must not count as unhandled.
  migrated.catch(() => {})

  let simulator: Simulator | null = null
  const server = await serveOnFreePort(() => simulator, options.simulatorPort ?? SIMULATOR_PORT)
  try {
    const simulatorUrl = `http://127.0.0.1:${server.port}`
    const { secrets, overrides } = await prepareSettings(root, simulatorUrl)
    const port = await freePort(options.port ?? WORKER_PORT)
    const url = `http://127.0.0.1:${port}`
    simulator = createSimulator({
      door: (request) => fetch(request),
      doorUrl: url,
      origin: simulatorUrl,
      secrets,
      now: pace === null ? Date.now : () => fastTime(pace, Date.now()),
      ...(pace !== null && { speed: pace.speed }),
    })
    // Another root is a trial's own worker, which has none of our commands.
    if (options.root === undefined) await registerCommands(simulator, simulatorUrl, secrets)
    await migrated
    const start = () =>
      startWorker({
        root,
        port,
        persistTo,
        logFile,
        vars: { ...overrides, ...options.vars, ...(pace !== null && paceSettings(pace)) },
        watch: options.watch ?? false,
        ...(options.entry !== undefined && { entry: options.entry }),
        ...(pace !== null && FAST),
      })
    let worker = await start()
    const tick = async () => {
      const response = await fetch(`${url}/cdn-cgi/local/scheduled`)
      await response.arrayBuffer()
    }
    // A worker that is just down for a restart misses a tick; the next one comes.
    const cron = setInterval(() => void tick().catch(() => {}), CRON_MS / (pace?.speed ?? 1))
    cron.unref()
    return {
      simulator,
      url,
      simulatorUrl,
      logFile,
      tick,
      kill9: () => worker.kill9(),
      async restart() {
        await worker.kill9()
        worker = await start()
      },
      async stop() {
        clearInterval(cron)
        await worker.stop()
        await server.close()
      },
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

function paceOf(speed: number | undefined): Pace | null {
  if (speed === undefined) return null
  if (!(speed >= 1 && speed <= SPEED_MAX))
    throw new Error(`The clock can run 1 to ${SPEED_MAX} times as fast, not ${speed}.`)
  return { since: Date.now(), speed }
}

async function serveOnFreePort(current: () => Simulator | null, wanted: number): Promise<SimulatorServer> {
  for (let port = wanted; ; port++) {
    try {
      return await serveSimulator(current, port)
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!taken || port >= wanted + 50) throw error
    }
  }
}
