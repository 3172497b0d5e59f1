/** What a command's words and its options may be called, and which known name a misspelled one is near to. Pure. */
import { isCommandName } from '../language/names.ts'

/** Discord's rule for command and option names (application commands, "Application Command Naming"). */
const DISCORD_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u

/**
 * Stricter than Discord where our own line needs it: a quote would start a quoted word, a leading dash an option, and a
 * leading underscore marks what is not a command (and lets in `__proto__`).
 */
const OWN_NAME = /^[\p{L}\p{N}][^']*$/u

/** What is wrong with an option's name; null when it is fine. */
export function nameProblem(name: string): string | null {
  if (!DISCORD_NAME.test(name)) return 'use 1 to 32 letters, digits, dashes and underscores'
  if (!OWN_NAME.test(name)) return 'start it with a letter or a digit and leave out quotes'
  // Discord: "You must use the lowercase variant of any letters used".
  if (name !== name.toLowerCase()) return `write it in lower case, as "${name.toLowerCase()}"`
  return null
}

/** What is wrong with a word of a command's name; null when it is fine. A name must be typed on a line and named in a rule. */
export function commandWordProblem(word: string): string | null {
  return (
    nameProblem(word) ??
    (isCommandName(word) ? null : 'use a to z, digits, dashes and underscores, starting with a letter')
  )
}

/** Beyond this many edits a suggestion is a guess that confuses; short words get fewer. */
const FARTHEST = 2

/** The nearest of the allowed names within two edits (one for words up to three letters), or null. */
export function nearest(typed: string, allowed: Iterable<string>): string | null {
  let best: string | null = null
  let distance = (typed.length <= 3 ? 1 : FARTHEST) + 1
  for (const name of allowed) {
    if (Math.abs(name.length - typed.length) >= distance) continue
    const d = edits(typed, name)
    if (d < distance) {
      best = name
      distance = d
    }
  }
  return best
}

/** Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours count one each. */
export function edits(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
