/** A whole Pawl whose bindings count, with a state folder of its own, gone when it ends. Processes, files, the loopback network. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery } from '../../simulator/index.ts'
import { launch } from '../../simulator/launch.ts'
import { startControl } from '../../test/faults/control.ts'
import { BARE_SETTING, CONTROL_SETTING, HATCH_PATH } from '../../test/faults/protocol.ts'
import { BENCH_PATH, type Order, type Tallies, type Told } from './protocol.ts'

const ENTRY = 'bench/audit/worker.ts'
const LOOK_MS = 50
/** Looks in a row at which nothing has changed, and so what went on behind the answers is over. */
const QUIET_LOOKS = 4
const SETTLE_MS = 120_000
/** Characters of a refused order that an error shows. */
const SHOWN = 500

type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

export interface BenchHouse {
  /** Prepares a line on Slack, without sending it. */
  prepares(line: string, as: string): Promise<Delivery>
  /** One statement's rows, not counted. */
  sql(sql: string, ...values: Value[]): Promise<readonly Row[]>
  /** What was used since the start. */
  tallies(): Promise<Tallies>
  /** Has the Ledger seal what waits. @throws when it does not seal */
  seal(): Promise<{ readonly size: number; readonly sealed: number; readonly ms: number }>
  /** Does all that cron does each minute. */
  minute(): Promise<void>
  /** Waits until all runs have ended and nothing is asked of anything any more. @throws when that takes too long */
  settle(): Promise<void>
  stop(): Promise<void>
}

/** Starts it; the log has its key already, so that its own first event is nobody's cost. */
export async function openBenchHouse(): Promise<BenchHouse> {
  const state = mkdtempSync(join(tmpdir(), 'pawl-bench-audit-'))
  const control = await startControl()
  const launched = await launch({
    port: 0,
    simulatorPort: 0,
    persistTo: state,
    entry: ENTRY,
    vars: { [CONTROL_SETTING]: control.url, [BARE_SETTING]: '1' },
  }).catch(async (error: unknown) => {
    await control.close()
    rmSync(state, { recursive: true, force: true })
    throw error
  })
  const post = async <T>(path: string, body: object): Promise<T> => {
    const response = await fetch(`${launched.url}${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path} answered ${response.status} to ${JSON.stringify(body).slice(0, SHOWN)}`)
    return (await response.json()) as T
  }
  const order = (what: Order['do']) => post<Told>(BENCH_PATH, { do: what } satisfies Order)
  const house: BenchHouse = {
    prepares: (line, as) => launched.simulator.slack.user(as).in('#ops').prepares(line),
    sql: async (sql, ...values) => (await post<Row[][]>(HATCH_PATH, { sql: [{ sql, values }] }))[0] ?? [],
    tallies: async () => (await order('tell')).tallies,
    async seal() {
      const begun = performance.now()
      const { sealing } = await order('seal')
      const ms = performance.now() - begun
      if (!sealing?.ok) throw new Error(`the log was not sealed: ${sealing?.problem}`)
      return { size: sealing.size, sealed: sealing.sealed, ms }
    },
    minute: async () => {
      await order('minute')
    },
    async settle() {
      const end = Date.now() + SETTLE_MS
      let seen = ''
      for (let quiet = 0; quiet < QUIET_LOOKS; ) {
        if (Date.now() > end) throw new Error('not everything came to an end')
        await pause(LOOK_MS)
        const [open] = await house.sql(
          `SELECT (SELECT count(*) FROM runs WHERE ended_at IS NULL) + (SELECT count(*) FROM outbox WHERE state = 'pending') AS n`,
        )
        const now = JSON.stringify(await house.tallies())
        quiet = open?.n === 0 && now === seen ? quiet + 1 : 0
        seen = now
      }
    },
    async stop() {
      await launched.stop()
      await control.close()
      rmSync(state, { recursive: true, force: true })
    },
  }
  try {
    await house.seal()
  } catch (error) {
    await house.stop()
    throw error
  }
  return house
}
