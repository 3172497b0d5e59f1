/** `pawl cost`: what a number of commands costs on Cloudflare, and what runs out first. Reads the file that was measured; writes to stdout. */
import { readArguments } from '../arguments.ts'
import { estimate } from '../cost/estimate.ts'
import { type Measured, readMeasured } from '../cost/measured.ts'
import { countsOf, DEFAULT_MIX, readMix } from '../cost/mix.ts'
import { type Plan, reportOf } from '../cost/report.ts'

const PLANS: ReadonlyMap<string, Plan> = new Map([
  ['free', 'free'],
  ['paid', 'paid'],
])

const USAGE = `npm run -s pawl -- cost [--commands <number>] [--jobs <number>] [--mix read=70,write=30,job=1]
         [--months <number>] [--plan free|paid] [--json]
  --commands  a month, jobs among them; 100000
  --jobs      of these; a tenth
  --mix       parts of read, write, denied, pipeline, duplicate; and, of the jobs, of job and locked
  --months    how long commands have been kept in the database; 1
  --plan      what concerns one plan only
  --json      the figures alone`

const DEFAULT_COMMANDS = 100_000
const JOBS_OF = 0.1
/** A thousand times what any chat has; above it, floating point would have its own ideas. */
const COMMANDS_MOST = 1e12
/** A hundred years. */
const MONTHS_MOST = 1_200

/** Exit code 0; 1 when the measured file cannot be used, 2 for wrong arguments. */
export async function cost(argv: string[]): Promise<number> {
  const asked = readAsked(argv)
  if (typeof asked === 'string') return refuse(asked)
  if (asked === null) return 2
  const measured = measuredOrTell()
  if (measured === null) return 1
  const { wanted, plan, json } = asked
  const answer = estimate(measured, wanted)
  process.stdout.write(json ? `${JSON.stringify(answer, null, 2)}\n` : reportOf(answer, plan))
  return 0
}

interface Asked {
  readonly wanted: Parameters<typeof estimate>[1]
  readonly plan: Plan | null
  readonly json: boolean
}

/** What is wrong as a string; null when that has been said. */
function readAsked(argv: string[]): Asked | string | null {
  const read = readArguments(
    argv,
    {
      commands: { type: 'string' },
      jobs: { type: 'string' },
      mix: { type: 'string' },
      months: { type: 'string' },
      plan: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    USAGE,
  )
  if (read === null) return null
  const { values, positionals } = read
  if (positionals.length > 0) return `"${positionals[0]}" is no option.`
  const commands = numberIn(values.commands, DEFAULT_COMMANDS, COMMANDS_MOST)
  if (commands === null) return `--commands is a whole number up to ${COMMANDS_MOST}, not "${values.commands}".`
  const jobs = numberIn(values.jobs, Math.round(commands * JOBS_OF), COMMANDS_MOST)
  if (jobs === null) return `--jobs is a whole number up to ${COMMANDS_MOST}, not "${values.jobs}".`
  const months = numberIn(values.months, 1, MONTHS_MOST)
  if (months === null || months < 1)
    return `--months is a whole number from 1 to ${MONTHS_MOST}, not "${values.months}".`
  const plan = values.plan === undefined ? null : PLANS.get(values.plan)
  if (plan === undefined) return `--plan is free or paid, not "${values.plan}".`
  const mix = values.mix === undefined ? { ok: true as const, mix: DEFAULT_MIX } : readMix(values.mix)
  if (!mix.ok) return mix.why
  const counts = countsOf(commands, jobs, mix.mix)
  if (!counts.ok) return counts.why
  return { wanted: { commands, jobs, counts: counts.counts, months }, plan, json: values.json }
}

/** Null for what is no whole number within reach. */
function numberIn(text: string | undefined, otherwise: number, most: number): number | null {
  if (text === undefined) return otherwise
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value <= most ? value : null
}

function measuredOrTell(): Measured | null {
  try {
    return readMeasured()
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return null
  }
}

function refuse(why: string): number {
  console.error(`${why}\nusage: ${USAGE}`)
  return 2
}
