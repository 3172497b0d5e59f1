/** Wake-ups that come twice, never, or make no sense: the row is the truth. */
import type { Asked } from '../house.ts'
import type { Experiment } from '../trial.ts'
import { EXPIRED, lineOf, ONCE } from './lines.ts'

const JOBS = 100
const AT_ONCE = 10

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
