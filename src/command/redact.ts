/** What may be shown and kept of arguments: secret ones are masked by the schema's mark. Pure. */
import type { Json, PawlRecord } from '../json.ts'
import type { Place } from '../language/tree.ts'
import type { Arguments, Command } from './command.ts'

/** Stands in for every secret value, whatever its length. */
export const MASK = '[secret]'

/**
 * The arguments for echo, audit and history. Absent ones are left out, and so is whatever the schema does not know: an
 * unknown value might be a misspelled secret.
 *
 * @param masked what stands for a secret value
 */
export function redact(command: Command, args: Arguments, masked: (value: Json) => string = () => MASK): PawlRecord {
  const shown: PawlRecord = {}
  for (const { name, secret } of command.options) {
    const value = Object.hasOwn(args, name) ? args[name] : undefined
    if (value !== undefined) shown[name] = secret ? masked(value) : value
  }
  return shown
}

/**
 * The line with the given places masked (those of `Bound.secrets`). Places may touch or repeat.
 *
 * @example maskPlaces('login --token abc', [{ at: 14, end: 17 }]) // 'login --token [secret]'
 */
export function maskPlaces(line: string, places: readonly Place[]): string {
  let text = ''
  let from = 0
  for (const { at, end } of [...places].sort((a, b) => a.at - b.at)) {
    if (end <= from) continue
    text += line.slice(from, Math.max(at, from)) + MASK
    from = end
  }
  return text + line.slice(from)
}
