/** Which values are offered for an option while it is typed. Pure. */
import type { Command, Option } from './command.ts'
import { readValue } from './read-value.ts'

/** Discord shows this many, each of at most 100 characters. https://discord.com/developers/docs/interactions/application-commands */
export const CHOICES_MAX = 25
export const CHOICE_LENGTH = 100

/** As many as are shown, each once; one that is too long is left out, for a part of it is another value. */
export function offered(values: readonly string[]): readonly string[] {
  const fit = values.filter((value) => value !== '' && value.length <= CHOICE_LENGTH)
  return [...new Set(fit)].slice(0, CHOICES_MAX)
}

/** What an option lets somebody choose from, as far as it begins as typed; null when it takes other values. None of a secret one. */
export function choicesOf({ kind, choices, secret }: Option, typed: string): readonly string[] | null {
  if (secret) return []
  const all = choices?.map(String) ?? (kind === 'boolean' ? ['true', 'false'] : null)
  return all?.filter((choice) => choice.toLowerCase().startsWith(typed.toLowerCase())) ?? null
}

/** Whether what a completer gave is text that the option takes. */
export function fits(command: Command, option: Option, value: unknown): value is string {
  if (typeof value !== 'string') return false
  const reading = readValue(option, value)
  if (!reading.ok) return false
  // What holds for a list as a whole is not known of one value.
  const raw = { [option.name]: option.list ? [reading.value] : reading.value }
  return option.list || !command.checkEach(raw, new Set()).unknown.has(option.name)
}

/** The word of a list that is being typed, and what stands before it. */
export function lastWord(typed: string): { readonly before: string; readonly word: string } {
  const word = /\S*$/.exec(typed)?.[0] ?? ''
  return { before: typed.slice(0, typed.length - word.length), word }
}
