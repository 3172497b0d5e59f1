/** Moves that several experiments make: a lock's line, a run that is lost, a wait that is over. Clock and network through the trial. */
import type { Control } from '../control.ts'
import type { Asked } from '../house.ts'
import type { Phase } from '../protocol.ts'
import { pause, type Trial } from '../trial.ts'
import { type Kind, lineOf } from './lines.ts'

/** Why Slack may show a last word again: it took it, and nobody could note so; docs/promises.md. */
export const NO_KEY = 'Slack knows no key for a message, so what it took and nobody has noted is posted again'
/** For who is killed, or whose D1 fails, between the two. */
export const UNNOTED = { on: 'slack', times: 1, why: NO_KEY } as const
/** For a consumer that goes on after its run was taken from it. */
export const REPLACED = {
  on: 'slack',
  times: 1,
  why: 'who was replaced may have spoken meanwhile, and says the end again in that place',
} as const
export const isUnnoted = (at: string, phase: Phase) => at === 'delivery.settle' && phase === 'before'

/** A little more than the lease of a lock (`src/singleton/lock.ts`). */
export const LEASE_MS = 46_000
/** For what happens by itself, on a slow machine. */
const WAIT_MS = 30_000
const LOOK_MS = 50

/** Looks again and again; false after half a minute. */
export async function until(test: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = Date.now() + WAIT_MS
  while (!(await test())) {
    if (Date.now() > end) return false
    await pause(LOOK_MS)
  }
  return true
}

export function solo(key: string, tag: string, rest = ''): string {
  return `/pawl solo --key ${key} --tag ${tag} ${rest}`.trim()
}

/** Wakes a run that waits in line until it has succeeded; false after half a minute. */
export async function succeeds(trial: Trial, asked: Asked): Promise<boolean> {
  const end = Date.now() + WAIT_MS
  while (Date.now() < end) {
    if ((await trial.row(asked))?.state === 'succeeded') return true
    await trial.house.consume(asked.run)
    await pause(300)
  }
  return false
}

/** True when the run tried to end as succeeded since then, and was refused. */
export function refusedEnd({ changes }: Control, since: number, run: string): boolean {
  return changes.slice(since).some((change) => change.run === run && change.to === 'succeeded' && !change.took)
}

/** A job that had its effect and was then not heard of for too long. Who executed it comes back, and is refused. */
export async function lose(trial: Trial, kind: Kind = 'work'): Promise<Asked> {
  const { house } = trial
  const asked = await trial.prepares(lineOf(kind, trial.tag()))
  const { run } = asked
  const held = await trial.until({ at: 'effect.did', phase: 'after', run, deed: { do: 'hold' } }, asked.send)
  const changed = house.control.changes.length
  await house.lapse([run])
  held.release()
  trial.check(await until(() => refusedEnd(house.control, changed, run)), 'who was given up could end its run')
  return asked
}

/** What is waited for by who is put aside: a little more than what is waited for in place (`src/runs/limits.ts`). */
export const REST = '6s'
export const REST_MS = 6_000
/** The same between two looks of `watch`. */
export const POLL_MS = 31_000

/** Waits until a run is put aside, and sets the worker's clock past its wait, which is {@link REST} unless told. */
export async function endWait(trial: Trial, asked: Asked, ms = REST_MS): Promise<void> {
  const aside = async () => {
    const row = await trial.row(asked)
    return row?.state === 'queued' && Number(row.attempt) > 0
  }
  trial.check(await until(aside), `${asked.line}: was not put aside`)
  await trial.house.skew(ms)
  await trial.house.lapse([asked.run])
}

/** How many events of this code stand on a run. */
export async function count(trial: Trial, asked: Asked, code: string): Promise<number> {
  const [row] = await trial.house.sql('SELECT count(*) AS n FROM audit WHERE run = ? AND code = ?', asked.run, code)
  return Number(row?.n)
}
