/** Holders of locks that die, that sleep through their lease and wake up, and crowds before one lock. */
import { type Experiment, pause, type Trial } from '../trial.ts'
import { EXPIRED, LOST_AFTER, ONCE } from './lines.ts'
import { LEASE_MS, refusedEnd, solo, succeeds } from './moves.ts'

const CROWD = 500
/** Requests on their way at the same time; every one of them leaves a run behind that lives on. */
const AT_ONCE = 20

async function crashedHolder(trial: Trial): Promise<void> {
  const { house } = trial
  const key = trial.tag()
  const first = await trial.prepares(solo(key, trial.tag(), '--hold 600000'))
  await trial.until({ at: 'effect.did', phase: 'after', run: first.run, deed: { do: 'hold' } }, first.send)
  const second = await trial.asks(solo(key, trial.tag()))
  await house.kill()
  house.control.clear()
  await trial.recovers()
  // The first one's lease has not ended: whoever waits goes on waiting, however often it is woken.
  await house.lapse([second.run])
  await pause(500)
  trial.check((await trial.row(second))?.state === 'queued', 'the next holder was admitted within the lease')
  await house.skew(LEASE_MS)
  trial.check(await succeeds(trial, second), 'the next holder was not admitted after the lease')
  await house.skew(0)
  await trial.settle()
  await trial.expect(first, LOST_AFTER)
  await trial.expect(second, ONCE)
}

/**
 * The holder hangs without a word, is replaced, and wakes up. With `claimed`, its claim is made to outlast the lock's lease, so
 * that nothing but the epoch stands against its write.
 */
async function pausedHolder(trial: Trial, claimed: boolean): Promise<void> {
  const { house } = trial
  const { control } = house
  const key = trial.tag()
  const first = await trial.prepares(solo(key, trial.tag()))
  const beats = control.trap({ at: 'lock.renew', phase: 'before', run: first.run, deed: { do: 'hold' }, times: 100 })
  const end = await trial.until({ at: 'end', phase: 'before', run: first.run, deed: { do: 'hold' } }, first.send)
  const second = await trial.asks(solo(key, trial.tag()))
  if (claimed) await house.sql('UPDATE runs SET due_at = due_at + 3600000 WHERE id = ?', first.run)
  await house.skew(LEASE_MS)
  if (!claimed) await house.lapse([first.run])
  trial.check(await succeeds(trial, second), 'nobody took the place of the silent holder')
  const changed = control.changes.length
  end.release()
  beats.release()
  await house.simulator.until(() => refusedEnd(control, changed, first.run), 10_000)
  trial.check(refusedEnd(control, changed, first.run), 'the end by the replaced holder was not refused')
  const state = (await trial.row(first))?.state
  trial.check(state === (claimed ? 'running' : 'lost'), `after its refused end the replaced one is ${state}`)
  await house.skew(0)
  await house.lapse([first.run])
  await trial.settle()
  await trial.expect(first, LOST_AFTER)
  await trial.expect(second, ONCE)
}

async function crowd(trial: Trial, size: number): Promise<void> {
  const key = trial.tag()
  const lines = Array.from({ length: size }, (_, i) =>
    solo(key, trial.tag(), i % 5 === 0 ? '--busy queue' : '--busy reject'),
  )
  const all = await Promise.all(lines.map((line) => trial.prepares(line)))
  const waiting = [...all]
  const send = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next.send()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, send))
  await trial.settle({ withinMs: 240_000 })
  const mine = new Set(all.map(({ run }) => run))
  let inside: string | null = null
  for (const { run, what } of trial.house.control.effects.filter((effect) => mine.has(effect.run))) {
    if (what === 'did') trial.check(inside === null, `run ${run} started inside run ${inside}`)
    inside = what === 'did' ? run : null
  }
  let succeeded = 0
  for (const asked of all) {
    const queued = asked.line.endsWith('queue')
    const row = await trial.row(asked)
    if (row?.state === 'succeeded') succeeded += 1
    // Under such a load an admission may be given up: then nothing has run, and the person knows.
    await trial.expect(asked, {
      state: queued ? ['succeeded', 'expired', null] : ['succeeded', 'failed', 'expired', null],
      effects: [0, 1],
    })
    trial.check(
      (trial.effectsOf(asked) === 1) === (row?.state === 'succeeded'),
      `${asked.line}: ${row?.state} and ${trial.effectsOf(asked)} effects`,
    )
  }
  trial.check(succeeded >= size / 10, `only ${succeeded} of ${size} succeeded`)
}

export const locks: readonly Experiment[] = [
  {
    name: 'lock: its holder crashes',
    breaks: 'workerd is killed while a job holds a lock and another one waits',
    repetitions: 2,
    run: crashedHolder,
  },
  {
    name: 'lock: a paused holder, replaced, ends',
    breaks: 'a holder is silent beyond its claim and its lease, then writes',
    repetitions: 2,
    run: (trial) => pausedHolder(trial, false),
  },
  {
    name: 'lock: a paused holder against its epoch alone',
    breaks: 'a holder is silent beyond its lease, with a claim that still counts, then writes',
    repetitions: 2,
    short: true,
    run: (trial) => pausedHolder(trial, true),
  },
  {
    name: `lock: a crowd of ${CROWD}`,
    breaks: `${CROWD} commands want one lock at once, a fifth of them waits for it`,
    repetitions: 1,
    run: (trial) => crowd(trial, CROWD),
  },
  {
    name: 'lock: the queue fails when a run is to be woken',
    breaks: 'the wake-up of the next in line is lost',
    repetitions: 2,
    async run(trial) {
      const key = trial.tag()
      const first = await trial.prepares(solo(key, trial.tag()))
      const end = await trial.until({ at: 'end', phase: 'before', run: first.run, deed: { do: 'hold' } }, first.send)
      const second = await trial.asks(solo(key, trial.tag()))
      trial.house.control.trap({ at: 'send', run: second.run, deed: { do: 'fail', message: 'Queue send failed' } })
      end.release()
      await trial.settle()
      await trial.expect(first, ONCE)
      await trial.expect(second, ONCE)
    },
  },
  {
    name: 'lock: expired in line',
    breaks: 'a run waits in line beyond its time',
    repetitions: 2,
    async run(trial) {
      const key = trial.tag()
      const first = await trial.prepares(solo(key, trial.tag()))
      const end = await trial.until({ at: 'end', phase: 'before', run: first.run, deed: { do: 'hold' } }, first.send)
      const second = await trial.asks(solo(key, trial.tag()))
      const third = await trial.asks(solo(key, trial.tag()))
      await trial.house.sql('UPDATE runs SET start_by = 1 WHERE id = ?', second.run)
      await trial.house.lapse([second.run])
      end.release()
      await trial.settle()
      await trial.expect(first, ONCE)
      await trial.expect(second, EXPIRED)
      await trial.expect(third, ONCE)
    },
  },
]
