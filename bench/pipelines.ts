/**
 * `npm run bench:pipelines [-- --rounds 9] [--json]`: lines of ten stages over 1,000 and 100,000 records in Pawl's engine, in this
 * process, beside jq doing the same, as a process. Ends with 1 when the two give different results, never for a time. Processes, a
 * temporary folder.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { median, spread } from './compare/statistics.ts'
import { engineOf, type Run } from './pipelines/engine.ts'
import { hostTexts, RECORDS_A_LINE } from './pipelines/hosts.ts'
import { type Jq, openJq } from './pipelines/jq.ts'
import { TRANSFORMATIONS } from './pipelines/lines.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(values.rounds)
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  console.error('Usage: npm run -s bench:pipelines [-- --rounds <number>] [--json]')
  process.exit(2)
}

const RECORDS = [RECORDS_A_LINE, 100 * RECORDS_A_LINE]

/** Milliseconds: the median of all rounds, the least, the greatest. */
export interface Time {
  readonly ms: number
  readonly least: number
  readonly most: number
}

export interface Measured {
  readonly name: string
  readonly records: number
  /** The first run, when nothing has been compiled yet; of the first size only. */
  readonly cold: number | null
  readonly pawl: Time
  /** The whole process. */
  readonly jqProcess: Time
  /** The same without what it takes on an empty input, round by round. */
  readonly jq: Time
  readonly equal: boolean
}

/** The first rounds let the compiler see the code, and both have their input in memory. */
const WARM_UP = 2

/** So often in each round, as a few milliseconds are measured badly. */
function timesARound(records: number): number {
  return records === RECORDS_A_LINE ? 10 : 1
}

interface Size {
  readonly records: number
  /** One for each line that is run. */
  readonly texts: readonly string[]
  /** The same, for jq. */
  readonly file: string
}

async function pawlOnce(
  run: Run,
  texts: readonly string[],
): Promise<{ readonly ms: number; readonly given: string[] }> {
  const given: string[] = []
  const start = performance.now()
  for (const text of texts) given.push(await run(text))
  return { ms: performance.now() - start, given }
}

async function measure(jq: Jq, empty: string, sizes: readonly Size[]): Promise<Measured[]> {
  const found: Measured[] = []
  for (const { name, line, jq: filter } of TRANSFORMATIONS) {
    const run = engineOf(line)
    let cold: number | null = null
    for (const { records, texts, file } of sizes) {
      const times = { pawl: [] as number[], process: [] as number[], jq: [] as number[] }
      const mean = async (once: () => number | Promise<number>) => {
        let sum = 0
        for (let time = 0; time < timesARound(records); time++) sum += await once()
        return sum / timesARound(records)
      }
      let ours: readonly string[] = []
      const pawlTime = async () => {
        const { ms, given } = await pawlOnce(run, texts)
        ours = given
        cold ??= ms
        return ms
      }
      for (let round = -WARM_UP; round < rounds; round++) {
        const pawl = await mean(pawlTime)
        const start = await mean(() => jq.run(filter, empty))
        const process = await mean(() => jq.run(filter, file))
        if (round < 0) continue
        times.pawl.push(pawl)
        times.process.push(process)
        times.jq.push(process - start)
      }
      const equal = isDeepStrictEqual(ours.map(parsed), jq.output().map(parsed))
      found.push({
        name,
        records,
        cold: records === RECORDS_A_LINE ? cold : null,
        pawl: timeOf(times.pawl),
        jqProcess: timeOf(times.process),
        jq: timeOf(times.jq),
        equal,
      })
      console.error(`${name}, ${records} records: done`)
    }
  }
  return found
}

function parsed(text: string): unknown {
  return JSON.parse(text)
}

function timeOf(times: readonly number[]): Time {
  const [least, most] = spread(times)
  return { ms: round1(median(times)), least: round1(least), most: round1(most) }
}

function round1(ms: number): number {
  return Math.round(ms * 10) / 10
}

function tableOf(all: readonly Measured[]): string {
  const time = ({ ms, least, most }: Time) => `${ms} ms (${least}–${most})`
  return [
    '| ten stages | records | Pawl | jq without its start | jq, the process | Pawl, part of jq | Pawl, first time |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...all.map(({ name, records, pawl, jq, jqProcess, cold }) => {
      const part = (pawl.ms / jq.ms).toFixed(2)
      const first = cold === null ? '' : `${round1(cold)} ms`
      return `| ${name} | ${records.toLocaleString('en')} | ${time(pawl)} | ${time(jq)} | ${time(jqProcess)} | ${part} | ${first} |`
    }),
  ].join('\n')
}

const jq = openJq()
try {
  const sizes = RECORDS.map((records): Size => {
    const texts = hostTexts(records)
    return { records, texts, file: jq.input(texts) }
  })
  const all = await measure(jq, jq.input([]), sizes)
  if (values.json) console.log(JSON.stringify({ node: process.version, jq: jq.version, rounds, pipelines: all }))
  else
    console.log(
      `Node ${process.version}, ${jq.version}, median of ${rounds} rounds (least–greatest)\n\n${tableOf(all)}`,
    )
  const different = all.filter(({ equal }) => !equal)
  for (const { name, records } of different)
    console.error(`wrong: Pawl and jq differ on "${name}" of ${records} records`)
  process.exitCode = different.length === 0 ? 0 : 1
} finally {
  jq.stop()
}
