/** The chat's API answers 429, 500, or nothing: the run is done once, and its answer told when the API is back. */
import type { Fault } from '../../../simulator/index.ts'
import { type Experiment, type Trial, textOf } from '../trial.ts'
import { lineOf, ONCE } from './lines.ts'
import { NO_KEY, until } from './moves.ts'

const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ['429', { status: 429, retryAfter: 1 }],
  ['500', { status: 500 }],
  ['nothing', { drop: true }],
  ['nothing after it has taken it', { drop: 'after' }],
]
/** How many calls go wrong. */
const CALLS = 2
type On = 'slack' | 'discord'

async function asksWork(trial: Trial, on: On) {
  const line = lineOf('work', trial.tag())
  return await trial.asks(line, { on })
}

const brief = (['slack', 'discord'] as const).flatMap((on) =>
  FAULTS.map(
    ([name, fault]): Experiment => ({
      name: `chat: ${on} answers ${name}`,
      breaks: `${CALLS} calls to ${on} answer ${name}`,
      repetitions: 2,
      ...(on === 'slack' && fault.drop === 'after' && { repeats: { on, times: CALLS, why: NO_KEY } }),
      async run(trial) {
        trial.house.simulator.faults.next(`${on}.*`, fault, CALLS)
        const asked = await asksWork(trial, on)
        await trial.settle({ stallMs: 12_000 })
        await trial.expect(asked, ONCE)
        trial.check(/Did|did/.test(textOf(asked.exchange)), `told only "${textOf(asked.exchange)}"`)
      },
    }),
  ),
)

const down = (['slack', 'discord'] as const).flatMap((on): Experiment[] => [
  {
    name: `chat: ${on} is down, then back`,
    breaks: `every call to ${on} fails until the run has ended`,
    repetitions: 2,
    ...(on === 'slack' && { short: true }),
    async run(trial) {
      const { simulator } = trial.house
      simulator.faults.next(`${on}.*`, { status: 503 }, 1_000)
      const asked = await asksWork(trial, on)
      await until(async () => (await trial.row(asked))?.state === 'succeeded')
      simulator.faults.clear()
      await trial.settle()
      await trial.expect(asked, ONCE)
    },
  },
  {
    name: `chat: ${on} is down for a day`,
    breaks: `every call to ${on} fails until the answer is given up`,
    repetitions: 1,
    async run(trial) {
      const { house } = trial
      house.simulator.faults.next(`${on}.*`, { status: 503 }, 1_000)
      const asked = await asksWork(trial, on)
      const pending = "SELECT 1 FROM outbox WHERE run = ? AND state = 'pending' AND reason IS NOT NULL"
      await until(async () => (await house.sql(pending, asked.run)).length > 0)
      await house.sql('UPDATE outbox SET created_at = created_at - 86400000 WHERE run = ?', asked.run)
      await trial.settle()
      house.simulator.faults.clear()
      const [row] = await house.sql('SELECT state FROM outbox WHERE run = ? AND target = 0', asked.run)
      trial.check(row?.state === 'undeliverable', `the answer is ${row?.state}`)
      await trial.expect(asked, ONCE)
      const list = await trial.asks('/pawl run list 50 --undelivered')
      await trial.settle()
      trial.check(textOf(list.exchange).includes(asked.run), 'run list --undelivered does not name it')
    },
  },
])

const refused = (['slack', 'discord'] as const).map(
  (on): Experiment => ({
    name: `chat: ${on} refuses the answer for good`,
    breaks: `every call to ${on} is forbidden`,
    repetitions: 1,
    refuses: on,
    async run(trial) {
      const { house } = trial
      house.simulator.faults.next(`${on}.*`, { status: 403 }, 1_000)
      const asked = await asksWork(trial, on)
      await trial.settle()
      const [word] = await house.sql('SELECT state FROM outbox WHERE run = ? AND target = 0', asked.run)
      trial.check(word?.state === 'undeliverable', `the answer is ${word?.state}`)
      await trial.expect(asked, ONCE)
    },
  }),
)

/** The platform, and where workerd is killed: nothing but the answer is brought, or a copy of which nobody has noted so. */
const COPIES = [
  ['slack', 'after', 1],
  ['discord', 'after', 1],
  ['discord', 'before', 2],
] as const

const copies = COPIES.map(
  ([on, phase, nth]): Experiment => ({
    name: `chat: killed ${phase} ${nth === 1 ? 'the answer' : 'a copy'} is noted as brought to ${on}`,
    breaks: `workerd is killed ${phase} noting the delivery of ${nth === 1 ? 'the answer' : 'a copy'} that goes to two more rooms`,
    repetitions: 1,
    async run(trial) {
      const { house } = trial
      const asked = await trial.prepares(`${lineOf('work', trial.tag())} *> here #general #leads`, { on })
      const { run } = asked
      const trap = { at: 'delivery.settle', phase, run, deed: { do: 'kill' }, skip: nth - 1 } as const
      await trial.until(trap, asked.send)
      await house.kill()
      await trial.recovers()
      await trial.settle()
      await trial.expect(asked, ONCE)
      const words = await house.sql('SELECT state FROM outbox WHERE run = ? AND label IS NOT NULL', run)
      const states = words.map(({ state }) => state)
      trial.check(states.length === 2 && states.every((state) => state === 'delivered'), `the copies are ${states}`)
    },
  }),
)

export const chat: readonly Experiment[] = [...brief, ...down, ...refused, ...copies]
