/** Keeps the values of secret options out of what a handler says. Pure. */
import type { Arguments, Command } from '../command/command.ts'

/** A secret shorter than this is not searched for in messages: it would blot out ordinary words. */
const SCRUB_MIN_LENGTH = 4

/** A text without the values of the command's secret options. */
export function scrub(command: Command, args: Arguments, message: string): string {
  let clean = message
  for (const option of command.options) {
    if (!option.secret) continue
    const value = args[option.name]
    for (const secret of Array.isArray(value) ? value : [value])
      if (typeof secret === 'string' && secret.length >= SCRUB_MIN_LENGTH) clean = clean.replaceAll(secret, '[secret]')
  }
  return clean
}
