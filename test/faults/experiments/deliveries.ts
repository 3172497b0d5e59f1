/** Deliveries that come twice, out of order, late, or altered: each starts at most one run. */
import { type Experiment, type Trial, textOf } from '../trial.ts'
import { KINDS, type Kind, lineOf, ONCE, wellOf } from './lines.ts'
import { count } from './moves.ts'

const COPIES = 5
/** For how long at least a duplicate is known. */
const KNOWN_MS = 72 * 3_600_000

/** A delivery that is signed anew has a client of its own. */
const SHOWN = { on: 'slack', times: 1, why: 'the answer to the second delivery is shown, too' } as const

async function copiesAtOnce(trial: Trial, kind: Kind, on: 'slack' | 'discord'): Promise<void> {
  const line = lineOf(kind, trial.tag())
  const asked = await trial.prepares(line, { on })
  await Promise.all(Array.from({ length: COPIES }, asked.send))
  await trial.settle()
  const again = await asked.send()
  trial.check(again.status === 200, `a late copy was answered ${again.status}`)
  await trial.expect(asked, wellOf(kind))
  const copies = await count(trial, asked, 'delivery.duplicate')
  trial.check(copies === COPIES, `${copies} duplicates in the audit, not ${COPIES}`)
}

export const deliveries: readonly Experiment[] = [
  ...KINDS.flatMap((kind) =>
    (['slack', 'discord'] as const).map(
      (on): Experiment => ({
        name: `delivery: ${kind} from ${on}, ${COPIES} copies at once`,
        breaks: `${COPIES} copies of one delivery arrive together, one more later`,
        repetitions: 2,
        ...(kind === 'work' && { short: true }),
        run: (trial) => copiesAtOnce(trial, kind, on),
      }),
    ),
  ),
  {
    name: 'delivery: a copy after 72 hours',
    breaks: 'a copy arrives three days later, freshly signed',
    repetitions: 2,
    repeats: SHOWN,
    async run(trial) {
      const asked = await trial.asks(lineOf('touch', trial.tag()))
      const first = textOf(asked.exchange)
      await trial.settle()
      const { house } = trial
      await house.sql(
        'UPDATE runs SET created_at = created_at - ?1, ended_at = ended_at - ?1 WHERE id = ?2',
        KNOWN_MS,
        asked.run,
      )
      // A sweep in between, should anything ever be cleared away.
      await house.tick()
      const copy = await (await asked.altered((body) => body)).send()
      trial.check(
        JSON.stringify(copy.answer) === JSON.stringify(asked.exchange?.answer),
        `first "${first}", then another answer`,
      )
      await trial.expect(asked, ONCE)
      trial.check((await count(trial, asked, 'delivery.duplicate')) === 1, 'the copy is not in the audit')
    },
  },
  {
    name: 'delivery: altered',
    breaks: 'the same delivery id comes with another command, freshly signed',
    repetitions: 2,
    repeats: SHOWN,
    short: true,
    async run(trial) {
      const [tag, other] = [trial.tag(), trial.tag()]
      const asked = await trial.asks(lineOf('work', tag))
      const altered = await (await asked.altered((body) => body.replaceAll(tag, other))).send()
      trial.check(
        /asks for something else/.test(JSON.stringify(altered.answer)),
        'the altered delivery was not refused',
      )
      await trial.settle()
      await trial.expect(asked, ONCE)
      trial.check(
        trial.house.control.effects.every((effect) => effect.tag !== other),
        'the altered delivery had an effect',
      )
      trial.check((await count(trial, asked, 'delivery.altered')) === 1, 'the altered delivery is not in the audit')
    },
  },
  {
    name: 'delivery: out of order',
    breaks: 'what was typed first arrives last',
    repetitions: 2,
    async run(trial) {
      const all = []
      for (const kind of KINDS) all.push({ kind, asked: await trial.prepares(lineOf(kind, trial.tag())) })
      for (const { asked } of all.toReversed()) await asked.send()
      await trial.settle()
      for (const { kind, asked } of all) await trial.expect(asked, wellOf(kind))
    },
  },
  ...([301_000, -301_000, 290_000, -290_000] as const).map(
    (skew): Experiment => ({
      name: `delivery: ${Math.abs(skew) / 1_000} s ${skew > 0 ? 'late' : 'early'}`,
      breaks: `the worker's clock differs by ${skew / 1_000} s from the signature's, then no more`,
      repetitions: 1,
      async run(trial) {
        const { house } = trial
        const asked = await trial.prepares(lineOf('work', trial.tag()))
        await house.skew(skew)
        await asked.send()
        await house.skew(0)
        await trial.settle()
        const old = Math.abs(skew) > 300_000
        trial.check(!old || asked.exchange?.status === 401, `answered ${asked.exchange?.status}`)
        await trial.expect(asked, old ? { state: [null], effects: [0, 0] } : ONCE)
      },
    }),
  ),
]
