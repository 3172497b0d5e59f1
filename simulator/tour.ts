/**
 * What `npm start < /dev/null` plays: the main job on both platforms, each step with what must come of it. Plays on a simulator
 * that is passed in; prints through what is passed in.
 */
import type { ChatMessage, Exchange, PlatformName, Simulator } from './index.ts'
import { createScreen, wantsColour } from './screen.ts'

export interface Step {
  /** What the step shows, in one line. */
  readonly caption: string
  readonly on: PlatformName
  readonly as: string
  /** `#ops` unless given. */
  readonly in?: string
  /** The line that is typed; `{origin}` stands for the simulator's address. */
  readonly says?: string
  /** Remembers the exchange under a name, for a later step. */
  readonly keep?: string
  /** Goes on with a remembered exchange instead of typing. */
  readonly of?: string
  /** Sends the same signed request a second time, and wants nothing to come of it. */
  readonly again?: true
  /** `answer`: what is shown first; `final` (unless given): what is there in the end. */
  readonly await?: 'answer' | 'final'
  /** What the message must say. */
  readonly expect: RegExp
  /** Who must be the only one to see it. */
  readonly privateTo?: string
  /** True when an interim message must have stood there before. */
  readonly deferred?: true
}

const FINAL_MS = 40_000

export const TOUR: readonly Step[] = [
  {
    caption: 'A command answers at once',
    on: 'slack',
    as: 'ada',
    says: '/pawl whoami',
    expect: /administrator/i,
    privateTo: 'ada',
  },
  {
    caption: 'Nobody may do anything until it is granted: denied, told privately, with what is missing',
    on: 'slack',
    as: 'grace',
    says: '/deploy web staging',
    expect: /deploy:run[\s\S]*Nothing was run/,
    privateTo: 'grace',
  },
  {
    caption: 'The administrator grants it: a user',
    on: 'slack',
    as: 'ada',
    says: '/pawl user add grace @grace',
    expect: /Added the user grace/,
  },
  { caption: '… a group', on: 'slack', as: 'ada', says: '/pawl group create deployers', expect: /Created/ },
  {
    caption: '… with grace in it',
    on: 'slack',
    as: 'ada',
    says: '/pawl group add deployers grace',
    expect: /members of deployers are now: grace/,
  },
  { caption: '… a role', on: 'slack', as: 'ada', says: '/pawl role create deployer', expect: /Created/ },
  {
    caption: '… that may deploy',
    on: 'slack',
    as: 'ada',
    says: '/pawl permission grant deploy:run deployer',
    expect: /permissions of deployer are now: deploy:run/,
  },
  {
    caption: '… for the group',
    on: 'slack',
    as: 'ada',
    says: '/pawl role grant deployer deployers',
    expect: /roles of deployers are now: deployer/,
  },
  {
    caption: 'Now grace deploys: a job, with progress, to its end',
    on: 'slack',
    as: 'grace',
    says: '/deploy web staging',
    expect: /web[\s\S]*staging/i,
    deferred: true,
  },
  {
    caption: 'A slow check takes longer than Slack waits: the answer is edited in',
    on: 'slack',
    as: 'ada',
    says: '/http check {origin}/upstream/page?ms=4000',
    expect: /200/,
    deferred: true,
  },
  {
    caption: 'Commands are piped, as in Unix',
    on: 'slack',
    as: 'grace',
    says: `/pawl seed '[{"host":"a","load":3},{"host":"b","load":1},{"host":"c","load":2}]' | filter 'load > 1' | sort load --desc`,
    expect: /a\s+3\s+c\s+2/,
  },
  {
    caption: 'A mention works like the slash command',
    on: 'slack',
    as: 'ada',
    says: '@pawl echo hello from a mention',
    expect: /hello from a mention/,
  },
  {
    caption: 'The same commands on Discord, typed',
    on: 'discord',
    as: 'ada',
    says: '/whoami',
    expect: /administrator/i,
    privateTo: 'ada',
  },
  {
    caption: 'Denied there too',
    on: 'discord',
    as: 'linus',
    says: '/deploy web staging',
    expect: /deploy:run/,
    privateTo: 'linus',
  },
  {
    caption: 'grace deploys from Discord too, once her account there is known',
    on: 'discord',
    as: 'ada',
    says: '/user add grace-on-discord @grace',
    expect: /Added the user/,
  },
  {
    caption: '… and in the group',
    on: 'discord',
    as: 'ada',
    says: '/group add deployers grace-on-discord',
    expect: /members of deployers are now/,
  },
  {
    caption: 'Two deployments of the same service: the first runs …',
    on: 'discord',
    as: 'grace',
    says: '/deploy api staging',
    keep: 'first',
    await: 'answer',
    expect: /Queued|Running/,
  },
  {
    caption: '… the second waits for it',
    on: 'discord',
    as: 'ada',
    says: '/deploy api staging',
    keep: 'second',
    await: 'answer',
    expect: /Queued/,
  },
  { caption: 'The first ends', on: 'discord', as: 'grace', of: 'first', expect: /api[\s\S]*staging/i },
  { caption: 'The second has run after it', on: 'discord', as: 'ada', of: 'second', expect: /api[\s\S]*staging/i },
  {
    caption: 'Production is another matter',
    on: 'slack',
    as: 'grace',
    says: '/deploy api prod',
    expect: /deploy:prod/,
    privateTo: 'grace',
  },
  {
    caption: 'Why? Every rule, and what it looked at',
    on: 'slack',
    as: 'grace',
    says: '/pawl why deploy api prod',
    expect: /option\[env\] == "prod"[\s\S]*missing deploy:prod/,
    privateTo: 'grace',
  },
  {
    caption: 'For the next two hours she may',
    on: 'slack',
    as: 'ada',
    says: '/pawl permission grant deploy:prod deployer --for 2h',
    expect: /deploy:prod/,
  },
  {
    caption: 'The same request delivered twice runs once',
    on: 'slack',
    as: 'grace',
    says: '/deploy api prod',
    again: true,
    expect: /api[\s\S]*prod/i,
  },
  {
    caption: 'A slow check on Discord',
    on: 'discord',
    as: 'ada',
    says: '/http check {origin}/upstream/page?ms=4000',
    expect: /200/,
    deferred: true,
  },
  { caption: 'All of it is in the audit', on: 'slack', as: 'ada', says: '/pawl audit list', expect: /denied|run\./i },
]

/** Plays the steps and prints what every platform shows; 0 when every expectation held, else 1. */
export async function playTour(
  simulator: Simulator,
  origin: string,
  print: (text: string) => void,
  steps: readonly Step[] = TOUR,
): Promise<number> {
  const screen = createScreen(wantsColour(process.stdout, process.env))
  const kept = new Map<string, Exchange>()
  const failures: string[] = []
  let last = ''
  const off = simulator.onEntry((entry) => {
    const line = screen.line(entry)
    if (line !== null)
      print(`  ${entry.platform === 'slack' ? 'Slack  ' : 'Discord'} ${line.split('\n').join('\n          ')}`)
  })
  for (const [i, step] of steps.entries()) {
    print(`${last === '' ? '' : '\n'}${screen.strong(`${i + 1}. ${step.caption}`)}`)
    last = step.caption
    const problem = await playStep(simulator, origin, step, kept).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    )
    if (problem === null) continue
    failures.push(`${i + 1}. ${step.caption}: ${problem}`)
    print(`  ✗ ${problem}`)
  }
  off()
  for (const { platform, where, what } of simulator.violations) failures.push(`${platform} ${where}: ${what}`)
  for (const { platform, text } of simulator.interim())
    failures.push(`${platform}: a word in between was left behind: ${text}`)
  const total = `${steps.length - Math.min(failures.length, steps.length)} of ${steps.length} steps as expected`
  print(
    failures.length === 0
      ? `\n${total}. Type along: npm start`
      : `\n${total}; not so:\n${failures.map((it) => `  ${it}`).join('\n')}`,
  )
  return failures.length === 0 ? 0 : 1
}

/** What is wrong with a step's outcome; null when nothing is. */
async function playStep(
  simulator: Simulator,
  origin: string,
  step: Step,
  kept: Map<string, Exchange>,
): Promise<string | null> {
  const seat = simulator[step.on].user(step.as).in(step.in ?? '#ops')
  const deployments = simulator.upstream.deployments.length
  const exchange =
    step.of === undefined ? await seat.says((step.says ?? '').replace('{origin}', origin)) : kept.get(step.of)
  if (!exchange) return `no exchange is called ${step.of}`
  if (step.keep !== undefined) kept.set(step.keep, exchange)
  if (exchange.failure !== null) return `the client showed: ${exchange.failure}`
  if (step.again) {
    const second = await exchange.deliverAgain()
    if (second.status !== 200) return `the second delivery was answered with HTTP ${second.status}`
  }
  const first = exchange.messages().at(0)
  const message = step.await === 'answer' ? first : await exchange.final({ withinMs: FINAL_MS })
  if (!message) return 'nothing was shown'
  return judge(step, message, simulator, exchange, deployments)
}

function judge(
  step: Step,
  message: ChatMessage,
  simulator: Simulator,
  exchange: Exchange,
  before: number,
): string | null {
  if (!step.expect.test(message.text)) return `expected ${step.expect}, and it says: ${message.text}`
  if (step.privateTo !== undefined && message.onlyFor !== step.privateTo)
    return `expected only ${step.privateTo} to see it`
  if (step.again && simulator.upstream.deployments.length - before !== 1)
    return 'expected one deployment from two deliveries'
  const earlier = simulator
    .timeline(step.on)
    .filter((entry) => entry.delivery === exchange.deliveryId && entry.kind !== 'typed')
  if (step.deferred && earlier.length < 2) return 'expected an interim message first'
  return null
}
