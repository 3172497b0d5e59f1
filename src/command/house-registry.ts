/** The registry of this install: the builtins and the modules of `commands/`. Reads nothing at run time. */
import { builtins } from '../builtins/index.ts'
import { modules } from '../registry.generated.ts'
import { createRegistry, type Registry, type RegistryEntry } from './registry.ts'

let loaded: Registry | null = null

/**
 * Builtins and modules in one registry, made once per isolate.
 *
 * @throws Error naming both files when two have the same name; `npm run build` finds that first.
 */
export function loadRegistry(): Registry {
  loaded ??= createRegistry(houseEntries(modules))
  return loaded
}

/** The entries of a registry with the given modules; the build passes those it has just found. */
export function houseEntries(found: readonly RegistryEntry[]): RegistryEntry[] {
  return [...builtins.map((command) => ({ file: 'src/builtins', command })), ...found]
}
