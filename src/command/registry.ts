/** All commands of an install, and how the words that a person typed find one. Pure. */
import type { Command } from './command.ts'
import { nearest } from './names.ts'

/** A command and the file that defines it, for messages. */
export interface RegistryEntry {
  readonly file: string
  readonly command: Command
}

export interface Registry {
  /** Sorted by name. */
  all(): readonly Command[]
  /** By the name that rules use: `pack:install`. */
  byKey(key: string): Command | null
  /** The file that defines a command, by the name that rules use; null when there is none. */
  fileOf(key: string): string | null
  /**
   * The command with the longest name that the words start with; `length` is how many words its name took. Pass only the
   * leading unquoted words: a quoted word is never part of a name.
   */
  find(words: readonly string[]): { readonly command: Command; readonly length: number } | null
  /** The commands below a group's words: `['pack']` gives `pack install`, `pack remove`. */
  under(words: readonly string[]): readonly Command[]
  /** The name nearest to what was typed, out of those that this person may run; null when none is near. */
  suggest(typed: string, allowed: readonly Command[]): string | null
}

/** A name has at most three words (Discord: command, group, subcommand). */
const NAME_WORDS = 3

/**
 * Collects commands; any file may add to any group.
 *
 * @throws Error naming both files when two commands have the same name.
 */
export function createRegistry(entries: readonly RegistryEntry[]): Registry {
  const files = new Map<string, RegistryEntry>()
  for (const entry of entries) {
    const { file, command } = entry
    const other = files.get(command.key)
    if (other)
      throw new Error(`command "${command.name}" is defined twice, in ${other.file} and in ${file}: rename one`)
    files.set(command.key, entry)
  }
  // By code unit, not by locale: the same order on every machine.
  const sorted = Object.freeze(
    [...files.values()].map((entry) => entry.command).sort((a, b) => (a.key < b.key ? -1 : 1)),
  )
  const byKey = (key: string) => files.get(key)?.command ?? null
  return {
    all: () => sorted,
    byKey,
    fileOf: (key) => files.get(key)?.file ?? null,
    find(words) {
      const first = words[0]
      if (first?.includes(':')) {
        const command = byKey(first)
        return command && { command, length: 1 }
      }
      for (let length = Math.min(NAME_WORDS, words.length); length > 0; length--) {
        const command = byKey(words.slice(0, length).join(':'))
        if (command) return { command, length }
      }
      return null
    },
    under: (words) =>
      sorted.filter(({ path }) => path.length > words.length && words.every((word, i) => path[i] === word)),
    suggest(typed, allowed) {
      const words = typed.replaceAll(':', ' ')
      const whole = nearest(
        words,
        allowed.map((command) => command.name),
      )
      if (whole !== null) return whole
      // `pakc install x`: the tail may be arguments, so compare name by name with as many words as each has.
      const parts = words.split(' ')
      for (let length = Math.min(NAME_WORDS, parts.length); length > 0; length--) {
        const names = allowed.filter(({ path }) => path.length === length).map(({ name }) => name)
        const near = nearest(parts.slice(0, length).join(' '), names)
        if (near !== null) return near
      }
      return null
    },
  }
}
