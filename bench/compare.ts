/**
 * `npm run bench`: Pawl beside the floor, the limit and what people would pick instead, in one run. Prints tables, keeps the figures
 * in `.pawl/bench.json`, and says what has moved by more than a tenth since the run before. Ends with 1 when an answer is not the
 * expected one, never for a time. Processes, files, the loopback network.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measure, type Round, type Sizes } from './compare/measure.ts'
import { changesSince, figuresOf, type Report, tablesOf } from './compare/report.ts'
import { createShooter } from './compare/requests.ts'
import { median } from './compare/statistics.ts'
import { type Subject, subjects } from './compare/subjects.ts'
import { openUpstream } from './compare/upstream.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})

/** What is kept between runs; the folder is no part of the repository. */
const KEPT = join(import.meta.dirname, '..', '.pawl', 'bench.json')

const SIZES: Sizes = values.quick
  ? { warmUp: 50, perSecond: 100, atRate: 100, width: 8, atOnce: 300 }
  : { warmUp: 500, perSecond: 100, atRate: 300, width: 16, atOnce: 1_500 }

interface Found {
  readonly starts: number[]
  readonly rounds: Map<string, Round[]>
}

const upstream = await openUpstream()
try {
  const shooter = await createShooter(upstream.url)
  const all = (await subjects(shooter, upstream.url)).filter(({ name }) => name.includes(values.only))
  const found = new Map<Subject, Found>(all.map((subject) => [subject, { starts: [], rounds: new Map() }]))
  for (let round = 1; round <= Number(values.rounds); round++) {
    // Interleaved: what disturbs the machine for a while disturbs all of them.
    for (const [subject, { starts, rounds }] of found) {
      const server = await subject.start()
      try {
        starts.push(server.startMs)
        for (const question of subject.questions) {
          const measured = await measure(server, shooter, question, SIZES)
          rounds.set(question.name, [...(rounds.get(question.name) ?? []), measured])
        }
      } finally {
        await server.stop()
      }
    }
    console.error(`round ${round} of ${values.rounds} is done`)
  }
  const report = reportOf(found)
  console.log(values.json ? JSON.stringify(report) : tablesOf(report))
  const before = existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as Report) : null
  if (before) {
    const changes = changesSince(before, report)
    console.error([`\nsince ${before.at}:`, ...(changes.length === 0 ? ['nothing moved'] : changes)].join('\n'))
  }
  // A quick look is nothing to compare the next run with.
  if (!values.quick) {
    mkdirSync(join(KEPT, '..'), { recursive: true })
    writeFileSync(KEPT, JSON.stringify(report))
  }
} finally {
  await upstream.stop()
}

function reportOf(found: ReadonlyMap<Subject, Found>): Report {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`
  const kb = (bytes: number | undefined) => (bytes === undefined ? null : Math.round(bytes / 102.4) / 10)
  return {
    at: new Date().toISOString(),
    machine,
    sizes: [...found].map(([{ name, bundle }, { starts }]) => ({
      subject: name,
      startMs: Math.round(median(starts)),
      minifiedKb: kb(bundle?.minified),
      gzippedKb: kb(bundle?.gzipped),
    })),
    figures: [...found].flatMap(([{ name }, { rounds }]) =>
      [...rounds].map(([question, measured]) => figuresOf(name, question, measured)),
    ),
  }
}
