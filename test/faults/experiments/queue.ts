/** Wake-ups that come twice, never, or make no sense: the row is the truth. */
import type { Asked } from '../house.ts'
import type { Experiment } from '../trial.ts'
import { EXPIRED, lineOf, ONCE, TWICE } from './lines.ts'
import { count, REPLACED, refusedEnd, until } from './moves.ts'

const JOBS = 100
const AT_ONCE = 10

/** As in wrangler.toml: a message is tried once and five times again. */
const TRIES = 6
/** Those take 10 s each (`src/runs/consume.ts`), and the dead letters are collected for 5 s. */
const DEAD_MS = 50_000 + 5_000 + 20_000

/** What no version of Pawl has ever sent. */
const POISON: readonly unknown[] = [
  null,
  0,
  'x',
  [],
  {},
  { kind: 'run' },
  { kind: 'run', run: null },
  { kind: 'run', run: 'r_0000000000000000' },
  { kind: 'run', run: { $ne: 1 } },
  { kind: 'deliver', run: 'r_0000000000000000', target: 'x' },
  { kind: 'nonsense', run: 'r_0000000000000000' },
]

export const queue: readonly Experiment[] = [
  {
    name: 'queue: wake-ups come many times',
    breaks: 'ten wake-ups for one run: before it is claimed, while it runs, and after its end',
    repetitions: 3,
    short: true,
    async run(trial) {
      const { house } = trial
      const asked = await trial.prepares(lineOf('work', trial.tag(), '--hold 1500'))
      const wake = () => Promise.all(Array.from({ length: 10 }, () => house.enqueue({ kind: 'run', run: asked.run })))
      await trial.until({ at: 'queue', phase: 'after', run: asked.run, deed: { do: 'go' } }, asked.send)
      await wake()
      await trial.settle({ stallMs: 10_000 })
      await wake()
      await trial.settle()
      await trial.expect(asked, ONCE)
    },
  },
  {
    name: 'queue: sending fails',
    breaks: 'the wake-up of a job cannot be sent',
    repetitions: 2,
    async run(trial) {
      const asked = await trial.prepares(lineOf('work', trial.tag()))
      trial.house.control.trap({ at: 'send', run: asked.run, deed: { do: 'fail', message: 'Queue is overloaded' } })
      await asked.send()
      await trial.settle()
      await trial.expect(asked, ONCE)
    },
  },
  {
    name: 'queue: poison messages',
    breaks: `${POISON.length} messages that make no sense, among those of three jobs`,
    repetitions: 2,
    short: true,
    async run(trial) {
      const jobs: Asked[] = []
      for (let i = 0; i < 3; i++) {
        await Promise.all(POISON.map((message) => trial.house.enqueue(message)))
        jobs.push(await trial.asks(lineOf('work', trial.tag())))
      }
      await trial.settle()
      for (const job of jobs) await trial.expect(job, ONCE)
    },
  },
  {
    name: 'queue: a run that nobody can read',
    breaks: 'what a queued run is to be started with is no plan',
    repetitions: 2,
    async run(trial) {
      const { house } = trial
      const asked = await trial.prepares(lineOf('work', trial.tag()))
      house.control.trap({ at: 'send', run: asked.run, deed: { do: 'swallow' } })
      await asked.send()
      await house.sql(`UPDATE runs SET input = '{"nonsense":1}' WHERE id = ?`, asked.run)
      await house.lapse([asked.run])
      await house.sql('UPDATE runs SET start_by = 1 WHERE id = ?', asked.run)
      await trial.settle()
      await trial.expect(asked, { state: ['expired', 'failed'], effects: [0, 0] })
    },
  },
  {
    name: 'queue: nothing is delivered, and it is too late',
    breaks: 'a job waits for its wake-up beyond its time',
    repetitions: 2,
    async run(trial) {
      const asked = await trial.prepares(lineOf('work', trial.tag()))
      trial.house.control.trap({ at: 'send', run: asked.run, deed: { do: 'swallow' } })
      await asked.send()
      await trial.house.sql('UPDATE runs SET start_by = 1 WHERE id = ?', asked.run)
      await trial.settle()
      await trial.expect(asked, EXPIRED)
      // A wake-up that comes after all starts nothing.
      await trial.house.enqueue({ kind: 'run', run: asked.run })
      await trial.settle()
      await trial.expect(asked, EXPIRED)
    },
  },
  {
    name: 'queue: two consumers come to the claim at once',
    breaks: 'three wake-ups of one run are worked off at the same time, and meet before the claim',
    repetitions: 2,
    async run(trial) {
      const { house } = trial
      for (const kind of ['work', 'solo'] as const) {
        const asked = await trial.prepares(lineOf(kind, trial.tag()))
        const { run } = asked
        const trap = house.control.trap({ at: 'claim', phase: 'before', run, deed: { do: 'hold' }, times: 3 })
        await asked.send()
        await house.consume(run)
        await house.consume(run)
        trial.check(await until(() => trap.hits === 3), `${trap.hits} consumers came to the claim, not 3`)
        trap.release()
        await trial.settle()
        await trial.expect(asked, ONCE)
      }
    },
  },
  {
    name: 'queue: a message comes again while its first consumer is at work',
    breaks: 'five more wake-ups are worked off while a handler works',
    repetitions: 2,
    short: true,
    async run(trial) {
      const { house } = trial
      for (const kind of ['work', 'solo'] as const) {
        const asked = await trial.prepares(lineOf(kind, trial.tag()))
        const { run } = asked
        const held = await trial.until({ at: 'effect.did', phase: 'after', run, deed: { do: 'hold' } }, asked.send)
        const looks = house.control.trap({ at: '*d1', phase: 'after', run, deed: { do: 'go' }, times: 100 })
        for (let i = 0; i < 5; i++) await house.consume(run)
        trial.check(await until(() => looks.hits >= 5), 'not all the other consumers looked at the run')
        held.release()
        await trial.settle()
        await trial.expect(asked, ONCE)
      }
    },
  },
  {
    name: 'queue: the first consumer wakes up after the second has done it',
    breaks: 'a safe job is given up and repeated; then whoever executed it first writes its end',
    repetitions: 2,
    repeats: REPLACED,
    async run(trial) {
      const { house } = trial
      const asked = await trial.prepares(lineOf('rework', trial.tag()))
      const { run } = asked
      const held = await trial.until({ at: 'effect.left', phase: 'after', run, deed: { do: 'hold' } }, asked.send)
      await house.lapse([run])
      const again = async () => (await trial.row(asked))?.state === 'queued'
      trial.check(await until(again), 'it was not given up')
      await house.sql('UPDATE runs SET wake_at = 0 WHERE id = ?', run)
      await house.consume(run)
      trial.check(await until(async () => (await trial.row(asked))?.state === 'succeeded'), 'it was not repeated')
      const changed = house.control.changes.length
      held.release()
      trial.check(
        await until(() => refusedEnd(house.control, changed, run)),
        'the end by the first consumer was not refused',
      )
      await trial.settle()
      await trial.expect(asked, TWICE)
    },
  },
  {
    name: 'queue: a wake-up becomes a dead letter',
    breaks: `D1 fails each of the ${TRIES} times that a wake-up looks at its run`,
    repetitions: 1,
    async run(trial) {
      const { house } = trial
      const asked = await trial.prepares(lineOf('work', trial.tag()))
      const fail = { do: 'fail', message: 'D1_ERROR: internal error' } as const
      const loads = house.control.trap({ at: 'load', phase: 'before', run: asked.run, deed: fail, times: TRIES })
      await asked.send()
      await house.simulator.until(() => loads.hits === TRIES, DEAD_MS)
      trial.check(loads.hits === TRIES, `it was tried ${loads.hits} times, not ${TRIES}`)
      trial.check(
        await until(async () => (await count(trial, asked, 'run.wake_dead')) === 1),
        'no dead letter is noted',
      )
      trial.check((await trial.row(asked))?.state === 'queued', 'it has gone on without its wake-up')
      await trial.settle()
      await trial.expect(asked, ONCE)
    },
  },
  {
    name: `queue: all ${JOBS} messages are lost`,
    breaks: `every message of ${JOBS} jobs is lost, and workerd is killed`,
    repetitions: 1,
    async run(trial) {
      const { house } = trial
      const trap = house.control.trap({ at: '*queue', phase: 'before', deed: { do: 'swallow' }, times: 10 * JOBS })
      const all: Asked[] = []
      for (let i = 0; i < JOBS; i++) {
        const line = lineOf(i % 3 === 0 ? 'solo' : i % 3 === 1 ? 'work' : 'rework', trial.tag())
        all.push(await trial.prepares(line, { on: i % 2 === 0 ? 'slack' : 'discord' }))
      }
      for (let i = 0; i < JOBS; i += AT_ONCE) await Promise.all(all.slice(i, i + AT_ONCE).map(({ send }) => send()))
      trap.release()
      await house.kill()
      await trial.recovers()
      await trial.settle({ withinMs: 180_000 })
      for (const asked of all) await trial.expect(asked, ONCE)
    },
  },
]
