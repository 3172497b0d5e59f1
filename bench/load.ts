/**
 * `npm run bench:load [-- --seconds 600 --rate 20]`: people on Slack and Discord type commands of every kind at a steady rate, into
 * the real worker on real workerd; then the checker of the fault experiments says whether anything was lost. Prints how long
 * answers took, how large the database is, and how much memory workerd took. Ends with 1 on a violation. Processes, files,
 * the loopback network.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findViolations } from '../test/faults/checker.ts'
import { collect } from '../test/faults/evidence.ts'
import { lineOf } from '../test/faults/experiments/lines.ts'
import { type Asked, type FaultHouse, openHouse } from '../test/faults/house.ts'
import { pause } from '../test/faults/trial.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, rate: { type: 'string', default: '20' } },
})
const seconds = Number(values.seconds)
const rate = Number(values.rate)

/** The platforms drop an answer after this. */
const ANSWER_MS = 3_000
/** The last jobs may still wait in the queue. */
const SETTLE_MS = 300_000
/** Runs that the checker looks at in one go. */
const PART = 500
const MEMORY_EVERY_MS = 5_000

interface Kind {
  readonly name: string
  readonly as: string
  line(tag: string): string
}
const PIPE = `seed '[{"host":"a","load":3},{"host":"b","load":1},{"host":"c","load":2}]' | filter 'load > 1' | sort load --desc`
const kind = (name: string, line: Kind['line'], as = 'ada'): Kind => ({ name, as, line })
/** Twenty commands: what is said in one second at the usual rate. */
const MIX: readonly Kind[] = [
  ...Array.from({ length: 7 }, () => kind('inline, read', (tag) => lineOf('look', tag))),
  ...Array.from({ length: 4 }, () => kind('inline, write', (tag) => lineOf('touch', tag))),
  ...Array.from({ length: 3 }, () => kind('denied', (tag) => lineOf('touch', tag), 'grace')),
  ...Array.from({ length: 3 }, () => kind('pipeline of three', () => `/pawl ${PIPE}`)),
  kind('job', (tag) => lineOf('work', tag)),
  kind('job', (tag) => lineOf('rework', tag)),
  kind('job', (tag) => lineOf('solo', tag)),
]

interface Sent {
  readonly kind: string
  readonly asked: Asked
}

async function load(house: FaultHouse): Promise<Sent[]> {
  const sent: Sent[] = []
  const flying = new Set<Promise<unknown>>()
  const start = Date.now()
  for (let i = 0; i < seconds * rate; i++) {
    const wait = start + (i * 1_000) / rate - Date.now()
    if (wait > 0) await pause(wait)
    // A number without a common factor with the mix, so that each kind comes from both platforms.
    const { name, as, line } = MIX[(i * 7) % MIX.length] ?? kind('inline, read', (tag) => lineOf('look', tag))
    const on = Math.floor(i / MIX.length) % 2 === 0 ? 'slack' : 'discord'
    const asked = await house.prepares(line(`t${i}`), { on, as })
    sent.push({ kind: name, asked })
    const flight: Promise<unknown> = asked.send().finally(() => flying.delete(flight))
    flying.add(flight)
  }
  await Promise.all(flying)
  return sent
}

/** Kilobytes that workerd has in memory: of all of that name below this process. */
function memory(): number {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const mine = new Set([String(process.pid)])
  let sum = 0
  // Children stand behind their parents' pid, but for a number that began again: then a figure is too small, once.
  for (const [pid = '', parent = '', rss = '', name = ''] of rows) {
    if (!mine.has(parent)) continue
    mine.add(pid)
    if (name.startsWith('workerd')) sum += Number(rss)
  }
  return sum
}

function databaseBytes(state: string): number {
  const folder = join(state, 'v3', 'd1')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.sqlite'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

function line(name: string, times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const figures = [percentile(sorted, 0.5), percentile(sorted, 0.99), sorted.at(-1) ?? 0]
  return `| ${name} | ${sorted.length} | ${figures.map((ms) => `${Math.round(ms)} ms`).join(' | ')} |`
}

const house = await openHouse({ bare: true })
try {
  // The first request compiles the rules.
  await (await house.prepares(lineOf('look', 'warm'))).send()
  const before = memory()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, memory())
  }, MEMORY_EVERY_MS)
  const sent = await load(house)
  const runs = house.asked.map(({ run }) => run)
  const settled = await house.settle(runs, { withinMs: SETTLE_MS, stallMs: 30_000 })
  clearInterval(watch)

  const violations = settled ? [] : ['not everything came to an end']
  for (let i = 0; i < house.asked.length; i += PART)
    violations.push(
      ...findViolations(await collect(house, house.asked.slice(i, i + PART), { killed: false, unheard: null })),
    )
  for (const { id, state, line: typed } of await house.sql(
    "SELECT id, state, line FROM runs WHERE state NOT IN ('succeeded', 'denied')",
  ))
    violations.push(`run ${id} (${typed}) is ${state}`)
  const failed = sent.filter(({ asked }) => asked.exchange?.failure !== null)
  const late = sent.filter(({ asked }) => (asked.exchange?.ms ?? ANSWER_MS) >= ANSWER_MS)
  const jobs = await house.sql(
    `SELECT a.at - r.created_at AS ms FROM runs r JOIN audit a ON a.run = r.id AND a.code = 'reply.delivered' WHERE r.mode = 'job'`,
  )
  const states = await house.sql('SELECT state, count(*) AS n FROM runs GROUP BY state ORDER BY n DESC')
  const [size] = await house.sql(
    'SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM audit) AS audit, (SELECT count(*) FROM outbox) AS outbox',
  )

  console.log(`${sent.length} commands, ${rate} a second for ${seconds} s, Node ${process.version}\n`)
  console.log('| the answer to | commands | p50 | p99 | longest |\n| --- | ---: | ---: | ---: | ---: |')
  const answers = (of: readonly Sent[]) => of.map(({ asked }) => asked.exchange?.ms ?? 0)
  console.log(line('all', answers(sent)))
  for (const [name, of] of Map.groupBy(sent, (one) => one.kind)) console.log(line(name, answers(of)))
  console.log(
    line(
      "a job's own message, from the request",
      jobs.map(({ ms }) => Number(ms)),
    ),
  )
  console.log(`\nstates: ${states.map(({ state, n }) => `${n} ${state}`).join(', ')}`)
  console.log(`no answer or a wrong one: ${failed.length}; after 3 s: ${late.length}`)
  console.log(
    `D1: ${(databaseBytes(house.state) / 2 ** 20).toFixed(1)} MB; ${size?.runs} runs, ${size?.audit} audit rows, ${size?.outbox} answers in the outbox`,
  )
  console.log(`workerd: ${Math.round(before / 1_024)} MB at the start, ${Math.round(most / 1_024)} MB at most`)
  console.log(`violations: ${violations.length}${violations.map((it) => `\n  ${it}`).join('')}`)
  process.exitCode = violations.length + failed.length === 0 ? 0 : 1
} finally {
  await house.stop()
}
