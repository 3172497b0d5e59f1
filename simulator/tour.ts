/**
 * Plays a tour: steps, each with what must come of it. On a simulator that is passed in; prints through what is passed in.
 */
import type { ChatMessage, Entry, Exchange, PlatformName, Seat, Simulator } from './index.ts'
import { createScreen, wantsColour } from './screen.ts'
import { act } from './tour-act.ts'

export interface Step {
  /** What the step shows, in one line. */
  readonly caption: string
  /** `both`: at the same time, each with what it has kept itself. */
  readonly on: PlatformName | 'both'
  readonly as: string
  /** `#ops` unless given. */
  readonly in?: string
  /** The line that is typed, with placeholders (`tour-act.ts`). */
  readonly says?: string | Readonly<Record<PlatformName, string>>
  /** Lines typed before that, each until its final answer. */
  readonly first?: readonly string[]
  /** The label of the button that is pressed, the newest in the room. */
  readonly presses?: string
  /** The newest message that says this, in whose menu "Run with Pawl…" is used; `menu`: Slack's global shortcut. */
  readonly uses?: RegExp | 'menu'
  /** What is put into the fields of the form that is open or opens, by label; then it is sent. */
  readonly fills?: Readonly<Record<string, string>>
  /** A line typed so far: what is offered for it must say the expected. */
  readonly completes?: string
  /** What must say the expected instead of a message that answers: the form that is open, or a message in the room. */
  readonly looks?: 'form' | 'room'
  /** The worker is killed, and started again. */
  readonly crash?: true
  /** Remembers the exchange under a name, for a later step. */
  readonly keep?: string
  /** Looks at a remembered exchange instead of what came of this step. */
  readonly of?: string
  /** Sends the same signed request a second time, and wants nothing to come of it. */
  readonly again?: true
  /** `answer`: what is shown first; `words`: what says the expected; `final` (unless given): what is there in the end. */
  readonly await?: 'answer' | 'words' | 'final'
  /** What the message must say. */
  readonly expect: RegExp
  /** How long the message may take, in milliseconds of the wall; {@link FINAL_MS} unless given. */
  readonly withinMs?: number
  /** Who must be the only one to see it. */
  readonly privateTo?: string
  /** True when an interim message must have stood there before. */
  readonly deferred?: true
  /** True when no other message may be there for the same request. */
  readonly alone?: true
  /** How often at least the message must have been edited. */
  readonly edits?: number
  /** How long at least it must have taken since the request, in milliseconds of the simulator's clock. */
  readonly lasts?: number
}

export interface TourOptions {
  readonly simulator: Simulator
  /** The simulator's address. */
  readonly origin: string
  readonly print: (text: string) => void
  /** Kills the worker and starts it again. */
  readonly crash?: () => Promise<void>
  /** Shows with each line how much time has passed since the first one, on the simulator's clock; off unless set. */
  readonly times?: boolean
  /** What to type next, when all went well. */
  readonly next?: string
}

const FINAL_MS = 40_000
const ALONE_MS = 3_000
const NAMES: Readonly<Record<PlatformName, string>> = { slack: 'Slack', discord: 'Discord' }

/** Plays the steps and prints what every platform shows; 0 when every expectation held, else 1. */
export async function playTour(options: TourOptions, steps: readonly Step[]): Promise<number> {
  const { simulator, print, times = false, next = 'npm start' } = options
  const screen = createScreen(wantsColour(process.stdout, process.env))
  const kept = new Map<string, Exchange>()
  const failures: string[] = []
  let first: number | null = null
  const off = simulator.onEntry((entry) => {
    first ??= entry.at
    const line = screen.line(entry)
    if (line === null) return
    const margin = `  ${times ? `${passed(entry.at - first)} ` : ''}${NAMES[entry.platform].padEnd(7)} `
    print(margin + line.split('\n').join(`\n${' '.repeat(margin.length)}`))
  })
  for (const [i, step] of steps.entries()) {
    print(`${i === 0 ? '' : '\n'}${screen.strong(`${i + 1}. ${step.caption}`)}`)
    if (step.crash) await options.crash?.()
    const platforms = step.on === 'both' ? (['slack', 'discord'] as const) : [step.on]
    const problems = await Promise.all(
      platforms.map(async (on) => {
        const problem = await playStep(options, step, on, kept).catch((error: unknown) =>
          error instanceof Error ? error.message : String(error),
        )
        if (problem === null) return null
        return step.on === 'both' ? `${NAMES[on]}: ${problem}` : problem
      }),
    )
    for (const problem of problems.filter((it) => it !== null)) {
      failures.push(`${i + 1}. ${step.caption}: ${problem}`)
      print(`  ✗ ${problem}`)
    }
  }
  off()
  for (const { platform, where, what } of simulator.violations) failures.push(`${platform} ${where}: ${what}`)
  for (const { platform, text } of simulator.interim())
    failures.push(`${platform}: a word in between was left behind: ${text}`)
  const total = `${steps.length - Math.min(failures.length, steps.length)} of ${steps.length} steps as expected`
  print(
    failures.length === 0
      ? `\n${total}. Type along: ${next}`
      : `\n${total}; not so:\n${failures.map((it) => `  ${it}`).join('\n')}`,
  )
  return failures.length === 0 ? 0 : 1
}

/** `12:05`, minutes and seconds. */
function passed(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

/** What is wrong with a step's outcome on one platform; null when nothing is. */
async function playStep(
  options: TourOptions,
  step: Step,
  on: PlatformName,
  kept: Map<string, Exchange>,
): Promise<string | null> {
  const { simulator } = options
  const seat = simulator[on].user(step.as).in(step.in ?? '#ops')
  const deployments = simulator.upstream.deployments.length
  const done = await act(options, step, on, kept)
  if (typeof done === 'string') return step.expect.test(done) ? null : `expected ${step.expect}, and there is: ${done}`
  if (step.looks === 'room') return await judgeRoom(options, step, seat)
  if (done && done.failure !== null) return `the client showed: ${done.failure}`
  if (done && step.keep !== undefined) kept.set(`${on}:${step.keep}`, done)
  const exchange = step.of === undefined ? done : kept.get(`${on}:${step.of}`)
  if (!exchange) return `no exchange is called ${step.of}`
  if (step.again) {
    const second = await exchange.deliverAgain()
    if (second.status !== 200) return `the second delivery was answered with HTTP ${second.status}`
  }
  const message = await awaited(step, exchange)
  // On Slack a message that only one person sees is taken away a moment after the other has come.
  if (step.alone) await simulator.until(() => exchange.messages().length === 1, ALONE_MS)
  if (!message) return 'nothing was shown'
  if (step.again && simulator.upstream.deployments.length - deployments !== 1)
    return 'expected one deployment from two deliveries'
  const shown = simulator
    .timeline(on)
    .filter((entry) => entry.delivery === exchange.deliveryId && entry.kind !== 'typed')
  return judge(step, message, shown) ?? judgeTimes(step, message, shown, exchange)
}

/** The newest message in the room that says the expected, as soon as there is one. */
async function judgeRoom({ simulator, print }: TourOptions, step: Step, seat: Seat): Promise<string | null> {
  const find = () => seat.sees().findLast(({ text }) => step.expect.test(text))
  await simulator.until(() => find() !== undefined, step.withinMs ?? FINAL_MS)
  const found = find()
  if (!found) return `nothing in the room says ${step.expect}`
  print(`  ${step.as} reads in ${step.in ?? '#ops'}: ${found.text.split('\n')[0]} …`)
  return judge(step, found, [])
}

async function awaited(step: Step, exchange: Exchange): Promise<ChatMessage | undefined> {
  const withinMs = step.withinMs ?? FINAL_MS
  switch (step.await) {
    case 'answer':
      return exchange.messages().at(0)
    case 'words':
      return await exchange.final({ withinMs, until: ({ text }) => step.expect.test(text) })
    default:
      return await exchange.final({ withinMs })
  }
}

function judge(step: Step, message: ChatMessage, shown: readonly Entry[]): string | null {
  if (!step.expect.test(message.text)) return `expected ${step.expect}, and it says: ${message.text}`
  if (step.privateTo !== undefined && message.onlyFor !== step.privateTo)
    return `expected only ${step.privateTo} to see it`
  if (step.deferred && shown.length < 2) return 'expected an interim message first'
  return null
}

function judgeTimes(step: Step, message: ChatMessage, shown: readonly Entry[], exchange: Exchange): string | null {
  const there = exchange.messages().length
  if (step.alone && there !== 1) return `expected one message, and there are ${there}`
  const edits = shown.filter(({ kind, messageId }) => kind === 'edit' && messageId === message.id).length
  if (step.edits !== undefined && edits < step.edits) return `expected ${step.edits} edits of one message, not ${edits}`
  const took = message.changedAt - (shown[0]?.at ?? message.changedAt)
  if (step.lasts !== undefined && took < step.lasts) return `expected it to take ${step.lasts} ms, not ${took}`
  return null
}
