/** Which files of `commands/` are commands, and the registry source that imports them. Touches the file system. */
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'

const FOLDER = 'commands'

/**
 * The command files below `commands/`, sorted, with forward slashes: `commands/deploy.ts`. Tests, and whatever starts with
 * `_` (a helper file or a folder of them), are none.
 */
export async function commandFiles(root: string): Promise<string[]> {
  const entries = await readdir(resolve(root, FOLDER), { recursive: true }).catch(() => []) // no commands yet
  return (
    entries
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('.d.ts'))
      .filter((path) => !path.split('/').some((part) => part.startsWith('_')))
      .map((path) => `${FOLDER}/${path}`)
      // By code unit, not by locale: the same file on every machine.
      .sort((a, b) => (a < b ? -1 : 1))
  )
}

/** The text of `src/registry.generated.ts`; the same files give the same text. */
export function registrySource(files: readonly string[]): string {
  const names = identifiers(files)
  const imports = files.map((file, i) => `import ${names[i]} from '../${file}'\n`)
  const entries = files.map((file, i) => `  { file: '${file}', command: ${names[i]} },\n`)
  const list = entries.length === 0 ? '[]' : `[\n${entries.join('')}]`
  return `/** Written by \`npm run build\` from the files in commands/. Do not edit. */
${imports.join('')}import type { Command } from './command/command.ts'

export const modules: readonly { readonly file: string; readonly command: Command }[] = ${list}
`
}

/** `commands/http-check.ts` becomes `command_http_check`; a number keeps apart what then looks the same. */
function identifiers(files: readonly string[]): string[] {
  const taken = new Set<string>()
  return files.map((file) => {
    const stem = `command_${file.slice(FOLDER.length + 1, -'.ts'.length).replace(/[^A-Za-z0-9]/g, '_')}`
    let name = stem
    for (let i = 2; taken.has(name); i++) name = `${stem}_${i}`
    taken.add(name)
    return name
  })
}
