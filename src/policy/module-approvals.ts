/** The permissions that approvals of commands ask for, with the commands, as far as a schema's own values show them. Pure. */
import type { Arguments, Command } from '../command/command.ts'
import type { Registry } from '../command/registry.ts'
import type { Json } from '../json.ts'

/** Combinations of values that are tried for one command: enough for three options with six choices each. */
const TRIED_MAX = 216

/** An approval may depend on the arguments: every combination of choices and switches is asked, up to a limit. */
export function permissionsOfApprovals(registry: Pick<Registry, 'all'>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const command of registry.all()) {
    for (const args of combinations(command)) {
      try {
        for (const { permission } of command.care(args).approvals)
          found.set(permission, (found.get(permission) ?? new Set()).add(command.key))
      } catch {
        // A module's `when` that stumbles over values that were made up: it then says nothing.
      }
    }
  }
  return found
}

function combinations({ options }: Command): Arguments[] {
  let all: Arguments[] = [{}]
  for (const { name, kind, list, choices, default: preset } of options) {
    const values: readonly Json[] =
      choices ?? (kind === 'boolean' ? [true, false] : preset === undefined ? [] : [preset])
    if (values.length === 0 || all.length * values.length > TRIED_MAX) continue
    all = all.flatMap((args) => values.map((value) => ({ ...args, [name]: list ? [value] : value })))
  }
  return all
}
