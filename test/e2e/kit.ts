/**
 * For the end-to-end tests: whole processes with a state folder of their own, and a look into their database. Processes, files and
 * the loopback network; nothing of the checkout's own state is read or changed but `.dev.vars`, which the first start makes.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'vitest'
import { queryD1 } from '../../cli/d1.ts'
import { type Launched, launch } from '../../simulator/launch.ts'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import type { PawlRecord } from '../../src/json.ts'

export const ROOT = join(import.meta.dirname, '..', '..')

/** Where miniflare keeps D1, one file per database, below the state folder. */
const D1_FOLDER = ['v3', 'd1', 'miniflare-D1DatabaseObject']

export interface House extends Launched {
  /** The state folder: database, queues, objects. */
  readonly state: string
  /** Ends the worker, then leaves the folder to be looked into. */
  stop(): Promise<void>
}

/** Node 22 warns that its SQLite is experimental; the package `node` pins the one that is used, and nobody has to act on it. */
const sqlite = (() => {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
})()

/** The test that something is made for: it is ended or taken away with the test. Passed in, because some run side by side. */
type For = Pick<TestContext, 'onTestFinished'>

/** A fresh Pawl with its own Slack and Discord. */
export async function house({ onTestFinished }: For): Promise<House> {
  const state = temporaryFolder({ onTestFinished })
  const launched = await launch({ port: 0, simulatorPort: 0, persistTo: state })
  let stopped: Promise<void> | null = null
  const stop = () => {
    stopped ??= launched.stop()
    return stopped
  }
  onTestFinished(stop)
  return { ...launched, state, stop }
}

export function temporaryFolder({ onTestFinished }: For): string {
  const made = mkdtempSync(join(tmpdir(), 'pawl-e2e-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** Uses the local D1 as the SQLite file that it is. Only while no worker runs on it: two writers would spoil each other's work. */
export function withDatabase<T>(state: string, use: (database: DatabaseSync) => T): T {
  const folder = join(state, ...D1_FOLDER)
  const [file, ...more] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
  if (file === undefined || more.length > 0) throw new Error(`expected one database in ${folder}`)
  const database = new sqlite.DatabaseSync(join(folder, file))
  try {
    return use(database)
  } finally {
    database.close()
  }
}

/**
 * Waits until a running worker's database answers this SELECT with rows. What the chat shows comes before what Pawl records about
 * it, so a test that ends the worker on the first sight of an answer must wait for the record as well.
 */
export async function untilRows(state: string, select: string, withinMs = 30_000): Promise<void> {
  const end = Date.now() + withinMs
  for (;;) {
    const answer = await queryD1(select, { remote: false, persistTo: state })
    if (answer.ok && answer.rows.length > 0) return
    if (Date.now() > end) throw new Error(`no rows within ${withinMs} ms: ${select} (${JSON.stringify(answer)})`)
  }
}

/** For {@link untilRows}: a row when every answer is recorded as delivered. */
export const ALL_DELIVERED = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE state <> 'delivered')"

/** For {@link untilRows}: a row when a try to deliver has failed, and its answer waits for the next one. */
export const DELIVERY_RETRIED = "SELECT 1 FROM outbox WHERE state = 'pending' AND reason IS NOT NULL"

/** The audit log from its beginning; see {@link withDatabase} for when. */
export function auditEvents(state: string): PawlRecord[] {
  return withDatabase(state, (database) =>
    database
      .prepare(`SELECT ${FLAT_EVENT} FROM audit ORDER BY seq`)
      .all()
      .map(({ event }) => JSON.parse(String(event)) as PawlRecord),
  )
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs npm in a folder with this standard input, to its end. */
export function npm(args: readonly string[], { cwd = ROOT, input = '' } = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd, env: { ...process.env, NO_COLOR: '1' }, stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(input)
  })
}

/** What still runs in or on this folder; ended processes that nobody has collected yet do not. */
export function processesIn(folder: string): string[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,stat=,args='], { encoding: 'utf8' }).trimEnd().split('\n')
  return lines.filter((line) => {
    const [pid = '', state = ''] = line.trim().split(/\s+/)
    return !state.startsWith('Z') && (line.includes(folder) || workingFolder(pid).startsWith(folder))
  })
}

/** workerd names no folder in its arguments. Empty where the system does not tell (no /proc), or the process is gone. */
function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}
