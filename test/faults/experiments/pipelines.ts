/** Lines whose stages need a lock each: killed while they take them and while they work, in opposite orders, and many at once. */
import type { Asked } from '../house.ts'
import type { Phase } from '../protocol.ts'
import type { Expected, Experiment, Trial } from '../trial.ts'
import { BOTH, EXPIRED, LOST, LOST_AFTER, LOST_AFTER_BOTH, ONCE } from './lines.ts'
import { endWait, LEASE_MS, REST, solo, succeeds, until } from './moves.ts'

const MANY = 50
const KEYS = 4
/** Requests on their way at the same time. */
const AT_ONCE = 10

/** Where the line is killed, for the how-many-eth time that it comes there. */
const KILLS: readonly (readonly [at: string, phase: Phase, nth: 1 | 2, expected: Expected])[] = [
  ['lock.acquire', 'after', 1, EXPIRED],
  ['lock.acquire', 'before', 2, EXPIRED],
  ['lock.acquire', 'after', 2, EXPIRED],
  ['queue', 'after', 1, BOTH],
  ['claim', 'before', 1, BOTH],
  ['claim', 'after', 1, LOST],
  ['effect.did', 'after', 1, LOST_AFTER],
  ['effect.did', 'before', 2, LOST_AFTER],
  ['effect.did', 'after', 2, LOST_AFTER_BOTH],
  ['end', 'before', 1, LOST_AFTER_BOTH],
  ['lock.release', 'before', 1, BOTH],
  ['lock.release', 'after', 1, BOTH],
]

/** A line of one stage for each key. */
function lineOver(trial: Trial, keys: readonly string[]): string {
  return `/pawl ${keys.map((key) => solo(key, trial.tag()).replace('/pawl ', '')).join(' | ')}`
}

async function killPair(trial: Trial, [at, phase, nth, expected]: (typeof KILLS)[number]): Promise<void> {
  const { house } = trial
  const keys = [trial.tag(), trial.tag()]
  const first = await trial.prepares(lineOver(trial, keys))
  const trap = { at, phase, run: first.run, deed: { do: 'kill' }, skip: nth - 1 } as const
  const { sent } = await trial.until(trap, first.send)
  await house.kill()
  await sent
  await trial.recovers()
  // Whatever the dead one still holds is free after the lease, for who names the locks the other way round.
  const second = await trial.asks(lineOver(trial, keys.toReversed()))
  await house.skew(LEASE_MS)
  await trial.settle()
  await house.skew(0)
  trial.check(await succeeds(trial, second), 'the next in line did not get both locks')
  await trial.settle()
  await trial.expect(first, expected)
  await trial.expect(second, BOTH)
}

async function many(trial: Trial, size: number): Promise<void> {
  const keys = Array.from({ length: KEYS }, trial.tag)
  const draw = (from: readonly string[]) => from[Math.floor(trial.random() * from.length)] ?? ''
  const all: Asked[] = []
  for (let i = 0; i < size; i++) {
    const one = draw(keys)
    const other = draw(keys.filter((key) => key !== one))
    all.push(await trial.prepares(lineOver(trial, [one, other]), { on: i % 2 === 0 ? 'slack' : 'discord' }))
  }
  for (let i = 0; i < size; i += AT_ONCE) await Promise.all(all.slice(i, i + AT_ONCE).map(({ send }) => send()))
  await trial.settle({ withinMs: 180_000 })
  for (const asked of all) await trial.expect(asked, BOTH)
}

export const pipelines: readonly Experiment[] = [
  ...KILLS.map(
    (kill): Experiment => ({
      name: `pipeline: killed ${kill[1]} ${kill[0]}${kill[2] === 1 ? '' : `, the second`}`,
      breaks: `workerd is killed ${kill[1]} ${kill[0]} of a line with two locks`,
      repetitions: 1,
      run: (trial) => killPair(trial, kill),
    }),
  ),
  {
    name: 'pipeline: two name the same locks in opposite order',
    breaks: 'nothing: two lines come at once, and both have asked for a lock before either asks for its second',
    repetitions: 3,
    short: true,
    async run(trial) {
      const { control } = trial.house
      const keys = [trial.tag(), trial.tag()]
      const all = [
        await trial.prepares(lineOver(trial, keys)),
        await trial.prepares(lineOver(trial, keys.toReversed())),
      ]
      const traps = all.map(({ run }) =>
        control.trap({ at: 'lock.acquire', phase: 'after', run, deed: { do: 'delay', ms: 200 } }),
      )
      await Promise.all(all.map(({ send }) => send()))
      trial.check(
        traps.every(({ hits }) => hits === 1),
        'one of them asked for no lock',
      )
      await trial.settle()
      for (const asked of all) await trial.expect(asked, BOTH)
    },
  },
  {
    name: 'pipeline: killed while it waits for its second lock',
    breaks: 'workerd is killed while one holds a lock, a line waits for that with another, and a third waits for this',
    repetitions: 2,
    async run(trial) {
      const { house } = trial
      const key = trial.tag()
      const [a, b] = [`${key}-a`, `${key}-b`]
      const holder = await trial.prepares(solo(b, trial.tag(), '--hold 600000'))
      const { run } = holder
      await trial.until({ at: 'effect.did', phase: 'after', run, deed: { do: 'hold' } }, holder.send)
      const pair = await trial.asks(lineOver(trial, [b, a]))
      const third = await trial.asks(solo(a, trial.tag()))
      await house.kill()
      house.control.clear()
      await trial.recovers()
      await house.skew(LEASE_MS)
      trial.check(await succeeds(trial, pair), 'the line did not get its second lock')
      trial.check(await succeeds(trial, third), 'who waited for the line did not get its lock')
      await house.skew(0)
      await trial.settle()
      await trial.expect(holder, LOST_AFTER)
      await trial.expect(pair, BOTH)
      await trial.expect(third, ONCE)
    },
  },
  {
    name: 'pipeline: a stage sleeps, and workerd is killed meanwhile',
    breaks: 'a line that holds two locks is put aside and killed; another one wants both',
    repetitions: 1,
    async run(trial) {
      const { house } = trial
      const keys = [trial.tag(), trial.tag()]
      const tag = trial.tag()
      const line = `/pawl steps --tag ${tag} --key ${keys[0]} --rest ${REST} | solo --key ${keys[1]} --tag ${trial.tag()}`
      const first = await trial.prepares(line)
      await trial.until({ at: 'suspend', phase: 'after', run: first.run, deed: { do: 'kill' } }, first.send)
      await house.kill()
      await house.recover()
      const second = await trial.asks(lineOver(trial, keys.toReversed()))
      await house.lapse([second.run])
      await until(async () => (await trial.row(second))?.state === 'queued')
      await endWait(trial, first)
      await trial.settle()
      await house.skew(0)
      await trial.expect(first, { state: ['succeeded'], effects: [3, 3] })
      await trial.expect(second, BOTH)
      const mine = house.control.effects.filter(({ what }) => what === 'did').map(({ run }) => run)
      trial.check(mine.lastIndexOf(first.run) < mine.indexOf(second.run), 'the second started while the first slept')
    },
  },
  {
    name: `pipeline: ${MANY} with two of ${KEYS} locks each`,
    breaks: `nothing: ${MANY} lines come together, in orders drawn from the seed`,
    repetitions: 1,
    run: (trial) => many(trial, MANY),
  },
]
