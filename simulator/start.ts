/** `npm start`: the worker, a local Slack and Discord, and a chat in the terminal; without a terminal, a script or the tour. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readLines } from './input.ts'
import { type Launched, type LaunchOptions, launch } from './launch.ts'
import { playLines, prompt } from './play.ts'
import { endOnSignals } from './signals.ts'
import { playTour } from './tour.ts'

/** The tour starts from nothing each time, and leaves what you made in the chat alone. */
const TOUR_STATE = join(import.meta.dirname, '..', '.pawl', 'tour')

async function run(): Promise<number> {
  if (process.stdin.isTTY) {
    return within({}, async ({ simulator, url }) => {
      console.log(`Pawl listens on ${url}; Slack and Discord are local, nothing leaves this machine.`)
      await prompt(simulator)
      return 0
    })
  }
  const { some, lines } = await readLines(process.stdin)
  if (some) {
    return within({}, async ({ simulator }) => {
      await playLines(simulator, lines)
      return 0
    })
  }
  rmSync(TOUR_STATE, { recursive: true, force: true })
  return within({ persistTo: TOUR_STATE }, ({ simulator, simulatorUrl }) =>
    playTour(simulator, simulatorUrl, (text) => console.log(text)),
  )
}

/** Runs with everything started, and ends it whatever happens. */
async function within(options: LaunchOptions, use: (launched: Launched) => Promise<number>): Promise<number> {
  const launched = await launch(options)
  endOnSignals(launched)
  try {
    return await use(launched)
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
