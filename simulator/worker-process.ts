/**
 * The worker as a child of this process: quiet, in a process group of its own, ended whole. Processes and the log file; the network
 * only to ask whether it is up.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isFree } from './ports.ts'

/** A cold start takes about 2 s here; a loaded machine takes longer. */
const READY_MS = 40_000
const POLL_MS = 50
const ASK_MS = 5_000
/** wrangler ends within a second when asked; after this it is made to. */
const STOP_MS = 2_000
const LOG_TAIL_LINES = 25

/** What the child is told; nothing secret, for anybody on the machine can read arguments. */
export interface ChildOptions {
  /** The folder of wrangler.toml. */
  readonly root: string
  readonly port: number
  readonly persistTo: string
  /** Settings over those of wrangler.toml and .dev.vars. */
  readonly vars: Readonly<Record<string, string>>
  /** Reloads the worker when a source file changes; what it is doing then is lost. */
  readonly watch: boolean
  /** The main file, relative to the root; that of wrangler.toml unless given. */
  readonly entry?: string
  /** Compatibility flags over those of wrangler.toml. */
  readonly flags?: readonly string[]
}

export interface WorkerOptions extends ChildOptions {
  readonly logFile: string
}

export interface WorkerProcess {
  /** Ends wrangler, workerd and esbuild, all of them. */
  stop(): Promise<void>
  /** The same with SIGKILL, as a crash would. */
  kill9(): Promise<void>
}

/** Variables that keep wrangler from talking to anybody, and inside the project's folder. */
export function wranglerEnvironment(root: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // The build command of wrangler.toml must find this Node, whatever the machine has.
    PATH: [join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH]
      .filter(Boolean)
      .join(delimiter),
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_REGISTRY_PATH: join(root, '.pawl', 'registry'),
    WRANGLER_LOG_PATH: join(root, '.pawl', 'wrangler-logs'),
    WRANGLER_HIDE_BANNER: 'true',
    CI: '1',
    NO_COLOR: '1',
  }
}

export function wranglerScript(): string {
  return join(import.meta.dirname, '..', 'node_modules', 'wrangler', 'bin', 'wrangler.js')
}

/** Starts the worker and resolves once `GET /healthz` answers 200. Rejects with the end of the log when it does not. */
export async function startWorker({ logFile, ...told }: WorkerOptions): Promise<WorkerProcess> {
  const { root, port } = told
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'w', 0o600)
  const child = spawn(
    process.execPath,
    ['--no-warnings', join(import.meta.dirname, 'worker-child.ts'), JSON.stringify(told)],
    {
      cwd: root,
      env: wranglerEnvironment(root),
      // The channel tells the child when this process is gone, even when nothing else could.
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    },
  )
  closeSync(log)
  const kill = (signal: NodeJS.Signals) => signalGroup(child, signal)
  const onExit = () => kill('SIGKILL')
  process.once('exit', onExit)
  const end = async (signal: NodeJS.Signals) => {
    kill(signal)
    await waitFor(() => child.exitCode !== null || child.signalCode !== null)
    // Children that outlive their leader are in the same group.
    kill('SIGKILL')
    // The next start wants the same port.
    await waitFor(() => isFree(port))
    process.removeListener('exit', onExit)
  }
  const worker: WorkerProcess = { stop: () => end('SIGTERM'), kill9: () => end('SIGKILL') }
  try {
    await waitReady(child, port, logFile)
  } catch (error) {
    await worker.kill9()
    throw error
  }
  return worker
}

async function waitReady(child: ChildProcess, port: number, logFile: string): Promise<void> {
  const deadline = Date.now() + READY_MS
  let last = 'no answer'
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw notStarted('its process ended', logFile)
    try {
      // Of a worker that could not be built wrangler holds every request for ever.
      const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(ASK_MS) })
      if (response.ok) {
        await response.arrayBuffer()
        return
      }
      last = `GET /healthz answered ${response.status}: ${(await response.text()).slice(0, 500)}`
    } catch {
      // Refused until workerd listens.
    }
    await sleep(POLL_MS)
  }
  throw notStarted(`not ready after ${READY_MS / 1_000} s (${last})`, logFile)
}

function notStarted(what: string, logFile: string): Error {
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')
  return new Error(`The worker did not start: ${what}.\n${tail}\nThe whole log: ${logFile}`)
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // Nobody is left in the group.
  }
}

async function waitFor(test: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + STOP_MS
  while (Date.now() < deadline && !(await test())) await sleep(20)
}
