/** Clocks that differ, and people who change their mind: cancellation at every moment. */
import type { Asked } from '../house.ts'
import { type Experiment, type Trial, textOf } from '../trial.ts'
import { CANCELLED, KINDS, type Kind, lineOf, NEVER, ONCE, wellOf } from './lines.ts'
import { LEASE_MS, solo, succeeds, until } from './moves.ts'

/** A heartbeat (`src/runs/limits.ts`), and a slow machine. */
const STOPPED_MS = 5_000 + 3_000

/** A heartbeat, what a handler is waited for after its signal (`src/engine/execute.ts`), and a slow machine. */
const DEAF_MS = 5_000 + 2_000 + 8_000

async function skewed(trial: Trial, ms: number): Promise<void> {
  const { house } = trial
  const all: { kind: Kind; asked: Asked }[] = []
  for (const kind of KINDS)
    all.push({ kind, asked: await trial.prepares(lineOf(kind, trial.tag(), kind === 'look' ? '' : '--hold 500')) })
  await house.skew(ms)
  const sending = all.map(({ asked }) => asked.send())
  await house.simulator.until(
    () => house.control.effects.some(({ run }) => all.some(({ asked }) => asked.run === run)),
    10_000,
  )
  // And the other way, while they are at work.
  await house.skew(-ms)
  await Promise.all(sending)
  await house.skew(0)
  await trial.settle({ stallMs: 5_000 })
  for (const { kind, asked } of all) {
    // A jump may make the sweep think that a job was silent for long: then it is lost or repeated, never wrong.
    const well = wellOf(kind)
    await trial.expect(asked, {
      state: [...well.state, 'lost', null, 'expired'],
      effects: [0, kind === 'rework' ? 3 : 1],
    })
  }
}

export const time: readonly Experiment[] = [
  ...[120_000, -120_000].map(
    (ms): Experiment => ({
      name: `clock: ${ms > 0 ? 'ahead' : 'behind'} by ${Math.abs(ms) / 1_000} s, then the other way`,
      breaks: `the worker's clock jumps by ${ms / 1_000} s and back beyond, with commands under way`,
      repetitions: 2,
      run: (trial) => skewed(trial, ms),
    }),
  ),
  {
    name: 'cancel: at work',
    breaks: 'a job is cancelled while its handler works',
    repetitions: 2,
    short: true,
    async run(trial) {
      const { house } = trial
      const asked = await trial.prepares(lineOf('work', trial.tag(), '--hold 600000'))
      await trial.until({ at: 'effect.did', phase: 'after', run: asked.run, deed: { do: 'go' } }, asked.send)
      await trial.asks(`/pawl run cancel ${asked.run}`)
      const since = Date.now()
      const stopped = () => house.control.effects.some(({ run, what }) => run === asked.run && what === 'aborted')
      await house.simulator.until(stopped, STOPPED_MS)
      trial.check(stopped(), `the signal had not fired after ${Date.now() - since} ms`)
      await trial.settle({ stallMs: 10_000 })
      await trial.expect(asked, CANCELLED)
    },
  },
  {
    name: 'cancel: in the queue',
    breaks: 'a job is cancelled before its wake-up comes',
    repetitions: 2,
    async run(trial) {
      const asked = await trial.prepares(lineOf('work', trial.tag()))
      trial.house.control.trap({ at: 'send', run: asked.run, deed: { do: 'swallow' } })
      await asked.send()
      await trial.asks(`/pawl run cancel ${asked.run}`)
      await trial.house.enqueue({ kind: 'run', run: asked.run })
      await trial.settle()
      await trial.expect(asked, { ...CANCELLED, effects: [0, 0] })
    },
  },
  {
    name: 'cancel: too late',
    breaks: 'a job is cancelled while its success is being written',
    repetitions: 2,
    async run(trial) {
      const asked = await trial.prepares(lineOf('work', trial.tag()))
      const end = await trial.until({ at: 'end', phase: 'before', run: asked.run, deed: { do: 'hold' } }, asked.send)
      await trial.asks(`/pawl run cancel ${asked.run}`)
      end.release()
      await trial.settle()
      await trial.expect(asked, ONCE)
    },
  },
  {
    name: 'cancel: at work, and its handler does not stop',
    breaks: 'a job with a lock is cancelled while another one waits for it, and its handler hears no signal',
    repetitions: 1,
    async run(trial) {
      const { house } = trial
      const key = trial.tag()
      const asked = await trial.prepares(solo(key, trial.tag(), `--hold ${DEAF_MS} --deaf`))
      const { run } = asked
      await trial.until({ at: 'effect.did', phase: 'after', run, deed: { do: 'go' } }, asked.send)
      const next = await trial.asks(solo(key, trial.tag()))
      // Until its consumer has told the end, workerd keeps what its handler has begun.
      const telling = house.control.trap({ at: 'delivery.settle', phase: 'before', run, deed: { do: 'hold' } })
      await trial.asks(`/pawl run cancel ${run}`)
      trial.check(await until(async () => (await trial.row(asked))?.state === 'cancelled'), 'it was not cancelled')
      const left = () => house.control.effects.some((effect) => effect.run === run && effect.what === 'left')
      trial.check(!left(), 'its handler was over before its end')
      await house.consume(next.run)
      trial.check(await until(left), 'its handler did not come to its end')
      telling.release()
      trial.check(trial.effectsOf(next) === 0, 'its lock was given on while it may have been at work')
      await house.skew(LEASE_MS)
      trial.check(await succeeds(trial, next), 'its lock was not given on after the lease')
      await house.skew(0)
      await trial.settle()
      await trial.expect(asked, { ...CANCELLED, effects: [1, 1] })
      await trial.expect(next, ONCE)
      trial.check(/may still be at work/.test(textOf(asked.exchange)), `told "${textOf(asked.exchange)}"`)
    },
  },
  {
    name: 'cancel: and the worker dies',
    breaks: 'a job is cancelled, and workerd is killed before its handler hears of it',
    repetitions: 2,
    async run(trial) {
      const asked = await trial.prepares(lineOf('rework', trial.tag(), '--hold 600000'))
      await trial.until({ at: 'effect.did', phase: 'after', run: asked.run, deed: { do: 'go' } }, asked.send)
      await trial.asks(`/pawl run cancel ${asked.run}`)
      await trial.house.kill()
      await trial.recovers()
      await trial.settle()
      await trial.expect(asked, CANCELLED)
    },
  },
  {
    name: 'denied',
    breaks: 'somebody without the permission asks for each kind of command',
    repetitions: 1,
    async run(trial) {
      for (const kind of KINDS) {
        const asked = await trial.asks(lineOf(kind, trial.tag()), { as: 'grace' })
        await trial.settle()
        await trial.expect(asked, kind === 'look' ? wellOf(kind) : { state: ['denied'], effects: [0, 0] })
        if (kind !== 'look') trial.check(/Nothing was run/.test(textOf(asked.exchange)), `${asked.line}: not told`)
      }
      const forged = await trial.prepares(lineOf('touch', trial.tag()))
      const { send } = await forged.altered((body) => body)
      await trial.house.skew(600_000)
      const { status } = await send()
      await trial.house.skew(0)
      trial.check(status === 401, `an old signature was answered ${status}`)
      await forged.send()
      await trial.settle()
      await trial.expect(forged, { state: [...ONCE.state, ...NEVER.state], effects: [0, 1] })
    },
  },
]
