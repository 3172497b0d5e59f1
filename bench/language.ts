/**
 * `npm run bench:language [-- --json]`: what reading a line costs (parse, plan with binding), and a ten-stage pipeline over 1,000 records per
 * stage and record. Runs in Node; prints medians of interleaved rounds. Nothing is asserted: a figure is for people.
 */
import { parseArgs } from 'node:util'
import type { Context } from '../src/command/command.ts'
import { defineCommand } from '../src/command/define.ts'
import { loadRegistry } from '../src/command/house-registry.ts'
import { createRegistry } from '../src/command/registry.ts'
import { runPipeline } from '../src/engine/pipeline.ts'
import type { RunnablePlan } from '../src/engine/plan.ts'
import { planInput } from '../src/engine/planner.ts'
import { parsePipeline } from '../src/language/parse.ts'
import { median, spread } from './compare/statistics.ts'

export interface LanguageFigures {
  /** Of one line: reading it; reading it, finding its command, binding its arguments. */
  readonly parseUs: number
  readonly planUs: number
  /** Of ten stages over 1,000 records, and of one record in one of them. */
  readonly pipelineMs: number
  readonly stageRecordNs: number
}

const ROUNDS = 15
const LINES = 2_000
const RECORDS = 1_000

const LINE = 'deploy web --env=staging --no-force'
const PIPELINE = [
  'hosts',
  "filter 'n >= 0'",
  'sort n',
  'set twice $n --json',
  'pick n name up',
  "filter 'name matches host'",
  'sort name --desc',
  'unique',
  'tail 1000',
  'count',
].join(' | ')

/** A source of records that no line could hold. */
const hosts = defineCommand({
  name: 'hosts',
  summary: 'Give records',
  input: 'none',
  effects: 'read',
  rules: ['when command is hosts allow'],
  handler: () =>
    Array.from({ length: RECORDS }, (_, i) => ({ n: (i * 7919) % RECORDS, name: `host-${i}`, up: i % 3 > 0 })),
})

const registry = createRegistry([...loadRegistry().all(), hosts].map((command) => ({ file: command.name, command })))

function planOf(text: string): RunnablePlan {
  const plan = planInput(registry, { kind: 'line', text }, 'plain')
  if (plan.ok) return plan
  throw new Error(JSON.stringify(plan.explain(registry.all())))
}

async function time(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const repeat = (times: number, work: () => void) => () => {
  for (let i = 0; i < times; i++) work()
}

const plan = planOf(PIPELINE)
const signal = new AbortController().signal
const context = { record: {}, records: [], signal, now: () => 0 } as unknown as Context
const runOnce = async () => {
  const outcome = await runPipeline({
    stages: plan.stages,
    signal,
    contextOf: () => context,
    authorise: async () => null,
    report: () => {},
  })
  if (outcome.state !== 'succeeded') throw new Error(JSON.stringify(outcome))
}

const cases = {
  parse: repeat(LINES, () => parsePipeline(LINE)),
  plan: repeat(LINES, () => planOf(LINE)),
  pipeline: runOnce,
}

const times: Record<keyof typeof cases, number[]> = { parse: [], plan: [], pipeline: [] }
for (let round = -3; round < ROUNDS; round++)
  for (const [name, work] of Object.entries(cases) as [keyof typeof cases, () => void | Promise<void>][]) {
    const ms = await time(work)
    // The first rounds warm the compiler up.
    if (round >= 0) times[name].push(ms)
  }

const stages = plan.stages.length
const figures: LanguageFigures = {
  parseUs: round((median(times.parse) * 1_000) / LINES),
  planUs: round((median(times.plan) * 1_000) / LINES),
  pipelineMs: round(median(times.pipeline)),
  stageRecordNs: Math.round((median(times.pipeline) * 1_000_000) / stages / RECORDS),
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function range(values: readonly number[]): string {
  const [least, most] = spread(values)
  return `${least.toFixed(2)} to ${most.toFixed(2)} ms`
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
if (values.json) console.log(JSON.stringify({ node: process.version, language: figures }))
else {
  const { parseUs, planUs, pipelineMs, stageRecordNs } = figures
  console.log(`Node ${process.version}, median of ${ROUNDS} rounds`)
  console.log(`parse            ${parseUs} µs a line   (${LINES} lines: ${range(times.parse)})`)
  console.log(`parse, look up, bind ${planUs} µs a line   (${LINES} lines: ${range(times.plan)})`)
  console.log(
    `pipeline of ${stages} stages, ${RECORDS} records: ${pipelineMs} ms, ${stageRecordNs} ns a stage and record   (${range(times.pipeline)})`,
  )
}
