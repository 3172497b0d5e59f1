/**
 * `npm run test:faults`: every experiment, repeated, in houses side by side; prints a table and ends with 1 on any violation.
 * `--seed N` repeats a run, `--only WORDS` takes the experiments with these words in their name, `--repetitions N` and
 * `--lanes N` change how often and how many at a time. Processes, files, the loopback network.
 */
import { parseArgs } from 'node:util'
import { experiments } from './experiments/index.ts'
import { type FaultHouse, openHouse } from './house.ts'
import { type Experiment, tryOnce } from './trial.ts'

/** Two per core of the machine that this is written for, as an experiment waits for more than half of its time. */
const LANES = 4
/** After this only what has not been tried at all is still begun: a whole run is to stay under 13 minutes. */
const ENOUGH_MS = 10 * 60_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    only: { type: 'string' },
    repetitions: { type: 'string' },
    lanes: { type: 'string' },
    verbose: { type: 'boolean' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const chosen = experiments.filter(({ name }) => name.includes(values.only ?? ''))

interface Line {
  repetitions: number
  asked: number
  ms: number
  readonly violations: string[]
}
const table = new Map<Experiment, Line>(
  chosen.map((experiment) => [experiment, { repetitions: 0, asked: 0, ms: 0, violations: [] }]),
)
const todo = chosen
  .flatMap((experiment, i) =>
    Array.from({ length: Number(values.repetitions ?? experiment.repetitions) }, (_, repetition) => ({
      experiment,
      repetition,
      seed: (seed + i * 1_000 + repetition) >>> 0,
    })),
  )
  // Everything once before anything twice.
  .toSorted((a, b) => a.repetition - b.repetition)
const started = Date.now()

async function lane(): Promise<void> {
  let house: FaultHouse | null = null
  for (;;) {
    const next = todo.shift()
    if (!next) break
    if (next.repetition > 0 && Date.now() - started > ENOUGH_MS) continue
    house ??= await openHouse()
    const start = Date.now()
    const { violations, asked } = await tryOnce(house, next.experiment, next.seed)
    const line = table.get(next.experiment)
    if (!line) throw new Error('an experiment that is not in the table')
    line.repetitions += 1
    line.asked += asked
    line.ms += Date.now() - start
    line.violations.push(...violations.map((violation) => `${violation} (seed ${next.seed})`))
    if (values.verbose || violations.length > 0)
      console.log(`${next.experiment.name}: ${Date.now() - start} ms${violations.map((it) => `\n  ${it}`).join('')}`)
    // What has gone wrong must not be counted twice.
    if (violations.length > 0) {
      await house.stop()
      house = null
    }
  }
  await house?.stop()
}

console.log(`seed ${seed}: ${chosen.length} experiments, ${todo.length} repetitions`)
await Promise.all(Array.from({ length: Number(values.lanes ?? LANES) }, lane))

const lines = [...table].map(([{ name, breaks }, { repetitions, asked, ms, violations }]) => ({
  name,
  breaks,
  repetitions,
  asked,
  violations: violations.length,
  seconds: (ms / 1_000).toFixed(1),
}))
const width = Math.max(0, ...lines.map(({ name }) => name.length))
console.log(`\n${'experiment'.padEnd(width)}  repetitions  commands  violations  seconds  what breaks`)
for (const { name, breaks, repetitions, asked, violations, seconds } of lines)
  console.log(
    `${name.padEnd(width)}  ${String(repetitions).padStart(11)}  ${String(asked).padStart(8)}  ${String(violations).padStart(10)}  ${seconds.padStart(7)}  ${breaks}`,
  )
const total = lines.reduce((sum, { violations }) => sum + violations, 0)
const repetitions = lines.reduce((sum, line) => sum + line.repetitions, 0)
console.log(
  `\n${lines.length} experiments, ${repetitions} repetitions, ${total} violations, ${Math.round((Date.now() - started) / 1_000)} s, seed ${seed}`,
)
process.exitCode = total === 0 && repetitions > 0 ? 0 : 1
