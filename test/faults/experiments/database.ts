/** D1 that fails before or after it commits, that refuses only the audit, that is slow, hangs, or is down. */
import type { Deed } from '../control.ts'
import type { Phase } from '../protocol.ts'
import { type Expected, type Experiment, type Trial, textOf } from '../trial.ts'
import { EXPIRED, KINDS, type Kind, LOST, LOST_AFTER, lineOf, NEVER, ONCE, wellOf } from './lines.ts'
import { UNNOTED } from './moves.ts'

/** Both platforms drop an answer after this. */
const ANSWER_MS = 3_000

type Trouble =
  | 'fails'
  | 'loses the connection before it commits'
  | 'loses the connection after it has committed'
  | 'refuses the audit'

const DEEDS: Readonly<Record<Trouble, readonly [Phase, Deed]>> = {
  fails: ['before', { do: 'fail', message: 'D1_ERROR: D1 DB is overloaded. Requests queued for too long.' }],
  'loses the connection before it commits': ['before', { do: 'fail', message: 'D1_ERROR: Network connection lost.' }],
  'loses the connection after it has committed': [
    'after',
    { do: 'fail', message: 'D1_ERROR: Network connection lost.' },
  ],
  'refuses the audit': ['before', { do: 'fail audit' }],
}

/** What becomes of a run when the batch of this name meets each trouble once. */
const CASES: readonly (readonly [Kind, at: string, Readonly<Record<Trouble, Expected>>])[] = [
  ['look', 'admit', each(NEVER, NEVER, LOST, NEVER)],
  ['work', 'admit', each(NEVER, NEVER, EXPIRED, NEVER)],
  ['look', 'end', each(LOST, wellOf('look'), wellOf('look'), LOST)],
  ['touch', 'start', each(EXPIRED, ONCE, ONCE, EXPIRED)],
  ['touch', 'end', each(LOST_AFTER, ONCE, ONCE, LOST_AFTER)],
  ['work', 'queue', each(EXPIRED, ONCE, ONCE, EXPIRED)],
  ['work', 'claim', each(ONCE, ONCE, ONCE, ONCE)],
  ['solo', 'claim', each(ONCE, ONCE, ONCE, ONCE)],
  ['work', 'end', each(ONCE, ONCE, ONCE, ONCE)],
  ['work', 'delivery.settle', each(ONCE, ONCE, ONCE, ONCE)],
]

function each(
  fails: Expected,
  before: Expected,
  after: Expected,
  audit: Expected,
): Readonly<Record<Trouble, Expected>> {
  return {
    fails,
    'loses the connection before it commits': before,
    'loses the connection after it has committed': after,
    'refuses the audit': audit,
  }
}

async function meet(trial: Trial, kind: Kind, at: string, trouble: Trouble, expected: Expected): Promise<void> {
  const [phase, deed] = DEEDS[trouble]
  const asked = await trial.prepares(lineOf(kind, trial.tag()))
  const { sent } = await trial.until({ at, phase, run: asked.run, deed }, asked.send)
  await sent
  // An end that could not be written leaves a run that nobody works on.
  if (expected.state[0] === 'lost') await trial.house.lapse([asked.run])
  await trial.settle()
  await trial.expect(asked, expected)
}

/** Where a second last word is right: both are true, or Slack was told once more what nobody could note as told. */
function saidAgain(kind: Kind, at: string, trouble: Trouble, { state }: Expected): Pick<Experiment, 'repeats'> {
  const late = state.every((one) => one === 'lost' || one === 'expired')
  const why = 'the response says that D1 could not be written, and the sweeper tells how it ended'
  if (late && (kind === 'look' || kind === 'touch')) return { repeats: { on: 'slack', times: 1, why } }
  const unnoted = at === 'delivery.settle' && trouble !== 'loses the connection after it has committed'
  return unnoted ? { repeats: UNNOTED } : {}
}

const single = CASES.flatMap(([kind, at, expectations]) =>
  (Object.entries(expectations) as [Trouble, Expected][]).map(
    ([trouble, expected]): Experiment => ({
      name: `d1: ${kind} ${at}, ${trouble}`,
      breaks: `D1 ${trouble}, once`,
      repetitions: 2,
      ...saidAgain(kind, at, trouble, expected),
      ...(kind === 'touch' && at === 'start' && { short: true }),
      run: (trial) => meet(trial, kind, at, trouble, expected),
    }),
  ),
)

/** Everybody is told in time that nothing was run, and nothing is. */
async function nothingRuns(trial: Trial, deed: Deed): Promise<void> {
  const trap = trial.house.control.trap({ at: '*d1', phase: 'before', deed, times: 1_000 })
  const all = await Promise.all(KINDS.map((kind) => trial.prepares(lineOf(kind, trial.tag()))))
  await Promise.all(all.map(({ send }) => send()))
  for (const asked of all) {
    trial.check(/nothing was run/.test(textOf(asked.exchange)), `${asked.line}: told "${textOf(asked.exchange)}"`)
    trial.check((asked.exchange?.ms ?? ANSWER_MS) < ANSWER_MS, `${asked.line}: told after ${asked.exchange?.ms} ms`)
  }
  trap.release()
  await trial.settle()
  for (const asked of all) await trial.expect(asked, { state: [null, 'expired', 'lost'], effects: [0, 0] })
}

export const database: readonly Experiment[] = [
  ...single,
  {
    name: 'd1: down',
    breaks: 'every call to D1 fails',
    repetitions: 3,
    short: true,
    run: (trial) => nothingRuns(trial, { do: 'fail', message: 'D1_ERROR: internal error' }),
  },
  {
    name: 'd1: hangs',
    breaks: 'no call to D1 returns',
    repetitions: 3,
    run: (trial) => nothingRuns(trial, { do: 'hold' }),
  },
  {
    name: 'd1: slow',
    breaks: 'every call to D1 takes 300 ms longer',
    repetitions: 3,
    async run(trial) {
      trial.house.control.trap({ at: '*d1', phase: 'before', deed: { do: 'delay', ms: 300 }, times: 1_000 })
      const all = await Promise.all(KINDS.map((kind) => trial.prepares(lineOf(kind, trial.tag()))))
      await Promise.all(all.map(({ send }) => send()))
      await trial.settle({ stallMs: 10_000 })
      for (const [i, asked] of all.entries()) await trial.expect(asked, wellOf(KINDS[i] ?? 'look'))
    },
  },
  {
    name: 'd1: the end is committed, and nobody can be asked whether',
    breaks: 'the connection breaks after the commit of the end, and the question for the change token fails',
    repetitions: 3,
    async run(trial) {
      const asked = await trial.prepares(lineOf('work', trial.tag()))
      const { run } = asked
      trial.house.control.trap({ at: 'token', phase: 'before', run, deed: DEEDS.fails[1] })
      await trial.until(
        { at: 'end', phase: 'after', run, deed: DEEDS['loses the connection after it has committed'][1] },
        asked.send,
      )
      await trial.settle()
      await trial.expect(asked, ONCE)
    },
  },
  {
    name: 'd1: the end can never be written',
    breaks: 'every write of the end fails',
    repetitions: 1,
    async run(trial) {
      const asked = await trial.prepares(lineOf('work', trial.tag()))
      const trap = trial.house.control.trap({
        at: 'end',
        phase: 'before',
        run: asked.run,
        deed: DEEDS.fails[1],
        times: 1_000,
      })
      await asked.send()
      // Four tries with growing pauses, then the run is left to the sweeper.
      await trial.house.simulator.until(() => trap.hits >= 4, 30_000)
      trap.release()
      await trial.house.lapse([asked.run])
      await trial.settle()
      await trial.expect(asked, LOST_AFTER)
    },
  },
  {
    name: 'd1: a heartbeat fails',
    breaks: 'a heartbeat cannot extend the claim',
    repetitions: 1,
    async run(trial) {
      const asked = await trial.prepares(lineOf('work', trial.tag(), '--hold 16000'))
      await trial.until({ at: 'heartbeat', phase: 'before', run: asked.run, deed: DEEDS.fails[1] }, asked.send)
      await trial.settle({ stallMs: 25_000 })
      await trial.expect(asked, ONCE)
    },
  },
]
