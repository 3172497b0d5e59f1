/** How a line that cannot run is explained: what is wrong, where, what to do. Names only commands that the asker may run. Pure. */
import { maskTokens } from '../audit/tokens.ts'
import { md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { Command } from '../command/command.ts'
import type { Registry } from '../command/registry.ts'
import { usageLine } from '../command/usage.ts'
import { markError } from '../language/mark.ts'
import type { Place } from '../language/tree.ts'

/** Names are shown this long at most: they come from outside. */
const NAME_SHOWN = 100

/** Nothing was typed. */
export function startHere(allowed: readonly Command[]): readonly Block[] {
  const help = allowed.some((command) => command.key === 'help')
  const text = help ? md`Type a command after it, or \`help\` to see what you may run.` : md`Type a command after it.`
  return [{ kind: 'text', text }]
}

/** The message that a line is to run on is no message any more. */
export function messageTooLong(): readonly Block[] {
  return [
    { kind: 'text', text: plain('The message is longer than the 64 KB that a line can start with. Nothing was run.') },
  ]
}

/** No command has this name, as far as the asker may know. */
export function unknownCommand(
  registry: Registry,
  typed: readonly string[],
  allowed: readonly Command[],
): readonly Block[] {
  const name = namePart(registry, typed)
  if (name === '')
    return [
      {
        kind: 'text',
        text: md`A command starts with its name, and a quoted word is never part of a name. Nothing was run.`,
      },
    ]
  const below = registry.under(typed.slice(0, 1)).filter((command) => allowed.includes(command))
  if (below.length > 0) {
    const names = below.map((command) => command.name).join(', ')
    const text = md`There is no command \`${name}\`. In this group you may run: ${names}. Nothing was run.`
    return [{ kind: 'text', text }]
  }
  const near = registry.suggest(typed.slice(0, 3).join(' '), allowed)
  const text = near
    ? md`There is no command \`${name}\`. Did you mean \`${near}\`? Nothing was run.`
    : md`There is no command \`${name}\` that you may run; \`help\` lists those there are. Nothing was run.`
  return [{ kind: 'text', text }]
}

/**
 * As much of what was typed as is surely a name: the first word, and further ones while they begin a registered name. What
 * follows may be an argument, and that a secret.
 */
function namePart(registry: Registry, typed: readonly string[]): string {
  let length = Math.min(1, typed.length)
  while (length < typed.length && registry.under(typed.slice(0, length + 1)).length > 0) length++
  return typed.slice(0, length).join(' ').slice(0, NAME_SHOWN)
}

/** Every problem of a stage's arguments, with the usage line; a single one is marked on the line. */
export function usageProblems(
  command: Command,
  problems: readonly { readonly message: string; readonly place: Place | null }[],
  line: string | null,
): readonly Block[] {
  const [only] = problems
  const shown = showable(line)
  const marked =
    shown !== null && problems.length === 1 && only?.place
      ? markError(shown, { ...only.place, message: only.message })
      : null
  return [
    { kind: 'text', text: md`\`${command.name}\` was not run:` },
    marked === null
      ? { kind: 'text', text: plain(problems.map(({ message }) => `- ${message}`).join('\n')) }
      : { kind: 'code', text: marked },
    { kind: 'text', text: md`Usage: \`${usageLine(command)}\`` },
  ]
}

/** A problem with one place of the line; without the line, where that may hold a secret, the message alone. */
export function problemAt(line: string | null, place: Place, message: string): readonly Block[] {
  const shown = showable(line)
  if (shown === null) return [{ kind: 'text', text: plain(`${message} (at character ${place.at + 1})`) }]
  return [{ kind: 'code', text: markError(shown, { message, at: place.at, end: place.end }) }]
}

/** A line to mark a place on; null for one with a token, for the marks would not fit the masked one. */
function showable(line: string | null): string | null {
  return line !== null && maskTokens(line) === line ? line : null
}
