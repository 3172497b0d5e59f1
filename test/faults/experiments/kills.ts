/** SIGKILL at each named point of each kind of command: what the run may have become. */
import type { Phase } from '../protocol.ts'
import type { Expected, Experiment, Trial } from '../trial.ts'
import { BOTH, EXPIRED, type Kind, LOST, LOST_AFTER, lineOf, NEVER, ONCE, READ, TWICE } from './lines.ts'
import { isUnnoted, UNNOTED } from './moves.ts'

type Kill = readonly [at: string, phase: Phase, expected: Expected]

/** Until a job runs, every kind of job lives the same. */
const UNTIL_CLAIM: readonly Kill[] = [
  ['admit', 'before', NEVER],
  ['admit', 'after', EXPIRED],
  ['queue', 'before', EXPIRED],
  ['queue', 'after', ONCE],
  ['send', 'before', ONCE],
  ['send', 'after', ONCE],
  ['claim', 'before', ONCE],
]
const DELIVERY: readonly Kill[] = [
  ['end', 'after', ONCE],
  ['delivery.settle', 'before', ONCE],
  ['delivery.settle', 'after', ONCE],
]

const KILLS: Readonly<Record<Exclude<Kind, 'long' | 'watch'>, readonly Kill[]>> = {
  look: [
    ['admit', 'before', NEVER],
    ['admit', 'after', LOST],
    ['end', 'before', LOST],
    ['end', 'after', READ],
  ],
  touch: [
    ['admit', 'before', NEVER],
    ['admit', 'after', EXPIRED],
    ['start', 'before', EXPIRED],
    ['start', 'after', LOST],
    ['effect.did', 'before', LOST],
    ['effect.did', 'after', LOST_AFTER],
    ['end', 'before', LOST_AFTER],
    ['end', 'after', ONCE],
  ],
  work: [
    ...UNTIL_CLAIM,
    ['claim', 'after', LOST],
    ['effect.did', 'before', LOST],
    ['effect.did', 'after', LOST_AFTER],
    ['effect.left', 'after', LOST_AFTER],
    ['end', 'before', LOST_AFTER],
    ...DELIVERY,
  ],
  rework: [
    ...UNTIL_CLAIM,
    ['claim', 'after', ONCE],
    ['effect.did', 'before', ONCE],
    ['effect.did', 'after', TWICE],
    ['effect.left', 'after', TWICE],
    ['end', 'before', TWICE],
    // Its first word is posted, and nobody knows where.
    ['note', 'before', TWICE],
    ...DELIVERY,
  ],
  steps: [
    ['claim', 'after', BOTH],
    // The first step is repeated, for nothing says that it was done.
    ['keep', 'before', { state: ['succeeded'], effects: [3, 3] }],
    ['keep', 'after', BOTH],
    ['suspend', 'before', BOTH],
    ['suspend', 'after', BOTH],
  ],
  solo: [
    ['lock.acquire', 'before', EXPIRED],
    ['lock.acquire', 'after', EXPIRED],
    ...UNTIL_CLAIM,
    ['claim', 'after', LOST],
    ['effect.did', 'after', LOST_AFTER],
    ['end', 'before', LOST_AFTER],
    ['lock.release', 'before', ONCE],
    ['lock.release', 'after', ONCE],
    ...DELIVERY,
  ],
}

/** Kills that the quick set makes: one before and one after the effect, and one that only loses the wake-up. */
const SHORT = new Set(['work effect.did after', 'rework claim after', 'solo send before', 'steps keep after'])

/** What a command must say to come to a point at all. */
const REST: ReadonlyMap<string, string> = new Map([
  ['suspend', '--rest 5s'],
  ['note', '--hold 3000'],
])

async function killAt(trial: Trial, kind: Kind, [at, phase, expected]: Kill): Promise<void> {
  const { house } = trial
  const asked = await trial.prepares(lineOf(kind, trial.tag(), REST.get(at)))
  const { sent } = await trial.until({ at, phase, run: asked.run, deed: { do: 'kill' } }, asked.send)
  await house.kill()
  await sent
  await trial.recovers()
  await trial.settle()
  await trial.expect(asked, expected)
}

export const kills: readonly Experiment[] = Object.entries(KILLS).flatMap(([kind, points]) =>
  points.map((point): Experiment => {
    const name = `${kind} ${point[0]} ${point[1]}`
    return {
      name: `kill: ${name}`,
      breaks: `workerd is killed ${point[1]} ${point[0]}`,
      repetitions: 2,
      ...(isUnnoted(point[0], point[1]) && { repeats: UNNOTED }),
      ...(SHORT.has(name) && { short: true }),
      run: (trial) => killAt(trial, kind as Kind, point),
    }
  }),
)
