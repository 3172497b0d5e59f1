/**
 * The cases that nobody here wrote, read by the test configuration (Node) for tests that run in workerd and have no
 * files. Reads the folder named by PAWL_CONFORMANCE, else ../shared/conformance.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `slack/block_actions.body.json` and its text, or null when there is no such folder. */
export function readConformance(root: string, folders: readonly string[]): Record<string, string> | null {
  const base = process.env.PAWL_CONFORMANCE ?? join(root, '../shared/conformance')
  if (!existsSync(base)) return null
  const names = folders.flatMap((folder) => readdirSync(join(base, folder)).map((file) => `${folder}/${file}`))
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(base, name), 'utf8')]))
}

declare module 'vitest' {
  interface ProvidedContext {
    /** By `folder/file`; null when the folder is missing. */
    conformance: Record<string, string> | null
  }
}
