/** Settings for the CLI: the environment first, then `.dev.vars`. Touches the file system. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

export type Settings = ReadonlyMap<string, string>

/** Reads the settings of the checkout at `root`; empty values count as not set. */
export async function readSettings(root: string, env: NodeJS.ProcessEnv = process.env): Promise<Settings> {
  const file = await readFile(resolve(root, '.dev.vars'), 'utf8').catch(() => '') // written by the first npm start
  const both = [...Object.entries(parseEnv(file)), ...Object.entries(env)]
  return new Map(both.flatMap(([name, value]) => (value ? [[name, value] as const] : [])))
}
