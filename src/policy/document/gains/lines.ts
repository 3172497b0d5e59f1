/** Differences as lines for people. Pure. */
import type { Difference } from '../gains.ts'
import { listNames } from '../lint/text.ts'

/** More lines than this would not be read; those that are left out are counted. */
const LINES_MAX = 20

/** Commands in one line. */
const COMMANDS_SHOWN = 8

/**
 * One line for all that the same people gain, or lose.
 *
 * @example ['group deployers: deploy with env=prod in #ops, rollback']
 */
export function linesOf(differences: readonly Difference[]): string[] {
  const byPeople = Map.groupBy(differences, ({ who }) => listNames(who))
  const lines = [...byPeople].map(([who, theirs]) => {
    const commands = theirs.map(({ command, example }) => (example === '' ? command : `${command} ${example}`))
    return `${who}: ${listNames(commands, COMMANDS_SHOWN)}`
  })
  const more = lines.length - LINES_MAX
  return more <= 0 ? lines : [...lines.slice(0, LINES_MAX), `and ${more} more`]
}
