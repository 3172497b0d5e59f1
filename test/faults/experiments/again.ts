/** `run retry` and `run resolve`, killed in the middle and delivered twice: asked again, a run is a new one, and the old one stays. */
import type { Asked } from '../house.ts'
import type { Phase } from '../protocol.ts'
import { type Expected, type Experiment, type Trial, textOf } from '../trial.ts'
import { EXPIRED, LOST, LOST_AFTER, lineOf, NEVER, ONCE, READ } from './lines.ts'
import { count, isUnnoted, lose, refusedEnd, UNNOTED, until } from './moves.ts'

const COPIES = 4

const RETRY_KILLS: readonly (readonly [at: string, phase: Phase, expected: Expected])[] = [
  ['admit', 'before', NEVER],
  ['admit', 'after', EXPIRED],
  ['queue', 'before', EXPIRED],
  ['queue', 'after', ONCE],
  ['send', 'before', ONCE],
  ['claim', 'after', LOST],
  ['effect.did', 'after', LOST_AFTER],
  ['end', 'before', LOST_AFTER],
  ['end', 'after', ONCE],
]

const retryOf = ({ run }: Asked) => `/pawl run retry ${run} --anyway`

async function killRetry(trial: Trial, at: string, phase: Phase, expected: Expected): Promise<void> {
  const earlier = await lose(trial)
  const asked = await trial.prepares(retryOf(earlier))
  const { sent } = await trial.until({ at, phase, run: asked.run, deed: { do: 'kill' } }, asked.send)
  await trial.house.kill()
  await sent
  await trial.recovers()
  await trial.settle()
  await trial.expect(asked, expected)
  // The platform brings it once more: what was never admitted is done now, everything else is known.
  await asked.send()
  await trial.settle()
  await trial.expect(asked, expected === NEVER ? ONCE : expected)
  await trial.expect(earlier, LOST_AFTER)
}

/** Where the person's own run, or the lost one that it is about, is when workerd is killed; and whether the word was written by then. */
const RESOLVE_KILLS: readonly (readonly [
  at: string,
  phase: Phase,
  whose: 'own' | 'lost',
  expected: Expected,
  noted: 0 | 1,
])[] = [
  ['admit', 'before', 'own', NEVER, 0],
  ['admit', 'after', 'own', EXPIRED, 0],
  ['start', 'after', 'own', LOST, 0],
  ['resolve', 'before', 'lost', LOST, 0],
  ['resolve', 'after', 'lost', LOST, 1],
  ['delivery.claim', 'after', 'lost', LOST, 1],
  ['delivery.settle', 'before', 'lost', LOST, 1],
  ['delivery.settle', 'after', 'lost', LOST, 1],
  ['end', 'before', 'own', LOST, 1],
  ['end', 'after', 'own', READ, 1],
]

const resolveOf = ({ run }: Asked, as: 'succeeded' | 'failed') => `/pawl run resolve ${run} --as ${as} --note looked`

/** What is noted of a lost run is `as`, was written down `times` times, and its room was told each time. */
async function checkNoted(trial: Trial, lost: Asked, as: 'succeeded' | 'failed' | null, times: number): Promise<void> {
  const found = await trial.row(lost)
  const noted =
    found?.resolution === null ? null : (JSON.parse(String(found?.resolution)) as { outcome: string }).outcome
  trial.check(noted === as, `it is noted as ${noted}, not ${as}`)
  const events = await count(trial, lost, 'run.resolved')
  trial.check(events === times, `${events} resolutions in the audit, not ${times}`)
  const told = () => textOf(lost.exchange).split('which was interrupted, has').length - 1
  trial.check(await until(() => told() >= times), `its room was told ${told()} times, not ${times}`)
}

async function killResolve(
  trial: Trial,
  [at, phase, whose, expected, noted]: (typeof RESOLVE_KILLS)[number],
): Promise<void> {
  const lost = await lose(trial)
  await trial.settle()
  const asked = await trial.prepares(resolveOf(lost, 'succeeded'))
  const run = whose === 'own' ? asked.run : lost.run
  const { sent } = await trial.until({ at, phase, run, deed: { do: 'kill' } }, asked.send)
  await trial.house.kill()
  await sent
  await trial.recovers()
  await trial.settle()
  await trial.expect(asked, expected)
  await checkNoted(trial, lost, noted === 1 ? 'succeeded' : null, noted)
  // Said again, the last word counts.
  const then = await trial.asks(resolveOf(lost, 'failed'))
  await trial.settle()
  await trial.expect(then, READ)
  await checkNoted(trial, lost, 'failed', noted + 1)
  await trial.expect(lost, LOST_AFTER)
}

export const again: readonly Experiment[] = [
  ...RETRY_KILLS.map(
    ([at, phase, expected]): Experiment => ({
      name: `retry: killed ${phase} ${at}`,
      breaks: `workerd is killed ${phase} ${at} of a run retry, which is then delivered again`,
      repetitions: 1,
      run: (trial) => killRetry(trial, at, phase, expected),
    }),
  ),
  {
    name: `retry: ${COPIES} copies at once`,
    breaks: `${COPIES} copies of one run retry arrive together, one more later`,
    repetitions: 2,
    short: true,
    async run(trial) {
      const earlier = await lose(trial)
      const asked = await trial.prepares(retryOf(earlier))
      await Promise.all(Array.from({ length: COPIES }, asked.send))
      await trial.settle()
      await asked.send()
      await trial.expect(asked, ONCE)
      await trial.expect(earlier, LOST_AFTER)
      const copies = await count(trial, asked, 'delivery.duplicate')
      trial.check(copies === COPIES, `${copies} duplicates in the audit, not ${COPIES}`)
    },
  },
  {
    name: 'retry: of a lost run, without a word that it may be done twice',
    breaks: 'somebody repeats what may have been done',
    repetitions: 1,
    async run(trial) {
      const earlier = await lose(trial)
      const asked = await trial.asks(`/pawl run retry ${earlier.run}`)
      await trial.settle()
      await trial.expect(asked, { state: ['failed'], effects: [0, 0] })
      trial.check(/Nothing was run/.test(textOf(asked.exchange)), `told "${textOf(asked.exchange)}"`)
      await trial.expect(earlier, LOST_AFTER)
    },
  },
  {
    name: 'retry: the first consumer wakes up while the second is at work',
    breaks: 'a job is given up and retried; then whoever executed it goes on',
    repetitions: 2,
    async run(trial) {
      const { house } = trial
      const first = await trial.prepares(lineOf('work', trial.tag()))
      const { run } = first
      const held = await trial.until({ at: 'effect.did', phase: 'after', run, deed: { do: 'hold' } }, first.send)
      await house.lapse([run])
      const second = await trial.prepares(retryOf(first))
      const at = { at: 'effect.did', phase: 'after', run: second.run, deed: { do: 'hold' } } as const
      // The one consumer of this machine is held by the first.
      const work = await trial.until(at, async () => {
        await second.send()
        await house.consume(second.run)
      })
      held.release()
      trial.check(await until(() => refusedEnd(house.control, 0, run)), 'who was given up could end its run')
      work.release()
      await trial.settle()
      await trial.expect(first, LOST_AFTER)
      await trial.expect(second, ONCE)
    },
  },
  {
    name: 'retry: asked twice at the same moment',
    breaks: 'one failed run is retried twice, and both are admitted before either is at work',
    repetitions: 2,
    async run(trial) {
      const { control } = trial.house
      const earlier = await trial.prepares(lineOf('work', trial.tag()))
      const refusal = { do: 'fail', message: 'refused' } as const
      control.trap({ at: 'effect.did', phase: 'before', run: earlier.run, deed: refusal })
      await earlier.send()
      await trial.settle()
      await trial.expect(earlier, { state: ['failed'], effects: [0, 0] })
      const line = `/pawl run retry ${earlier.run}`
      const all = [await trial.prepares(line), await trial.prepares(line)]
      const traps = all.map(({ run }) => control.trap({ at: 'admit', phase: 'before', run, deed: { do: 'hold' } }))
      const sending = all.map(({ send }) => send())
      trial.check(await until(() => traps.every(({ hits }) => hits === 1)), 'the two were not admitted at once')
      for (const trap of traps) trap.release()
      await Promise.all(sending)
      await trial.settle()
      const effects = all.reduce((sum, asked) => sum + trial.effectsOf(asked), 0)
      trial.check(effects === 1, `it was done ${effects} times, not once`)
    },
  },
  ...RESOLVE_KILLS.map(
    (kill): Experiment => ({
      name: `resolve: killed ${kill[1]} ${kill[0]}`,
      breaks: `workerd is killed ${kill[1]} ${kill[0]} of a run resolve; then it is said again`,
      repetitions: 1,
      ...(isUnnoted(kill[0], kill[1]) && { repeats: UNNOTED }),
      ...(kill[0] === 'resolve' && kill[1] === 'after' && { short: true }),
      run: (trial) => killResolve(trial, kill),
    }),
  ),
  {
    name: `resolve: ${COPIES} copies at once`,
    breaks: `${COPIES} copies of one run resolve arrive together`,
    repetitions: 2,
    async run(trial) {
      const lost = await lose(trial)
      await trial.settle()
      const asked = await trial.prepares(resolveOf(lost, 'succeeded'))
      await Promise.all(Array.from({ length: COPIES }, asked.send))
      await trial.settle()
      await trial.expect(asked, READ)
      await checkNoted(trial, lost, 'succeeded', 1)
      await trial.expect(lost, LOST_AFTER)
    },
  },
  {
    name: 'resolve: two people at the same moment',
    breaks: 'two say of one lost run what became of it, after both have read it',
    repetitions: 2,
    async run(trial) {
      const lost = await lose(trial)
      await trial.settle()
      const all = [await trial.prepares(resolveOf(lost, 'succeeded')), await trial.prepares(resolveOf(lost, 'failed'))]
      const { control } = trial.house
      const trap = control.trap({ at: 'resolve', phase: 'before', run: lost.run, deed: { do: 'hold' }, times: 2 })
      const sending = all.map(({ send }) => send())
      trial.check(await until(() => trap.hits === 2), 'the two did not come to write it at once')
      trap.release()
      await Promise.all(sending)
      await trial.settle()
      const states = await Promise.all(all.map(async (asked) => String((await trial.row(asked))?.state)))
      trial.check(states.toSorted().join() === 'failed,succeeded', `the two ended as ${states.join(' and ')}`)
      await checkNoted(trial, lost, states[0] === 'succeeded' ? 'succeeded' : 'failed', 1)
    },
  },
]
