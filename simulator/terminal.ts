/**
 * The chat in the terminal: a person types, the local platform shows. Reads lines and writes text to what is passed in; works
 * the same for a person at a prompt and for lines from a file.
 */
import type { Delivery, Exchange, Form, PlatformName, Seat, Simulator } from './index.ts'
import { PEOPLE } from './index.ts'
import type { Screen } from './screen.ts'
import { type Control, completeControl, formControls } from './terminal-forms.ts'

/** A played line waits this long for its final answer, then the next one is typed. */
const PLAY_MS = 60_000
/** What follows the press of a button comes soon or not at all. */
const PRESS_MS = 5_000

/** How a job at work says so (`src/runs/replies.ts`). */
const RUNNING = /^Running: /

export interface TerminalOptions {
  readonly simulator: Simulator
  readonly screen: Screen
  readonly print: (text: string) => void
  /** True for a person at a prompt: their own lines are on the screen already, and nobody waits for answers. */
  readonly live: boolean
  /** How long a played line waits for its final answer, in milliseconds. */
  readonly playMs?: number
  /** How long a played press waits for a button, and then for what comes of it. */
  readonly pressMs?: number
  /** Kills the worker and starts it again. */
  readonly crash?: () => Promise<void>
}

export interface Terminal {
  /** `ada in #ops at slack> `. */
  prompt(): string
  /**
   * Takes one line; false when it was `/quit`. In a played script it resolves when the final answer is there, or as soon as
   * `next` turns out to be the press of a button or a crash, which cannot wait for the end of what it may cut off.
   */
  take(line: string, next?: Promise<string | null>): Promise<boolean>
  /** What Tab offers for a line typed so far: whole lines. */
  complete(typed: string): Promise<string[]>
  /** Stops printing. */
  close(): void
}

export const HELP = `Type as in chat: /pawl help · /deploy web staging · @pawl whoami. Around that (a colon does as well as the slash):
  /as grace                be somebody else: ada and joan (who administer Pawl), grace, linus, gus (a guest), eve (of another workspace)
  /in #general|dm          go to another room: #ops, #general, #leads (ada and grace), #security, #training, #dev (without Pawl)
  /on slack|discord        change the platform
  /press 1                 press a button by its number or label
  :hold 1 · :release       press it, and let the click arrive only now, when the message may have changed
  :set 1 web               put something into a field of the form, by number or label; without a value, clear it
  :search 1 we             what a menu offers that asks Pawl
  :submit · :close · :form send the form · close it · see it again
  :complete /deploy w      what is offered for a line typed so far; at the prompt Tab does it
  :messages · :shortcut 3  the room's messages, numbered · "Run with Pawl…" on one; without a number, Slack's global shortcut
  /timeline                everything that happened, on both platforms
  /crash                   kill Pawl in the middle of what it does, and start it again
  /help · /quit            this text (Pawl's own help: /pawl help) · leave`

/** Controls that have a slash too; the newer ones would stand in the way of commands of these names. */
const SLASHED = new Set(['as', 'in', 'on', 'press', 'timeline', 'crash', 'help', 'quit', 'exit'])
/** The next line of a script that cannot wait for the end of what it may cut off. */
const CUTS_IN = /^[/:](?:press |crash$)/

export function createTerminal({
  simulator,
  screen,
  print,
  live,
  playMs = PLAY_MS,
  pressMs = PRESS_MS,
  crash,
}: TerminalOptions): Terminal {
  let platform: PlatformName = 'slack'
  let person = 'ada'
  let room = '#ops'
  let held: Delivery | null = null
  const seat = (): Seat => simulator[platform].user(person).in(room)
  const off = simulator.onEntry((entry) => {
    if (entry.platform !== platform) return
    if (entry.room.startsWith('dm:') && entry.room !== `dm:${person}`) return
    if (live && entry.kind === 'typed' && entry.by === person) return
    const line = screen.line(entry, person)
    if (line !== null) print(line)
  })

  const say = async (line: string, next: Promise<string | null>): Promise<void> => {
    const before = seat().form()
    const exchange = await seat().says(line)
    if (live || seat().form() !== before) return
    const pressed = next.then((following) =>
      CUTS_IN.test(following?.trim() ?? '') ? undefined : new Promise<void>(() => {}),
    )
    await Promise.race([settle(exchange, playMs), pressed])
  }
  const settle = async (exchange: Exchange, withinMs: number): Promise<void> => {
    if (exchange.refused !== null || exchange.failure !== null || exchange.status >= 400) return
    // Without an end in time the script goes on: what is there has been printed.
    await exchange.final({ withinMs }).catch(() => print(screen.dim(`(no final answer within ${withinMs / 1_000} s)`)))
  }
  const move = (change: () => void): void => {
    const before = { platform, person, room }
    change()
    try {
      seat()
    } catch (error) {
      ;({ platform, person, room } = before)
      print(error instanceof Error ? error.message : String(error))
      return
    }
    if (!live) print(screen.dim(`— ${person} in ${room} at ${platform} —`))
  }

  /** What came of a press, of a menu's entry, of a form that was sent: a message, or another form. */
  const settlePress = async (exchange: Exchange, before: Form | null, withinMs: number): Promise<void> => {
    if (live || exchange.refused !== null || (seat().form() !== null && seat().form() !== before)) return
    await exchange.final({ withinMs }).catch(() => {})
  }

  const controls = new Map<string, Control>([
    ['help', () => print(HELP)],
    [
      'as',
      (rest) =>
        move(() => {
          person = rest.replace(/^@/, '').toLowerCase() || `? (try ${PEOPLE.map((it) => it.name).join(', ')})`
        }),
    ],
    [
      'in',
      (rest) =>
        move(() => {
          room = rest === 'dm' ? 'dm' : `#${rest.replace(/^#/, '')}`
        }),
    ],
    [
      'on',
      (rest) => {
        if (rest !== 'slack' && rest !== 'discord') return print('There are two platforms: /on slack, /on discord')
        move(() => {
          platform = rest
        })
      },
    ],
    [
      'press',
      async (rest) => {
        const wanted = /^\d+$/.test(rest) ? Number(rest) : rest
        if (!live)
          await simulator.until(
            () =>
              seat()
                .sees()
                .some((message) => message.buttons.length > 0),
            pressMs,
          )
        const before = seat().form()
        await settlePress(await seat().press(wanted), before, pressMs)
      },
    ],
    [
      'hold',
      async (rest) => {
        held = await seat().preparesPress(/^\d+$/.test(rest) ? Number(rest) : rest)
        print(screen.dim('— the click is on its way: :release lets it arrive —'))
      },
    ],
    [
      'release',
      async () => {
        const click = held
        held = null
        if (click === null) return print('No click is on its way: see :hold')
        await settlePress(await click.send(), seat().form(), pressMs)
      },
    ],
    ...formControls({ seat, screen, print, settle: settlePress, playMs, pressMs }),
    [
      'crash',
      async () => {
        if (!crash) return print('Nothing here can be killed')
        // In the middle of what the line before has begun.
        if (!live) await simulator.until(() => simulator.interim().some(({ text }) => RUNNING.test(text)), pressMs)
        print(screen.dim('— Pawl is killed —'))
        await crash()
        print(screen.dim('— Pawl is up again —'))
      },
    ],
    [
      'timeline',
      () =>
        print(
          simulator
            .timeline()
            .map((entry) => `${entry.platform} ${screen.line(entry) ?? ''}`)
            .join('\n'),
        ),
    ],
  ])

  return {
    prompt: () => `${screen.strong(person)} in ${room} at ${platform}> `,
    async take(typed, next = Promise.resolve(null)) {
      const line = typed.trim()
      if (line === '' || line.startsWith('//')) return true
      const [, mark = '', name = '', rest = ''] = /^([/:])(\S+)\s*([\s\S]*)$/.exec(line) ?? []
      const isControl = mark === ':' || (mark === '/' && SLASHED.has(name))
      if (!isControl) {
        await say(line, next)
        return true
      }
      if (name === 'quit' || name === 'exit') return false
      const control = controls.get(name)
      if (!control) print(`There is no :${name}: see /help`)
      else
        try {
          await control(rest)
        } catch (error) {
          // What the client says of a field or a form.
          print(error instanceof Error ? error.message : String(error))
        }
      return true
    },
    async complete(typed) {
      const line = typed.trimStart()
      if (line.startsWith(':')) return await completeControl(seat(), [...controls.keys()], line)
      const { choices } = await seat().completes(line)
      return choices.map((choice) => choice.line)
    },
    close: off,
  }
}
