/** `npm start`: the worker, a local Slack and Discord, and a chat in the terminal; without a terminal, a script or a tour. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readLines } from './input.ts'
import { type Launched, type LaunchOptions, launch } from './launch.ts'
import { SPEED_MAX } from './pace.ts'
import { playLines, prompt } from './play.ts'
import { endOnSignals } from './signals.ts'
import { playTour, type Step } from './tour.ts'
import { CARE_TOUR } from './tour-care.ts'
import { JOBS_SPEED, JOBS_TOUR } from './tour-jobs.ts'
import { MAIN_TOUR } from './tour-main.ts'

/** Each tour starts from nothing, and leaves what you made in the chat alone; so does the chat on a fast clock, whose times are to come. */
const STATE = join(import.meta.dirname, '..', '.pawl')

/** Tours that take no longer than they take. */
const WALL_TOURS = new Map([
  ['main', MAIN_TOUR],
  ['care', CARE_TOUR],
])

const USAGE = `npm start                       a local Slack and Discord, and a chat in the terminal (/help there)
npm start < script.txt          the lines of a file, one after the other
npm start -- --tour main        a tour, each step checked: main, care or jobs
npm start -- --speed 15         the chat, or a script, on a clock that runs 1 to ${SPEED_MAX} times as fast
npm start -- --help             this list

docs/simulator.md says more.`

const OPTIONS = { tour: { type: 'string' }, speed: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const

/** The options of the start; what is wrong with them is said with those that there are. */
function optionsTyped() {
  try {
    return parseArgs({ options: OPTIONS }).values
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
  }
}

async function run(): Promise<number> {
  const values = optionsTyped()
  if (values.help) {
    print(USAGE)
    return 0
  }
  const speed = values.speed === undefined ? undefined : Number(values.speed)
  if (values.tour === 'jobs') return await playJobs(speed ?? JOBS_SPEED)
  const slow = WALL_TOURS.get(values.tour ?? '')
  if (slow && speed !== undefined)
    throw new Error(`The ${values.tour} tour keeps to the wall’s clock: leave --speed out.`)
  if (slow) return await playOnWall(slow, values.tour === 'main' ? 'tour' : `tour-${values.tour}`)
  if (values.tour !== undefined)
    throw new Error(`There are three tours: --tour main, --tour care, --tour jobs; not ${values.tour}.`)
  const options: LaunchOptions = speed === undefined ? {} : { speed, persistTo: fresh('fast') }
  if (process.stdin.isTTY) {
    return within(options, async ({ simulator, url, restart }) => {
      console.log(`Pawl listens on ${url}; Slack and Discord are local, nothing leaves this machine.`)
      if (speed !== undefined) console.log(`The clock runs ${speed} times as fast, from an empty database.`)
      await prompt(simulator, restart)
      return 0
    })
  }
  const { some, lines } = await readLines(process.stdin)
  if (!some) return speed === undefined ? await playOnWall(MAIN_TOUR, 'tour') : await playJobs(speed)
  return within(options, async ({ simulator, restart }) => {
    await playLines(simulator, lines, restart)
    return 0
  })
}

const print = (text: string) => console.log(text)

function playOnWall(tour: readonly Step[], folder: string): Promise<number> {
  return within({ persistTo: fresh(folder) }, ({ simulator, simulatorUrl }) =>
    playTour({ simulator, origin: simulatorUrl, print }, tour),
  )
}

function playJobs(speed: number): Promise<number> {
  print(`The clock runs ${speed} times as fast; the times below are minutes and seconds of that clock.\n`)
  return within({ speed, persistTo: fresh('tour-jobs') }, ({ simulator, simulatorUrl, restart }) =>
    playTour(
      { simulator, origin: simulatorUrl, print, crash: restart, times: true, next: `npm start -- --speed ${speed}` },
      JOBS_TOUR,
    ),
  )
}

/** An empty state folder of this name. */
function fresh(name: string): string {
  const folder = join(STATE, name)
  rmSync(folder, { recursive: true, force: true })
  return folder
}

/** Runs with everything started, and ends it whatever happens. */
async function within(options: LaunchOptions, use: (launched: Launched) => Promise<number>): Promise<number> {
  const launched = await launch(options)
  endOnSignals(launched)
  try {
    const code = await use(launched)
    // The next minute does not come any more: what is in the audit log is sealed now. A worker that is down has nothing to seal.
    await launched.tick().catch(() => {})
    return code
  } finally {
    await launched.stop()
  }
}

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
// An input that nobody closes must not keep a finished start alive.
process.exit()
