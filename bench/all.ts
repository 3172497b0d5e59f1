/**
 * `npm run bench:all [-- --only pipelines,growth --quick]`: every benchmark but the load, one after the other, into one table; keeps
 * the figures in `.pawl/bench-all.json` and says what has moved by more than a tenth since the run before. Ends with 1 when one of
 * them finds something wrong, never for a time. Processes, files.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import {
  auditFigures,
  compareFigures,
  type Figure,
  growthFigures,
  jobStartFigures,
  languageFigures,
  pipelineFigures,
  policyFigures,
  tableOf,
} from './all/figures.ts'
import { loadNow, machineNow } from './audit/machine.ts'
import { changeOf } from './compare/report.ts'

interface Part {
  readonly name: string
  /** For a look at whether everything runs; its figures are not kept. */
  readonly quick: readonly string[]
  readonly figures: (json: never) => Figure[]
}

const PARTS: readonly Part[] = [
  { name: 'compare', quick: ['--quick', '--rounds', '1'], figures: compareFigures },
  { name: 'job-start', quick: ['--jobs', '10'], figures: jobStartFigures },
  { name: 'growth', quick: [], figures: growthFigures },
  { name: 'pipelines', quick: ['--rounds', '1'], figures: pipelineFigures },
  { name: 'language', quick: [], figures: languageFigures },
  { name: 'policy', quick: [], figures: policyFigures },
  { name: 'audit', quick: ['--lines', '10000'], figures: auditFigures },
]

interface Kept {
  readonly at: string
  readonly figures: readonly Figure[]
}

const KEPT = join(import.meta.dirname, '..', '.pawl', 'bench-all.json')

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, quick: { type: 'boolean', default: false } },
})
const only = values.only.split(',').filter((name) => name !== '')
const unknown = only.filter((name) => !PARTS.some((part) => part.name === name))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}: the parts are ${PARTS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

/** What a benchmark prints with `--json`, and whether it ended well. What it says meanwhile is passed on. */
async function run({ name, quick }: Part): Promise<{ readonly output: string; readonly code: number | null }> {
  const file = join(import.meta.dirname, `${name}.ts`)
  const child = spawn(process.execPath, [file, '--json', ...(values.quick ? quick : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { output: await text(child.stdout), code: await ended }
}

const { at, cpu, cores, node, load } = machineNow()
const figures: Figure[] = []
const outputs: Record<string, unknown> = {}
const wrong: string[] = []
for (const part of PARTS.filter(({ name }) => only.length === 0 || only.includes(name))) {
  console.error(`${part.name} …`)
  const { output, code } = await run(part)
  if (code !== 0) wrong.push(`${part.name} ended with ${code}: see what it said above`)
  // A server under test may have said something before.
  const start = output.search(/^\{/m)
  if (start === -1) continue
  const json = JSON.parse(output.slice(start)) as never
  outputs[part.name] = json
  figures.push(...part.figures(json))
}

console.log(`${at}, ${cpu}, ${cores} cores, Node ${node}, load ${load} before and ${loadNow()} after\n`)
console.log(tableOf(figures))
const before = existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as Kept) : null
if (before) {
  const changes = figures.flatMap(({ name, value, unit }) => {
    const was = before.figures.find((one) => one.name === name)?.value
    return changeOf(name, was, value, unit) ?? []
  })
  console.log([`\nsince ${before.at}:`, ...(changes.length === 0 ? ['nothing moved'] : changes)].join('\n'))
}
// A part of them, or a look at them, is nothing to compare the next run with.
if (only.length === 0 && !values.quick) {
  mkdirSync(dirname(KEPT), { recursive: true })
  writeFileSync(KEPT, JSON.stringify({ at, figures, outputs }))
}
for (const fault of wrong) console.error(`wrong: ${fault}`)
process.exitCode = wrong.length === 0 ? 0 : 1
