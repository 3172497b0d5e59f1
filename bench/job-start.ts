/**
 * `npm run bench:job-start [-- --jobs 100] [--json]`: how long after its acknowledgement a job starts, on real workerd: from the end
 * of the HTTP response to the first thing that the handler does, a call back to this process. From Slack and Discord by turns; first
 * one job at a time, then each as soon as the one before has started. Ends with 1 when a job does not start, never for a time.
 * Processes, the loopback network.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { bundle } from './compare/bundle.ts'
import { atOnce } from './compare/fire.ts'
import { createShooter, type Wanted } from './compare/requests.ts'
import { percentile } from './compare/statistics.ts'
import { bindingsOf, startPawl } from './compare/subjects.ts'
import { openUpstream } from './compare/upstream.ts'
import { openListener } from './job-start/listener.ts'

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } },
})
const jobs = Number(values.jobs)
if (!Number.isSafeInteger(jobs) || jobs < 1) {
  console.error('Usage: npm run -s bench:job-start [-- --jobs <number>] [--json]')
  process.exit(2)
}

/** Milliseconds. */
export interface StartFigures {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly longest: number
}

/** Before anything is measured. */
const WARM_UP = 3
/** Of those that follow each other. */
const CROWDED = 20
/** The sweeper would have found it by then. */
const START_MS = 60_000
/** After its message a job's consumer has a row to write; then the queue is idle. */
const REST_MS = 100

/** What issue 8 asks for. */
const ASKED_MS = 100

const upstream = await openUpstream()
const listener = await openListener()
try {
  const shooter = await createShooter(upstream.url)
  const bindings = { ...bindingsOf(shooter.secrets), BENCH_STARTED: listener.url }
  const server = await startPawl(await bundle('bench/job-start/worker.ts'), bindings, upstream.url)
  try {
    let nth = 0
    const wait = async () => {
      nth += 1
      const tag = `j${nth}`
      const platform: Wanted['platform'] = nth % 2 === 0 ? 'slack' : 'discord'
      const shots = await shooter.shots({ platform, command: '/pawl', line: `begin ${tag}`, who: 'ada' }, 1)
      await atOnce(server.url, shots, 1, { status: 200, text: 'Queued' })
      const acknowledged = performance.now()
      const started = await Promise.race([listener.started(tag), pause(START_MS, null, { ref: false })])
      if (started === null) throw new Error(`job ${tag} did not start within ${START_MS} ms`)
      return started - acknowledged
    }
    const alone: number[] = []
    for (let job = -WARM_UP; job < jobs; job++) {
      const posted = upstream.posted.length
      const ms = await wait()
      if (job >= 0) alone.push(ms)
      while (upstream.posted.length === posted) await pause(REST_MS)
      await pause(REST_MS)
    }
    const crowded: number[] = []
    while (crowded.length < CROWDED) crowded.push(await wait())
    const figures = { alone: figuresOf(alone), crowded: figuresOf(crowded) }
    if (values.json) console.log(JSON.stringify({ jobStart: figures }))
    else {
      console.log('| | jobs | p50 | p99 | longest |\n| --- | ---: | ---: | ---: | ---: |')
      for (const [name, { count, p50, p99, longest }] of Object.entries(figures))
        console.log(`| ${name} | ${count} | ${p50} ms | ${p99} ms | ${longest} ms |`)
      console.log(`At most ${ASKED_MS} ms are asked for of one that is alone.`)
    }
  } finally {
    await server.stop()
  }
} finally {
  await listener.stop()
  await upstream.stop()
}

function figuresOf(waits: readonly number[]): StartFigures {
  const at = (part: number) => round1(percentile(waits, part))
  return { count: waits.length, p50: at(0.5), p99: at(0.99), longest: at(1) }
}

function round1(ms: number): number {
  return Math.round(ms * 10) / 10
}
