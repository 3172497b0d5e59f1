/**
 * Collects what is known of some runs after an experiment: the rows of D1, the log of the pretend service, what the people saw.
 * Network: the worker's hatch.
 */
import { looksPending, type Simulator } from '../../simulator/index.ts'
import type { LoggedEffect } from './control.ts'
import type { Asked, FaultHouse, Row } from './house.ts'
import type { SeenChange } from './protocol.ts'

/** One delivery and what its person got. */
export interface Told {
  readonly run: string
  readonly line: string
  /** True when the platform itself told the person that no answer came. */
  readonly failed: boolean
  /** Words that end it, and words that say that more will come. */
  readonly finals: number
  readonly interims: number
}

export interface Evidence {
  /** The worker was killed on the way. */
  readonly killed: boolean
  readonly told: readonly Told[]
  readonly runs: readonly Row[]
  /** In order. */
  readonly audit: readonly { readonly run: string; readonly code: string; readonly event: Row }[]
  readonly outbox: readonly Row[]
  /** Runs in D1 that nobody has asked for. */
  readonly strays: readonly string[]
  readonly effects: readonly LoggedEffect[]
  readonly changes: readonly SeenChange[]
  /** Rules of the platforms that were broken. */
  readonly rules: readonly string[]
}

export async function collect(house: FaultHouse, asked: readonly Asked[], killed: boolean): Promise<Evidence> {
  const mine = new Set(asked.map(({ run }) => run))
  const ids = JSON.stringify([...mine])
  const known = JSON.stringify(house.asked.map(({ run }) => run))
  const IN = 'IN (SELECT value FROM json_each(?))'
  const audit = await house.sql(`SELECT run, code, event FROM audit WHERE run ${IN} ORDER BY seq`, ids)
  return {
    killed,
    told: asked.map((one) => toldOf(house, one)),
    runs: await house.sql(`SELECT * FROM runs WHERE id ${IN}`, ids),
    audit: audit.map(({ run, code, event }) => ({
      run: String(run),
      code: String(code),
      event: JSON.parse(String(event)) as Row,
    })),
    outbox: await house.sql(`SELECT run, target, state, reason FROM outbox WHERE run ${IN}`, ids),
    strays: (await house.sql(`SELECT id FROM runs WHERE NOT id ${IN}`, known)).map(({ id }) => String(id)),
    effects: house.control.effects.filter(({ run }) => mine.has(run)),
    changes: house.control.changes.filter(({ run }) => mine.has(run)),
    rules: house.simulator.violations.map(({ platform, where, what }) => `${platform} ${where}: ${what}`),
  }
}

function toldOf({ simulator }: FaultHouse, { run, line, exchange }: Asked): Told {
  const shown = (exchange?.messages() ?? []).filter(({ thinking }) => !thinking)
  const interims = shown.filter(looksPending).length
  const finals = shown.length - interims || finalsElsewhere(simulator, run)
  return { run, line, failed: exchange?.failure !== null, finals, interims }
}

/** A private answer that no response can carry goes to the person's own conversation, and names its run. */
function finalsElsewhere(simulator: Simulator, run: string): number {
  return simulator
    .timeline()
    .filter(({ by, kind, text }) => by === 'pawl' && kind !== 'delete' && text.includes(run))
    .filter(({ text }) => !looksPending({ text, thinking: false })).length
}
