/** Binds one stage to record after record. Pure but for what it remembers of the first. */
import type { Json } from '../json.ts'
import type { Token } from '../language/tree.ts'
import { bindTokens, type Taken } from './bind.ts'
import { type Resolve, ValueReader } from './bind-values.ts'
import type { Arguments, Command } from './command.ts'
import { readValue } from './read-value.ts'

/** The arguments for one record, or what is wrong with them. */
export type BoundRecord =
  | { readonly ok: true; readonly args: Arguments }
  | { readonly ok: false; readonly problems: readonly { readonly message: string }[] }

/**
 * Gives what `bindStage` gives. The words are handed to the options once; for the records that follow only the variables are
 * looked up. Where something is wrong it is bound anew, so that the problems are the same.
 *
 * @example
 * const bind = bindEach(command, stage.tokens)
 * for (const record of records) bind(resolverOf(record))
 */
export function bindEach(command: Command, tokens: readonly Token[]): (resolve: Resolve) => BoundRecord {
  let known: readonly Taken[] | null = null
  return function bind(resolve) {
    const args = known === null ? null : argumentsOf(command, known, resolve)
    if (args !== null) return { ok: true, args }
    const { bound, taken } = bindTokens(command, tokens, resolve)
    if (bound.ok) known = taken
    return bound
  }
}

/** The arguments when every word is handed to its option; null as soon as something is wrong. */
function argumentsOf(command: Command, taken: readonly Taken[], resolve: Resolve): Arguments | null {
  const values = new ValueReader(resolve)
  const raw: { [option: string]: Json } = {}
  for (const one of taken) {
    const value = valueFor(one, values)
    if (value === undefined) return null
    const { name, list, kind } = one.option
    if (!list) raw[name] = value
    else {
      const more = Array.isArray(value) && kind !== 'json' ? value : [value]
      const before = raw[name]
      raw[name] = Array.isArray(before) ? [...before, ...more] : more
    }
  }
  const checked = command.check(raw)
  return checked.ok ? checked.args : null
}

function valueFor(one: Taken, values: ValueReader): Json | undefined {
  if ('given' in one) return one.given
  const { option, value } = one
  const found = value.kind === 'text' ? { ok: true as const, value: value.text } : values.read(value)
  if (!found.ok) return undefined
  // A variable that is the whole word keeps its JSON type and is never parsed again.
  if (value.kind === 'variable') return found.value
  const reading = readValue(option, String(found.value))
  return reading.ok ? reading.value : undefined
}
