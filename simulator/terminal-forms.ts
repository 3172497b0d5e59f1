/** Forms, completion and messages' menus in the terminal. Works on the seat that is passed in; prints through what is passed in. */
import { drawForm, type Exchange, type Form, type Seat } from './index.ts'
import type { Screen } from './screen.ts'

/** What a line with a slash or a colon does, given what follows its name. */
export type Control = (rest: string) => void | Promise<void>

/** As many messages as a person finds without scrolling. */
const MESSAGES_SHOWN = 20

export interface FormControls {
  readonly seat: () => Seat
  readonly screen: Screen
  readonly print: (text: string) => void
  /** Waits, in a played script, for what comes of a press. */
  readonly settle: (exchange: Exchange, before: Form | null, withinMs: number) => Promise<void>
  readonly playMs: number
  readonly pressMs: number
}

export function formControls({ seat, screen, print, settle, playMs, pressMs }: FormControls): [string, Control][] {
  const draw = () => {
    const form = seat().form()
    print(form === null ? 'No form is open' : screen.plain(drawForm(form)))
  }
  const offer = (names: readonly string[]) =>
    print(names.length === 0 ? 'Nothing is offered' : screen.plain(names.join('\n')))
  return [
    ['form', draw],
    [
      'set',
      async (rest) => {
        const { field, value } = readField(rest)
        await seat().fills(field, value)
        draw()
      },
    ],
    [
      'search',
      async (rest) => {
        const { field, value } = readField(rest)
        offer((await seat().searches(field, value)).map(({ text }) => text))
      },
    ],
    [
      'submit',
      async () => {
        const exchange = await seat().submits()
        // A form that is still there has something to correct.
        if (seat().form() === null) await settle(exchange, null, playMs)
      },
    ],
    [
      'close',
      async () => {
        await seat().closes()
        print(screen.dim('— closed —'))
      },
    ],
    ['complete', async (rest) => offer((await seat().completes(rest)).choices.map(({ name }) => name))],
    [
      'messages',
      () => {
        const numbered = seat()
          .reads()
          .map(({ by, text }, i) => `${i + 1}. ${by}: ${text.split('\n')[0] ?? ''}`)
        offer(numbered.slice(-MESSAGES_SHOWN))
      },
    ],
    [
      'shortcut',
      async (rest) => {
        const message = rest === '' ? null : seat().reads()[Number(rest) - 1]
        if (message === undefined) return print(`There is no message ${rest}: see :messages`)
        const before = seat().form()
        await settle(await seat().shortcut(message), before, pressMs)
      },
    ],
  ]
}

/** What Tab offers for a line with a colon: controls by name, and what fits the field of a form. */
export async function completeControl(seat: Seat, names: readonly string[], line: string): Promise<string[]> {
  const [, before = '', value = ''] = /^(:set\s+(?:"[^"]*"|\S+)\s+)(.*)$/.exec(line) ?? []
  if (before === '' || !seat.form()) return names.map((name) => `:${name} `).filter((name) => name.startsWith(line))
  const offered = await seat.searches(readField(before.replace(/^:set\s+/, '')).field, value)
  return offered.map(({ text }) => `${before}${text}`)
}

/** `1 web`, `"two words" x`: a field by its number or label, quoted where it has blanks, and what goes into it; `\\n` is a new line. */
function readField(rest: string): { field: string; value: string } {
  const [, quoted, bare = '', value = ''] = /^(?:"([^"]*)"|(\S+))\s*([\s\S]*)$/.exec(rest) ?? []
  return { field: quoted ?? bare, value: value.replaceAll('\\n', '\n') }
}
