/**
 * One repetition of an experiment: what it may do to a house, and what it finds. Clock and network through the house.
 */
import type { Exchange, PlatformName } from '../../simulator/index.ts'
import { findViolations } from './checker.ts'
import type { TrapOptions } from './control.ts'
import { collect, type Evidence } from './evidence.ts'
import type { Asked, AskOptions, FaultHouse, Row, SettleOptions } from './house.ts'

/** How long a point may take to be reached: a slow machine, a cold start. */
const REACH_MS = 40_000

export interface Expected {
  /** The states that the run may end in; null: it was never admitted. */
  readonly state: readonly (string | null)[]
  /** How often the pretend service may have been asked, at least and at most. */
  readonly effects: readonly [least: number, most: number]
}

export interface Trial {
  readonly house: FaultHouse
  /** From 0 to 1, the same sequence for the same seed. */
  random(): number
  /** A word that no other command of this house carries. */
  tag(): string
  prepares(line: string, options?: AskOptions): Promise<Asked>
  /** Prepares and sends; the answer to the request is awaited. */
  asks(line: string, options?: AskOptions): Promise<Asked>
  /** Sets a trap, sends, and waits until it has gone off. False, and a violation, when it never does. */
  until(trap: TrapOptions, act: () => Promise<unknown>): Promise<{ release(): void; sent: Promise<unknown> }>
  /** The worker starts again, and everything of this trial is overdue. */
  recovers(): Promise<void>
  settle(options?: SettleOptions): Promise<void>
  row(asked: Asked): Promise<Row | undefined>
  effectsOf(asked: Asked): number
  expect(asked: Asked, expected: Expected): Promise<void>
  check(holds: boolean, otherwise: string): void
}

export interface Experiment {
  readonly name: string
  readonly breaks: string
  /** In the whole run. */
  readonly repetitions: number
  /** Part of the short set. */
  readonly short?: true
  /** The platform that takes words and says so too late: such a word may stand beside the answer (docs/promises.md). */
  readonly unheard?: PlatformName
  /** The platform that refuses for good what is said to it: only then may an answer be given up before its day is over. */
  readonly refuses?: PlatformName
  /** Where the last word may stand further times, and why; everywhere else it stands once. */
  readonly repeats?: { readonly on: PlatformName; readonly times: number; readonly why: string }
  run(trial: Trial): Promise<void>
}

export interface Outcome {
  readonly violations: readonly string[]
  readonly asked: number
}

/** Runs one repetition and checks everything that it asked for. Never throws: a failure of the harness is a violation too. */
export async function tryOnce(house: FaultHouse, experiment: Experiment, seed: number): Promise<Outcome> {
  const violations: string[] = []
  const asked: Asked[] = []
  const random = mulberry32(seed)
  const killsBefore = house.kills
  const runs = () => asked.map(({ run }) => run)
  const { unheard = null, refuses = null, repeats = null } = experiment
  const allowed = () => ({ killed: house.kills > killsBefore, unheard, refuses, repeats })
  const trial: Trial = {
    house,
    random,
    tag: () => `t${Math.floor(random() * 2 ** 32).toString(36)}`,
    async prepares(line, options) {
      const made = await house.prepares(line, options)
      asked.push(made)
      return made
    },
    async asks(line, options) {
      const made = await trial.prepares(line, options)
      await made.send()
      return made
    },
    async until(options, act) {
      const trap = house.control.trap(options)
      const sent = act()
      // The worker may die under it: who waits for it hears of that, and where nobody does it is no end of the whole run.
      sent.catch(() => {})
      const reached = await within(REACH_MS, trap.reached)
      trial.check(reached, `never came to ${options.at} ${options.phase ?? ''}`)
      return { release: trap.release, sent }
    },
    async recovers() {
      await house.recover()
      await house.lapse(runs())
    },
    async settle(options) {
      if (!(await house.settle(runs(), options))) violations.push('not everything came to an end')
    },
    row: async (one) => (await house.sql('SELECT * FROM runs WHERE id = ?', one.run))[0],
    effectsOf: (one) => house.control.effects.filter(({ run, what }) => run === one.run && what === 'did').length,
    async expect(one, { state, effects: [least, most] }) {
      const row = await trial.row(one)
      const found = row === undefined ? null : String(row.state)
      trial.check(state.includes(found), `${one.line}: ${found}, not ${state.join(' or ')}`)
      const effects = trial.effectsOf(one)
      trial.check(effects >= least && effects <= most, `${one.line}: ${effects} effects, not ${least} to ${most}`)
    },
    check(holds, otherwise) {
      if (!holds) violations.push(otherwise)
    },
  }
  try {
    await experiment.run(trial)
    violations.push(...findViolations(await evidenceOf(house, asked, allowed())))
  } catch (error) {
    violations.push(`the experiment itself failed: ${error instanceof Error ? error.stack : String(error)}`)
  } finally {
    house.control.clear()
    house.simulator.faults.clear()
  }
  return { violations, asked: asked.length }
}

/** What the chat shows may come a moment after what D1 says of it. */
async function evidenceOf(...of: Parameters<typeof collect>): Promise<Evidence> {
  const first = await collect(...of)
  if (findViolations(first).length === 0) return first
  await pause(2_000)
  return await collect(...of)
}

/** The text of what a person sees of an exchange. */
export function textOf(exchange: Exchange | null): string {
  return (exchange?.messages() ?? []).map(({ text }) => text).join('\n')
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Whether it came to pass in time; leaves no timer behind, for which the process would wait at its end. */
async function within(ms: number, event: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const reached = await Promise.race([event.then(() => true), over])
  clearTimeout(timer)
  return reached
}

/** A small generator with a seed: the same kills for the same number. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
