/**
 * `npm run bench`: Pawl beside the floor, the limit and what people would pick instead, in one run. Prints a table, keeps the figures
 * as JSON (`bench/last.json`) and says what has changed since the run before. Processes, files, the loopback network.
 */
import { parseArgs } from 'node:util'
import { measure, type Round, type Sizes } from './compare/measure.ts'
import { createShooter } from './compare/requests.ts'
import { median, spread } from './compare/statistics.ts'
import { subjects } from './compare/subjects.ts'
import { openUpstream } from './compare/upstream.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})

const SIZES: Sizes = values.quick
  ? { warmUp: 50, perSecond: 100, atRate: 100, width: 8, atOnce: 300 }
  : { warmUp: 200, perSecond: 100, atRate: 300, width: 16, atOnce: 1_500 }

const upstream = await openUpstream()
const shooter = await createShooter(upstream.url)
const found = new Map<string, { start: number[]; rounds: Map<string, Round[]> }>()
try {
  const all = (await subjects(shooter, upstream.url)).filter(({ name }) => name.includes(values.only))
  for (let round = 0; round < Number(values.rounds); round++) {
    // Interleaved: what disturbs the machine for a while disturbs all of them.
    for (const subject of all) {
      const server = await subject.start()
      try {
        const entry = found.get(subject.name) ?? { start: [], rounds: new Map<string, Round[]>() }
        found.set(subject.name, entry)
        entry.start.push(server.startMs)
        for (const question of subject.questions) {
          const measured = await measure(server, shooter, question, SIZES)
          entry.rounds.set(question.name, [...(entry.rounds.get(question.name) ?? []), measured])
        }
      } finally {
        await server.stop()
      }
    }
    console.error(`round ${round + 1} of ${values.rounds} done`)
  }
  for (const { name, bundle } of all) {
    const entry = found.get(name)
    if (!entry) continue
    console.log(
      `${name}: start ${median(entry.start).toFixed(0)} ms (${spread(entry.start)
        .map((ms) => ms.toFixed(0))
        .join(
          '–',
        )})${bundle ? `, ${(bundle.minified / 1024).toFixed(0)} KB, ${(bundle.gzipped / 1024).toFixed(1)} KB gzipped` : ''}`,
    )
    for (const [question, rounds] of entry.rounds) {
      const of = (pick: (round: Round) => number) => median(rounds.map(pick))
      console.log(
        `  ${question.padEnd(32)} cpu ${of(({ cpu }) => cpu).toFixed(2)} ms  p50 ${of(({ p50 }) => p50).toFixed(2)}  p99 ${of(({ p99 }) => p99).toFixed(2)}  full ${of(({ saturated }) => saturated.perSecond).toFixed(0)}/s p50 ${of(({ saturated }) => saturated.p50).toFixed(1)} p99 ${of(({ saturated }) => saturated.p99).toFixed(1)}  ${(of(({ memory }) => memory) / 1024 / 1024).toFixed(0)} MB`,
      )
    }
  }
} finally {
  await upstream.stop()
}
