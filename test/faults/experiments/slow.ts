/** Platforms that never answer, or answer after everybody has stopped waiting: for the last word, and for one in between. */
import type { Fault } from '../../../simulator/index.ts'
import type { Asked } from '../house.ts'
import { type Experiment, type Trial, textOf } from '../trial.ts'
import { lineOf, ONCE } from './lines.ts'
import { count, UNNOTED, until } from './moves.ts'

/** A call is given up after this (`src/chat/call.ts`). */
const CALL_MS = 10_000
const LATE_MS = 12_000
const NEVER_MS = 25_000
/** Long enough for words in between: the first comes after 1.2 s (`src/runs/limits.ts`). */
const WORK = '--hold 3000'

const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ['never answer', { delayMs: NEVER_MS, drop: true }],
  ['answer late', { delayMs: LATE_MS }],
]
const PLATFORMS = ['slack', 'discord'] as const

function goSlow(trial: Trial, fault: Fault): void {
  for (const on of PLATFORMS) trial.house.simulator.faults.next(`${on}.*`, fault)
}

/** The last word came late by one try that was given up. */
async function checkTries(trial: Trial, all: readonly Asked[]): Promise<void> {
  for (const asked of all) {
    const retried = await count(trial, asked, 'reply.retried')
    trial.check(retried === 1, `${asked.platform}: the answer was tried again ${retried} times, not once`)
  }
}

/** A job on each platform, side by side: the one consumer of this machine would do one after the other. */
async function askBoth(trial: Trial, rest: string): Promise<Asked[]> {
  return await Promise.all(
    PLATFORMS.map(async (on) => {
      const asked = await trial.asks(lineOf('work', trial.tag(), rest), { on })
      await trial.house.consume(asked.run)
      return asked
    }),
  )
}

async function finish(trial: Trial, all: readonly Asked[]): Promise<void> {
  await trial.settle({ stallMs: 40_000, withinMs: 120_000 })
  for (const asked of all) {
    await trial.expect(asked, ONCE)
    const told = () => /\bdid\b/i.test(textOf(asked.exchange))
    trial.check(await until(told), `${asked.platform}: told only "${textOf(asked.exchange)}"`)
  }
}

export const slow: readonly Experiment[] = FAULTS.flatMap(([name, fault]): Experiment[] => [
  {
    name: `chat: both ${name} to the last word`,
    breaks: `each platform takes the call with the answer of a job, and they ${name}`,
    repetitions: 1,
    ...(fault.drop === undefined && { repeats: UNNOTED }),
    async run(trial) {
      goSlow(trial, fault)
      const all = await askBoth(trial, '')
      await finish(trial, all)
      await checkTries(trial, all)
    },
  },
  {
    name: `chat: both ${name} to a word in between`,
    breaks: `each platform takes the first call about a job at work, and they ${name}`,
    repetitions: 1,
    // Slack knows no key for a message: what it took without saying so, nobody can find again.
    ...(fault.drop === undefined && { unheard: 'slack' }),
    async run(trial) {
      goSlow(trial, fault)
      const all = await askBoth(trial, WORK)
      await finish(trial, all)
      for (const asked of all) {
        const row = await trial.row(asked)
        const ms = Number(row?.ended_at) - Number(row?.created_at)
        trial.check(
          ms > CALL_MS,
          `${asked.platform}: the end did not wait for the word on its way, but came after ${ms} ms`,
        )
      }
    },
  },
  {
    name: `chat: both ${name} to the last word, after one in between`,
    breaks: `each platform takes the edit with the answer of a job, and they ${name}`,
    repetitions: 1,
    async run(trial) {
      const { control } = trial.house
      const ends = control.trap({ at: 'end', phase: 'before', deed: { do: 'hold' }, times: 2 })
      const all = await askBoth(trial, WORK)
      trial.check(await until(() => ends.hits === 2), 'not both came to their end')
      goSlow(trial, fault)
      ends.release()
      await finish(trial, all)
      await checkTries(trial, all)
    },
  },
])
