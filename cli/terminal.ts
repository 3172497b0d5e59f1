/** Asking the person at the terminal. Touches the terminal. */
import { createInterface } from 'node:readline/promises'

/** Asks a yes-or-no question; null where there is no terminal to ask on. */
export function terminalQuestion(): ((question: string) => Promise<boolean>) | null {
  return process.stdin.isTTY && process.stdout.isTTY ? ask : null
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
