/**
 * A whole Pawl for the fault experiments: the simulator, the worker under test on real workerd with a state folder of its own, and
 * the control server. Processes, files, the loopback network.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Exchange, PlatformName, Simulator } from '../../simulator/index.ts'
import { launch } from '../../simulator/launch.ts'
import { migrate } from '../../simulator/migrate.ts'
import { runIdOf } from '../../src/runs/identity.ts'
import { type Control, startControl } from './control.ts'
import { BARE_SETTING, CONTROL_SETTING, HATCH_PATH } from './protocol.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ENTRY = 'test/faults/worker.ts'

/** Between two looks at whether everything has ended. */
const LOOK_MS = 100
/** What has not moved for this long is made due, instead of waiting for its minute. */
const STALL_MS = 2_500

type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

/** One thing that a person asks for, known by its run before it is sent. */
export interface Asked {
  readonly line: string
  readonly platform: PlatformName
  readonly run: string
  /** The first sending; later calls send the same bytes again. */
  send(): Promise<Exchange>
  /** The first sending's outcome; null before. */
  readonly exchange: Exchange | null
  /** The same delivery id with another body, signed anew. */
  altered(change: (body: string) => string): Promise<{ send(): Promise<Exchange> }>
}

export interface AskOptions {
  readonly on?: PlatformName
  readonly as?: string
}

export interface SettleOptions {
  readonly withinMs?: number
  readonly stallMs?: number
}

export interface FaultHouse {
  /** The state folder: database, locks, the worker's log. */
  readonly state: string
  readonly simulator: Simulator
  readonly control: Control
  /** How often workerd was killed. */
  readonly kills: number
  /** Everything that was ever asked here. */
  readonly asked: readonly Asked[]
  /** Prepares a line for Pawl, without sending it. */
  prepares(line: string, options?: AskOptions): Promise<Asked>
  /** One statement's rows, past the wrapped bindings. */
  sql(sql: string, ...values: Value[]): Promise<readonly Row[]>
  /** Puts any message into the queue. */
  enqueue(message: unknown): Promise<void>
  /** Lets a second consumer work off a wake-up of this run. */
  consume(run: string): Promise<void>
  /** Sets the worker's clock ahead of the wall's, at once. */
  skew(ms: number): Promise<void>
  tick(): Promise<void>
  /** Kills workerd; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts the worker again after a kill, when that is over. */
  recover(): Promise<void>
  /** Lets every claim, wake-up and delivery of these runs be overdue, and sweeps. */
  lapse(runs: readonly string[]): Promise<void>
  /** Waits, sweeping, until these runs have ended and their answers are settled; false when that did not happen. */
  settle(runs: readonly string[], options?: SettleOptions): Promise<boolean>
  stop(): Promise<void>
}

/** A migrated state folder to copy from: applying the migrations takes longer than everything else at the start. */
let template: Promise<string> | null = null
async function freshState(): Promise<string> {
  template ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pawl-faults-template-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    await migrate(ROOT, folder)
    return folder
  })()
  const state = mkdtempSync(join(tmpdir(), 'pawl-faults-'))
  cpSync(await template, state, { recursive: true })
  return state
}

/** Starts a house; a `bare` one has no traps, and its worker the product's own bindings. */
export async function openHouse({ bare = false } = {}): Promise<FaultHouse> {
  const state = await freshState()
  const control = await startControl()
  const launched = await launch({
    port: 0,
    simulatorPort: 0,
    persistTo: state,
    entry: ENTRY,
    vars: { [CONTROL_SETTING]: control.url, ...(bare && { [BARE_SETTING]: '1' }) },
  })
  const { simulator } = launched
  const asked: Asked[] = []
  let killing: Promise<void> | null = null
  let kills = 0
  const kill = () => {
    if (killing === null) kills += 1
    killing ??= launched.kill9()
    return killing
  }
  control.onKill = () => void kill()

  const hatch = async (body: object): Promise<unknown> => {
    const response = await fetch(`${launched.url}${HATCH_PATH}`, { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`the hatch answered ${response.status}: ${await response.text()}`)
    return await response.json()
  }
  const all = async (statements: readonly (readonly [sql: string, ...values: Value[]])[]) =>
    (await hatch({ sql: statements.map(([sql, ...values]) => ({ sql, values })) })) as Row[][]
  const sql: FaultHouse['sql'] = async (statement, ...values) => (await all([[statement, ...values]]))[0] ?? []
  const IN = 'IN (SELECT value FROM json_each(?))'
  const tick = () => launched.tick()

  return {
    state,
    simulator,
    control,
    asked,
    get kills() {
      return kills
    },
    sql,
    tick,
    kill,
    async prepares(line, { on = 'slack', as = 'ada' } = {}) {
      const delivery = await simulator[on].user(as).in('#ops').prepares(line)
      let exchange: Exchange | null = null
      const made: Asked = {
        line,
        platform: on,
        run: await runIdOf(on === 'slack' ? `slack:trigger:${delivery.id}` : `discord:interaction:${delivery.id}`),
        async send() {
          const sent = await delivery.send()
          exchange ??= sent
          return sent
        },
        get exchange() {
          return exchange
        },
        altered: (change) => delivery.altered(change),
      }
      asked.push(made)
      return made
    },
    enqueue: async (message) => void (await hatch({ send: message })),
    consume: async (run) => void (await hatch({ consume: { kind: 'run', run } })),
    async skew(ms) {
      control.skew = ms
      await hatch({ skew: ms })
    },
    async recover() {
      await killing
      killing = null
      await launched.restart()
    },
    async lapse(runs) {
      const ids = JSON.stringify(runs)
      await all([
        [`UPDATE runs SET due_at = 0, wake_at = min(wake_at, 0) WHERE due_at IS NOT NULL AND id ${IN}`, ids],
        [`UPDATE outbox SET next_at = 0 WHERE state = 'pending' AND run ${IN}`, ids],
      ])
      await tick()
    },
    async settle(runs, { withinMs = 60_000, stallMs = STALL_MS } = {}) {
      const ids = JSON.stringify(runs)
      const end = Date.now() + withinMs
      let seen = ''
      let since = Date.now()
      for (;;) {
        const open = await all([
          [`SELECT id, state, attempt FROM runs WHERE ended_at IS NULL AND id ${IN}`, ids],
          [`SELECT run, target, attempts FROM outbox WHERE state = 'pending' AND run ${IN}`, ids],
        ])
        if (open.every((rows) => rows.length === 0)) return true
        const now = Date.now()
        const picture = JSON.stringify(open)
        if (picture !== seen) {
          seen = picture
          since = now
        } else if (now - since > stallMs) {
          await all([
            [
              `UPDATE runs SET due_at = 0, wake_at = min(wake_at, 0) WHERE state IN ('accepted', 'queued') AND id ${IN}`,
              ids,
            ],
            [`UPDATE outbox SET next_at = 0 WHERE state = 'pending' AND run ${IN}`, ids],
          ])
          await tick()
          since = Date.now()
        }
        if (now > end) return false
        await sleep(LOOK_MS)
      }
    },
    async stop() {
      control.clear()
      await killing
      await launched.stop()
      await control.close()
      if (existsSync(state)) rmSync(state, { recursive: true, force: true })
    },
  }
}
