/** Lines before a lock: whose turn it is when a wake-up is lost, and whether a long one keeps the sweeper from those that have crashed. */
import { type Experiment, pause, type Trial } from '../trial.ts'
import { LOST_AFTER, lineOf, ONCE } from './lines.ts'
import { LEASE_MS, solo, succeeds, until } from './moves.ts'

const LINE = 300
/** Within this a run that has crashed is found: docs/promises.md. Cron comes once a minute. */
const FOUND_MS = 180_000
const SWEEP_MS = 60_000

/** Rows that stand in line like the one given, and are overdue; only rows, the lock does not know them. */
const COPY = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${LINE})
  INSERT INTO runs (id, digest, source, platform, workspace, actor, channel, line, history, command, effects, mode, retry,
    state, change, due_at, address, created_at, input, start_by, locks, reply)
  SELECT 'r_copy' || printf('%012d', i), digest || i, source, platform, workspace, actor, channel, line, history, command, effects, mode,
    retry, 'accepted', 'c' || i, 1, address, created_at, input, start_by, locks, reply FROM runs, n WHERE id = ?`

async function lostTurn(trial: Trial): Promise<void> {
  const { house } = trial
  const key = trial.tag()
  const first = await trial.prepares(solo(key, trial.tag()))
  const end = await trial.until({ at: 'end', phase: 'before', run: first.run, deed: { do: 'hold' } }, first.send)
  const second = await trial.asks(solo(key, trial.tag()))
  const third = await trial.asks(solo(key, trial.tag()))
  const wake = house.control.trap({ at: 'send', run: second.run, deed: { do: 'swallow' }, times: 100 })
  end.release()
  trial.check(await until(() => wake.hits > 0), 'the second was not woken when its turn came')
  // Whoever asks after the lease of a holder must not find the lock free.
  await house.skew(LEASE_MS)
  for (let i = 0; i < 3; i++) {
    await house.consume(third.run)
    await pause(300)
  }
  trial.check(trial.effectsOf(third) === 0, 'the third started in the turn of the second')
  wake.release()
  trial.check(await succeeds(trial, second), 'the second did not get its turn')
  await trial.settle()
  await house.skew(0)
  for (const asked of [first, second, third]) await trial.expect(asked, ONCE)
  const mine = [first, second, third].map(({ run }) => run)
  const done = house.control.effects.filter(({ what, run }) => what === 'did' && mine.includes(run))
  trial.check(done.map(({ run }) => run).join() === mine.join(), 'they were not served in the order in which they came')
}

async function longLine(trial: Trial): Promise<void> {
  const { house } = trial
  const { control } = house
  const key = trial.tag()
  const hold = { at: 'effect.did', phase: 'after', deed: { do: 'hold' } } as const
  const holder = await trial.prepares(solo(key, trial.tag()))
  await trial.until({ ...hold, run: holder.run }, holder.send)
  const next = await trial.asks(solo(key, trial.tag()))
  await house.sql(COPY, next.run)
  await house.sql("UPDATE runs SET state = 'queued' WHERE id LIKE 'r_copy%'")
  const crashed = await trial.prepares(lineOf('work', trial.tag()))
  // The one consumer of this machine is held by the holder.
  await trial.until({ ...hold, run: crashed.run }, async () => {
    await crashed.send()
    await house.consume(crashed.run)
  })
  await house.kill()
  control.clear()
  await house.recover()
  const wakes = control.trap({ at: '*queue', phase: 'before', deed: { do: 'swallow' }, times: 10 * LINE })
  for (let ms = SWEEP_MS; ms <= FOUND_MS; ms += SWEEP_MS) {
    await house.skew(ms)
    await house.tick()
  }
  const state = (await trial.row(crashed))?.state
  trial.check(state === 'lost', `after ${FOUND_MS / 1_000} s the run that crashed is ${state}`)
  await house.sql("DELETE FROM runs WHERE id LIKE 'r_copy%'")
  wakes.release()
  trial.check(await succeeds(trial, next), 'the next in line did not get its turn')
  await house.skew(0)
  await trial.settle()
  await trial.expect(crashed, LOST_AFTER)
  await trial.expect(holder, LOST_AFTER)
  await trial.expect(next, ONCE)
}

export const turns: readonly Experiment[] = [
  {
    name: 'lock: the wake-up of the second of three is lost',
    breaks:
      'three want one lock; when it is the turn of the second, no wake-up reaches it, and the third is woken instead',
    repetitions: 2,
    short: true,
    run: lostTurn,
  },
  {
    name: `lock: a run crashes while ${LINE} wait in line`,
    breaks: `workerd is killed with a job at work, and ${LINE} runs in a line that are all overdue`,
    repetitions: 1,
    run: longLine,
  },
]
