/** What modules ask for before a start, as far as it can be told without a line: by a schema's own values, by some arguments. Pure. */
import { type Care, NO_CARE } from '../command/care.ts'
import type { Arguments, Command, PartlyChecked } from '../command/command.ts'
import type { Registry } from '../command/registry.ts'
import type { Json } from '../json.ts'

/** Combinations of values that are tried for one command: enough for three options with six choices each. */
const TRIED_MAX = 216

/** The permissions with their commands. An approval may depend on the arguments: every combination of choices and switches is asked, up to a limit. */
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

/** What a module asks for with these arguments, whatever the unknown ones are; nothing where it depends on one of them. */
export function certainCare(command: Command, { args, unknown }: PartlyChecked): Care {
  const known = { ...args }
  for (const name of unknown)
    Object.defineProperty(known, name, {
      enumerable: true,
      get: () => {
        throw new Error(`${name} is unknown`)
      },
    })
  try {
    return command.care(known)
  } catch {
    // It looked at an unknown one, or stumbled.
    return NO_CARE
  }
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
