/** `join`: who joins a run gets its answer, also when that run or the joiner is killed; and when there is nothing to join. */
import type { Asked } from '../house.ts'
import type { Phase } from '../protocol.ts'
import { type Expected, type Experiment, type Trial, textOf } from '../trial.ts'
import { EXPIRED, LOST, LOST_AFTER, ONCE, READ, TWICE } from './lines.ts'
import { UNNOTED, until } from './moves.ts'

const OTHERS = 2

interface Joined {
  readonly key: string
  readonly first: Asked
  readonly others: readonly Asked[]
  readonly held: { release(): void }
}

/** Three ask for the same; the first is held where `at` says, and the others have joined it. */
async function join(trial: Trial, at: string, command: 'solo' | 'resolo' = 'solo'): Promise<Joined> {
  const key = trial.tag()
  const line = `/pawl ${command} --key ${key} --tag ${key} --busy join`
  const first = await trial.prepares(line)
  const phase: Phase = at === 'effect.did' ? 'after' : 'before'
  const held = await trial.until({ at, phase, run: first.run, deed: { do: 'hold' } }, first.send)
  const others: Asked[] = []
  for (let i = 0; i < OTHERS; i++) others.push(await trial.asks(line))
  for (const other of others) trial.check((await trial.row(other))?.joins === first.run, 'somebody has not joined')
  return { key, first, others, held }
}

/** The first and who joined it stand as told, and the joiners read what the first one's answer says. */
async function checkAnswers(trial: Trial, { key, first, others }: Joined, expected: Expected): Promise<void> {
  await trial.settle()
  await trial.expect(first, expected)
  for (const other of others) {
    await trial.expect(other, { ...expected, effects: [0, 0] })
    const words = () => textOf(other.exchange)
    const told = () => words().includes(`joined run ${first.run}`) && words().includes(key)
    trial.check(await until(told), `a joiner was told "${words()}"`)
  }
}

async function crash(trial: Trial): Promise<void> {
  await trial.house.kill()
  trial.house.control.clear()
  await trial.recovers()
}

export const joins: readonly Experiment[] = [
  {
    name: 'join: two join',
    breaks: 'nothing: three people ask for the same, and the work is done once',
    repetitions: 2,
    async run(trial) {
      const joined = await join(trial, 'effect.did')
      joined.held.release()
      await checkAnswers(trial, joined, ONCE)
    },
  },
  {
    name: 'join: the first is killed, and lost',
    breaks: 'workerd is killed while two runs wait for the result of a third',
    repetitions: 2,
    async run(trial) {
      const joined = await join(trial, 'effect.did')
      await crash(trial)
      await checkAnswers(trial, joined, LOST_AFTER)
    },
  },
  {
    name: 'join: the first is killed, and repeated',
    breaks: 'workerd is killed while two runs wait for the result of a third, which may be repeated',
    repetitions: 2,
    async run(trial) {
      const joined = await join(trial, 'effect.did', 'resolo')
      await crash(trial)
      await checkAnswers(trial, joined, TWICE)
    },
  },
  ...(['before', 'after'] as const).map(
    (phase): Experiment => ({
      name: `join: killed ${phase} those who joined are woken`,
      breaks: `the end of the first stands, and workerd is killed ${phase} the messages to the two that joined it are sent`,
      repetitions: 1,
      // The answer of the first may just be on its way.
      repeats: UNNOTED,
      async run(trial) {
        const joined = await join(trial, 'end')
        const at = { at: 'send.batch', phase, deed: { do: 'kill' } } as const
        await trial.until(at, async () => joined.held.release())
        await crash(trial)
        await checkAnswers(trial, joined, ONCE)
      },
    }),
  ),
  ...(['before', 'after'] as const).map(
    (phase): Experiment => ({
      name: `join: one of those who joined is killed ${phase} its end`,
      breaks: `workerd is killed ${phase} the end of a run that joined another one is written`,
      repetitions: 1,
      // The answer of the first may just be on its way.
      repeats: UNNOTED,
      async run(trial) {
        const joined = await join(trial, 'end')
        const [other = joined.first] = joined.others
        const at = { at: 'end', phase, run: other.run, deed: { do: 'kill' } } as const
        await trial.until(at, async () => joined.held.release())
        await crash(trial)
        await checkAnswers(trial, joined, ONCE)
      },
    }),
  ),
  {
    name: 'join: the first never starts',
    breaks: 'the run that two have joined expires; one of the two does it, and the other one gets that answer',
    repetitions: 2,
    async run(trial) {
      const { first, others } = await neverStarts(trial)
      await trial.settle()
      await trial.expect(first, EXPIRED)
      for (const other of others) await trial.expect(other, { ...READ, effects: [0, 1] })
      const effects = others.reduce((sum, other) => sum + trial.effectsOf(other), 0)
      trial.check(effects === 1, `${effects} effects of those who joined, not 1`)
    },
  },
  {
    name: 'join: the first never starts, and who does it instead is killed',
    breaks: 'the run that two have joined expires; workerd is killed when one of the two has claimed it',
    repetitions: 2,
    async run(trial) {
      const { first, others } = await neverStarts(trial, { at: 'claim', phase: 'after', deed: { do: 'kill' } })
      await crash(trial)
      await trial.settle()
      await trial.expect(first, EXPIRED)
      for (const other of others) await trial.expect(other, LOST)
    },
  },
]

/** The wake-up of the first is lost until its time is over. */
async function neverStarts(trial: Trial, trap?: Parameters<Trial['until']>[0]): Promise<Omit<Joined, 'key' | 'held'>> {
  const { house } = trial
  const key = trial.tag()
  const line = `/pawl solo --key ${key} --tag ${key} --busy join`
  const first = await trial.prepares(line)
  house.control.trap({ at: 'send', run: first.run, deed: { do: 'swallow' } })
  await first.send()
  const others: Asked[] = []
  for (let i = 0; i < OTHERS; i++) others.push(await trial.asks(line))
  await house.sql('UPDATE runs SET start_by = 1 WHERE id = ?', first.run)
  const expire = () => house.lapse([first.run])
  if (trap) await trial.until(trap, async () => void expire().catch(() => {}))
  else await expire()
  return { first, others }
}
