/**
 * `npm run build`: writes `src/registry.generated.ts` from the files in `commands/`, and loads every command once, so that a
 * wrong definition stops here. With `--check` it writes nothing and fails when the file is not up to date.
 * Touches the file system.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isCommand } from '../src/command/define.ts'
import { createRegistry, type RegistryEntry } from '../src/command/registry.ts'
import { commandFiles, registrySource } from './modules.ts'

const ROOT = resolve(import.meta.dirname, '..')
const TARGET = 'src/registry.generated.ts'

type Outcome = { readonly ok: true; readonly line: string } | { readonly ok: false; readonly line: string }

/** Builds the registry of the checkout at `root`, or only checks it. */
export async function build(root: string, { check = false }: { check?: boolean } = {}): Promise<Outcome> {
  const files = await commandFiles(root)
  const source = registrySource(files)
  const target = resolve(root, TARGET)
  const current = await readFile(target, 'utf8').catch(() => null) // not built yet
  if (check && current !== source)
    return { ok: false, line: `${TARGET} is not up to date with commands/: run npm run build and commit it` }
  // Unchanged means unwritten: wrangler watches the file.
  if (current !== source) await writeFile(target, source)

  const entries: RegistryEntry[] = []
  for (const file of files) {
    const loaded = await loadModule(root, file)
    if (typeof loaded === 'string') return { ok: false, line: `${file}: ${loaded}` }
    entries.push(loaded)
  }
  try {
    // Only now: the builtins' registry imports the file that was just written.
    const { houseEntries } = await import('../src/command/house-registry.ts')
    const registry = createRegistry(houseEntries(entries))
    return { ok: true, line: `${registry.all().length} commands, ${files.length} of them from commands/` }
  } catch (error) {
    return { ok: false, line: messageOf(error) }
  }
}

async function loadModule(root: string, file: string): Promise<RegistryEntry | string> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(resolve(root, file)).href)
    if (isCommand(module.default)) return { file, command: module.default }
    return 'it has no command: write export default defineCommand({ … }), or start the file name with _ when it is none'
  } catch (error) {
    return messageOf(error)
  }
}

/** One line: a stack of Node's own frames tells nothing about a definition. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

if (import.meta.main) {
  const outcome = await build(ROOT, { check: process.argv.includes('--check') })
  // On stderr, and only for who looks: other scripts' output must hold nothing but their own.
  if (outcome.ok) {
    if (process.stderr.isTTY) console.error(outcome.line)
  } else {
    console.error(outcome.line)
    process.exitCode = 1
  }
}
