/**
 * Jobs that are put aside: they sleep, they poll, or they have worked for as long as one consumer may. Nobody executes them
 * meanwhile, and workerd is killed at each point on the way.
 */
import type { Asked } from '../house.ts'
import type { Phase } from '../protocol.ts'
import { type Expected, type Experiment, pause, type Trial } from '../trial.ts'
import { BOTH, CANCELLED, LOST_AFTER, lineOf, ONCE } from './lines.ts'
import { endWait, POLL_MS, REST, REST_MS, solo, succeeds } from './moves.ts'

/** More than one consumer works (`CONSUMER_WORK_MS` in `src/runs/limits.ts`). */
const TIRED_MS = 13 * 60_000
/** More than a sleeper keeps its locks (`WAITING_LEASE_MS` in `src/singleton/lock.ts`). */
const KEPT_MS = 6_000 + 180_000 + 1_000

type Kill = readonly [at: string, phase: Phase, nth: 1 | 2, expected: Expected]

const SLEEP_KILLS: readonly Kill[] = [
  ['send', 'before', 2, BOTH],
  ['send', 'after', 2, BOTH],
  ['claim', 'before', 2, BOTH],
  ['claim', 'after', 2, BOTH],
  ['keep', 'before', 2, { state: ['succeeded'], effects: [3, 3] }],
  ['keep', 'after', 2, BOTH],
]

const POLL_KILLS: readonly Kill[] = [
  ['suspend', 'before', 1, ONCE],
  ['suspend', 'after', 1, ONCE],
  ['send', 'before', 2, ONCE],
  ['send', 'after', 2, ONCE],
  ['claim', 'before', 2, ONCE],
  ['claim', 'after', 2, ONCE],
  ['effect.looked', 'after', 1, ONCE],
  // What the poll found is kept, then what is done about it.
  ['keep', 'before', 1, ONCE],
  ['keep', 'after', 1, ONCE],
  ['keep', 'before', 2, { state: ['succeeded'], effects: [2, 2] }],
]

/** Unsafe to repeat: in the hands of a consumer it is lost, between two consumers it is not. */
const LONG_KILLS: readonly Kill[] = [
  ['suspend', 'before', 1, LOST_AFTER],
  ['suspend', 'after', 1, BOTH],
  ['send', 'before', 2, BOTH],
  ['send', 'after', 2, BOTH],
  ['claim', 'before', 2, BOTH],
  ['claim', 'after', 2, LOST_AFTER],
  ['end', 'after', 1, BOTH],
]

/** Kills workerd where a job comes to a point; `start` sends it and helps it on until it is there. Afterwards it is `ms` later. */
async function killOnTheWay(
  trial: Trial,
  asked: Asked,
  kill: Kill,
  ms: number,
  start: () => Promise<unknown>,
): Promise<void> {
  const [at, phase, nth, expected] = kill
  const { house } = trial
  const trap = { at, phase, run: asked.run, deed: { do: 'kill' }, skip: nth - 1 } as const
  await trial.until(trap, start)
  await house.kill()
  house.control.skew = ms
  await trial.recovers()
  await trial.settle({ withinMs: 90_000 })
  await house.skew(0)
  await trial.settle()
  await trial.expect(asked, expected)
}

const nameOf = (what: string, [at, phase, nth]: Kill) =>
  `${what}: killed ${phase} ${at}${nth === 1 ? '' : ', the second'}`

/** True for points that it comes to only when its wait is over. */
const isLater = ([at, , nth]: Kill) => (nth === 2 && at !== 'send') || at === 'keep'

const sleeps = SLEEP_KILLS.map(
  (kill): Experiment => ({
    name: nameOf('sleep', kill),
    breaks: `workerd is killed ${kill[1]} ${kill[0]} of a job that sleeps between two steps`,
    repetitions: 1,
    async run(trial) {
      const asked = await trial.prepares(lineOf('steps', trial.tag(), `--rest ${REST}`))
      await killOnTheWay(trial, asked, kill, REST_MS, async () => {
        await asked.send()
        if (isLater(kill)) await endWait(trial, asked)
      })
    },
  }),
)

const polls = POLL_KILLS.map(
  (kill): Experiment => ({
    name: nameOf('poll', kill),
    breaks: `workerd is killed ${kill[1]} ${kill[0]} of a job that polls, and finds nothing at first`,
    repetitions: 1,
    async run(trial) {
      const asked = await trial.prepares(lineOf('watch', trial.tag()))
      const { run } = asked
      trial.house.control.trap({ at: 'effect.looked', phase: 'before', run, deed: { do: 'fail', message: 'not yet' } })
      await killOnTheWay(trial, asked, kill, POLL_MS, async () => {
        await asked.send()
        if (isLater(kill) || kill[0] === 'effect.looked') await endWait(trial, asked, POLL_MS)
      })
    },
  }),
)

/** Sends a job of two steps; between them its consumer has been at work for 13 minutes. */
async function tire(trial: Trial, asked: Asked): Promise<void> {
  const { house } = trial
  const kept = house.control.trap({ at: 'keep', phase: 'after', run: asked.run, deed: { do: 'hold' } })
  await asked.send()
  await kept.reached
  // A jump of the clock is no silence: the sweep of this very minute must not take the claim for lapsed.
  await house.sql("UPDATE runs SET due_at = due_at + ? WHERE id = ? AND state = 'running'", TIRED_MS, asked.run)
  await house.skew(TIRED_MS)
  kept.release()
}

const long: readonly Experiment[] = [
  {
    name: 'long: goes on in a fresh message',
    breaks: 'nothing: a job has worked for 13 minutes when it comes to its second step',
    repetitions: 2,
    short: true,
    async run(trial) {
      const asked = await trial.prepares(lineOf('long', trial.tag()))
      await tire(trial, asked)
      await trial.settle()
      await trial.house.skew(0)
      await trial.expect(asked, BOTH)
      const attempt = (await trial.row(asked))?.attempt
      trial.check(attempt === 2, `it took ${attempt} consumers, not 2`)
    },
  },
  ...LONG_KILLS.map(
    (kill): Experiment => ({
      name: nameOf('long', kill),
      breaks: `workerd is killed ${kill[1]} ${kill[0]} of a job that one consumer has worked at for 13 minutes`,
      repetitions: 1,
      async run(trial) {
        const asked = await trial.prepares(lineOf('long', trial.tag()))
        await killOnTheWay(trial, asked, kill, TIRED_MS, () => tire(trial, asked))
      },
    }),
  ),
]

const others: readonly Experiment[] = [
  {
    name: 'sleep: its wake-up is lost',
    breaks: 'the message that is to wake a sleeping job never comes',
    repetitions: 1,
    async run(trial) {
      const asked = await trial.prepares(lineOf('steps', trial.tag(), `--rest ${REST}`))
      trial.house.control.trap({ at: 'send', phase: 'before', run: asked.run, deed: { do: 'swallow' }, skip: 1 })
      await asked.send()
      await endWait(trial, asked)
      await trial.settle()
      await trial.house.skew(0)
      await trial.expect(asked, BOTH)
    },
  },
  {
    name: 'sleep: cancelled meanwhile',
    breaks: 'a job is cancelled while nobody executes it, and its wake-up comes afterwards',
    repetitions: 2,
    async run(trial) {
      const { house } = trial
      const key = trial.tag()
      const asked = await trial.prepares(lineOf('steps', trial.tag(), `--rest ${REST} --key ${key}`))
      await trial.until({ at: 'suspend', phase: 'after', run: asked.run, deed: { do: 'go' } }, asked.send)
      const next = await trial.asks(solo(key, trial.tag()))
      await trial.asks(`/pawl run cancel ${asked.run}`)
      await house.enqueue({ kind: 'run', run: asked.run })
      await trial.settle()
      await trial.expect(asked, CANCELLED)
      await trial.expect(next, ONCE)
    },
  },
  {
    name: 'sleep: a holder of a lock is killed meanwhile',
    breaks: 'workerd is killed while a job with a lock sleeps, and another one waits for that lock',
    repetitions: 2,
    async run(trial) {
      const { house } = trial
      const key = trial.tag()
      const asked = await trial.prepares(lineOf('steps', trial.tag(), `--rest ${REST} --key ${key}`))
      await trial.until({ at: 'suspend', phase: 'after', run: asked.run, deed: { do: 'go' } }, asked.send)
      const next = await trial.asks(solo(key, trial.tag()))
      await house.kill()
      await house.recover()
      await house.lapse([next.run])
      await pause(500)
      trial.check((await trial.row(next))?.state === 'queued', 'the lock of a job that sleeps was given on')
      await endWait(trial, asked)
      await trial.settle()
      await house.skew(0)
      await trial.expect(asked, BOTH)
      await trial.expect(next, ONCE)
      trial.check((await trial.row(asked))?.attempt === 2, 'it was put aside more than once')
    },
  },
  {
    name: 'sleep: nobody comes for a holder of a lock in time',
    breaks: 'a job with a lock sleeps, and is not woken until that lock has lapsed',
    repetitions: 2,
    async run(trial) {
      const { house } = trial
      const key = trial.tag()
      const asked = await trial.prepares(lineOf('steps', trial.tag(), `--rest ${REST} --key ${key}`))
      await trial.until({ at: 'suspend', phase: 'after', run: asked.run, deed: { do: 'go' } }, asked.send)
      const next = await trial.asks(solo(key, trial.tag()))
      await house.skew(KEPT_MS)
      trial.check(await succeeds(trial, next), 'the lock was not given on')
      await endWait(trial, asked)
      await trial.settle()
      await house.skew(0)
      await trial.expect(asked, BOTH)
      await trial.expect(next, ONCE)
    },
  },
]

export const waits: readonly Experiment[] = [...sleeps, ...polls, ...others, ...long]
