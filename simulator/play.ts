/** Where lines come from: a person at the prompt, or a file that is played. Reads standard input, writes standard output. */
import { createInterface } from 'node:readline'
import type { Simulator } from './index.ts'
import { createScreen, wantsColour } from './screen.ts'
import { createTerminal, HELP } from './terminal.ts'

/** Plays lines one after the other, each until its final answer. */
export async function playLines(
  simulator: Simulator,
  lines: AsyncIterable<string> | Iterable<string>,
  crash?: () => Promise<void>,
): Promise<void> {
  const screen = createScreen(wantsColour(process.stdout, process.env))
  const terminal = createTerminal({
    simulator,
    screen,
    print: (text) => console.log(text),
    live: false,
    ...(crash && { crash }),
  })
  const reader = (async function* () {
    yield* lines
  })()
  const read = async (): Promise<string | null> => {
    const { value, done } = await reader.next()
    return done ? null : value
  }
  let line = await read()
  while (line !== null) {
    const next = read()
    if (!(await terminal.take(line, next))) break
    line = await next
  }
  terminal.close()
}

/** The prompt; resolves when the person leaves (`/quit`, Ctrl-D, Ctrl-C). */
export async function prompt(simulator: Simulator, crash?: () => Promise<void>): Promise<void> {
  const screen = createScreen(wantsColour(process.stdout, process.env))
  const readline = createInterface({
    input: process.stdin,
    output: process.stdout,
    completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
      terminal.complete(line).then(
        (lines) => done(null, [lines, line]),
        // Tab must not end the prompt: nothing is offered.
        () => done(null, [[], line]),
      )
    },
  })
  const print = (text: string) => {
    // What arrives while somebody types goes above the line being typed.
    process.stdout.write(`\r\u001b[K${text}\n`)
    readline.prompt(true)
  }
  const terminal = createTerminal({ simulator, screen, print, live: true, ...(crash && { crash }) })
  console.log(HELP)
  const ask = () => {
    readline.setPrompt(terminal.prompt())
    readline.prompt()
  }
  readline.once('SIGINT', () => readline.close())
  const left = new Promise<void>((resolve) => readline.once('close', resolve))
  readline.on('line', (line) => {
    terminal.take(line).then(
      (goOn) => (goOn ? ask() : readline.close()),
      (error: unknown) => {
        print(error instanceof Error ? error.message : String(error))
      },
    )
  })
  ask()
  await left
  terminal.close()
}
