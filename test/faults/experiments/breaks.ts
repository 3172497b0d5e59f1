/** `lock break`, killed at each of its points; and the old holder, who wakes up afterwards. */
import type { Asked } from '../house.ts'
import type { Phase } from '../protocol.ts'
import { type Expected, type Experiment, type Trial, textOf } from '../trial.ts'
import { EXPIRED, LOST, LOST_AFTER, NEVER, ONCE, READ } from './lines.ts'
import { count, isUnnoted, LEASE_MS, REPLACED, refusedEnd, solo, succeeds, UNNOTED, until } from './moves.ts'

/** A heartbeat (`src/runs/limits.ts`), and a slow machine. */
const STOPPED_MS = 5_000 + 3_000

/** Where the person's own run, or the holder that it ends, is when workerd is killed; and whether the lock was broken by then. */
const KILLS: readonly (readonly [
  at: string,
  phase: Phase,
  whose: 'own' | 'holder',
  expected: Expected,
  broken: 0 | 1,
])[] = [
  ['admit', 'before', 'own', NEVER, 0],
  ['admit', 'after', 'own', EXPIRED, 0],
  ['start', 'after', 'own', LOST, 0],
  ['end', 'before', 'holder', LOST, 0],
  ['end', 'after', 'holder', LOST, 1],
  ['delivery.settle', 'before', 'holder', LOST, 1],
  ['lock.revoke', 'before', 'holder', LOST, 1],
  ['lock.revoke', 'after', 'holder', LOST, 1],
  ['end', 'before', 'own', LOST, 1],
  ['end', 'after', 'own', READ, 1],
]

const breakOf = (key: string) => `/pawl lock break solo:${key} --reason gone`

/** One holds the lock of a key, in the middle of its work; another one waits for it. */
async function holderAndNext(trial: Trial, at: string, hold: number) {
  const key = trial.tag()
  const first = await trial.prepares(solo(key, trial.tag(), `--hold ${hold}`))
  const phase: Phase = at === 'end' ? 'before' : 'after'
  const held = await trial.until({ at, phase, run: first.run, deed: { do: 'hold' } }, first.send)
  const second = await trial.asks(solo(key, trial.tag()))
  return { key, first, second, held }
}

async function killBreak(trial: Trial, [at, phase, whose, expected, broken]: (typeof KILLS)[number]): Promise<void> {
  const { house } = trial
  const { key, first, second } = await holderAndNext(trial, 'effect.did', 600_000)
  const asked = await trial.prepares(breakOf(key))
  const run = whose === 'own' ? asked.run : first.run
  const { sent } = await trial.until({ at, phase, run, deed: { do: 'kill' } }, asked.send)
  await house.kill()
  house.control.clear()
  await sent
  await trial.recovers()
  // What was not given on, is free when its lease ends.
  await house.skew(LEASE_MS)
  trial.check(await succeeds(trial, second), 'the next holder was not admitted')
  await house.skew(0)
  await trial.settle()
  await trial.expect(asked, expected)
  await trial.expect(first, LOST_AFTER)
  await trial.expect(second, ONCE)
  const events = await count(trial, first, 'lock.broken')
  trial.check(events === broken, `${events} times broken in the audit, not ${broken}`)
}

/** Lets the old holder write its end, which must be refused. */
async function wakesUp(trial: Trial, first: Asked, held: { release(): void }): Promise<void> {
  const { control } = trial.house
  const changed = control.changes.length
  held.release()
  trial.check(await until(() => refusedEnd(control, changed, first.run)), 'the end by the old holder was not refused')
}

async function isBroken(trial: Trial, first: Asked): Promise<void> {
  const row = await trial.row(first)
  trial.check(row?.state === 'lost' && row.code === 'lock_broken', `the old holder is ${row?.state}, ${row?.code}`)
}

export const breaks: readonly Experiment[] = [
  ...KILLS.map(
    (kill): Experiment => ({
      name: `break: killed ${kill[1]} ${kill[0]} of ${kill[2] === 'own' ? 'lock break' : 'the holder'}`,
      breaks: `workerd is killed in the middle of a lock break: ${kill[1]} ${kill[0]}`,
      repetitions: 1,
      ...(isUnnoted(kill[0], kill[1]) && { repeats: UNNOTED }),
      run: (trial) => killBreak(trial, kill),
    }),
  ),
  {
    name: 'break: the old holder wakes up after the next has done its work',
    breaks: 'a holder is held before its end, its lock is broken, and it goes on',
    repetitions: 2,
    short: true,
    async run(trial) {
      const { key, first, second, held } = await holderAndNext(trial, 'end', 0)
      const asked = await trial.asks(breakOf(key))
      trial.check(await succeeds(trial, second), 'the next holder was not admitted at once')
      await wakesUp(trial, first, held)
      await isBroken(trial, first)
      await trial.settle()
      await trial.expect(asked, READ)
      await trial.expect(first, LOST_AFTER)
      await trial.expect(second, ONCE)
    },
  },
  {
    name: 'break: the old holder wakes up while the next is at work',
    breaks: 'a holder is held before its end, its lock is broken, and it goes on in the middle of the next',
    repetitions: 2,
    async run(trial) {
      const { house } = trial
      const { key, first, second, held } = await holderAndNext(trial, 'end', 0)
      const at = { at: 'effect.did', phase: 'after', run: second.run, deed: { do: 'hold' } } as const
      const work = await trial.until(at, async () => {
        await trial.asks(breakOf(key))
        await house.consume(second.run)
      })
      await wakesUp(trial, first, held)
      // What the old one gives back is not its own any more.
      const third = await trial.asks(solo(key, trial.tag(), '--busy reject'))
      work.release()
      await trial.settle()
      await isBroken(trial, first)
      await trial.expect(first, LOST_AFTER)
      await trial.expect(second, ONCE)
      await trial.expect(third, { state: ['failed'], effects: [0, 0] })
    },
  },
  {
    name: 'break: the signal of the old holder fires',
    breaks: 'the lock of a handler that is at work is broken',
    repetitions: 1,
    repeats: REPLACED,
    async run(trial) {
      const { house } = trial
      const { key, first, second, held } = await holderAndNext(trial, 'effect.did', 600_000)
      held.release()
      await trial.asks(breakOf(key))
      const stopped = () => house.control.effects.some(({ run, what }) => run === first.run && what === 'aborted')
      await house.simulator.until(stopped, STOPPED_MS)
      trial.check(stopped(), 'the signal of the old holder did not fire')
      await trial.settle()
      await isBroken(trial, first)
      await trial.expect(first, LOST_AFTER)
      await trial.expect(second, ONCE)
    },
  },
  {
    name: 'break: the lock cannot be reached',
    breaks: 'the holder is ended, and the call that gives the lock on fails',
    repetitions: 1,
    async run(trial) {
      const { house } = trial
      const { key, first, second, held } = await holderAndNext(trial, 'end', 0)
      const deed = { do: 'fail', message: 'Durable Object is overloaded' } as const
      house.control.trap({ at: 'lock.revoke', phase: 'before', run: first.run, deed })
      const asked = await trial.asks(breakOf(key))
      await house.skew(LEASE_MS)
      trial.check(await succeeds(trial, second), 'the next holder was not admitted after the lease')
      await wakesUp(trial, first, held)
      await house.skew(0)
      await isBroken(trial, first)
      await trial.settle()
      await trial.expect(asked, { state: ['failed'], effects: [0, 0] })
      await trial.expect(first, LOST_AFTER)
      await trial.expect(second, ONCE)
    },
  },
  {
    name: 'break: its holder is in line for another lock',
    breaks: 'a pipeline waits for its second lock when its first one is broken',
    repetitions: 1,
    async run(trial) {
      const key = trial.tag()
      const [a, b] = [`${key}-a`, `${key}-b`]
      const first = await trial.prepares(solo(b, trial.tag()))
      const held = await trial.until({ at: 'end', phase: 'before', run: first.run, deed: { do: 'hold' } }, first.send)
      const pair = await trial.asks(`${solo(a, trial.tag())} | ${solo(b, trial.tag()).replace('/pawl ', '')}`)
      const asked = await trial.asks(breakOf(a))
      const next = await trial.asks(solo(a, trial.tag(), '--busy reject'))
      held.release()
      await trial.settle()
      await trial.expect(first, ONCE)
      await trial.expect(pair, { state: ['cancelled'], effects: [0, 0] })
      await trial.expect(asked, READ)
      await trial.expect(next, ONCE)
      trial.check(/gone/.test(textOf(pair.exchange)), 'who waited was not told why')
    },
  },
]
