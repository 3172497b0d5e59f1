/** The local database brought up to date, once per set of migrations. Storage: the state folder; runs wrangler. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { wranglerEnvironment, wranglerScript } from './worker-process.ts'

/** The binding of wrangler.toml. */
const DATABASE = 'DB'

/** Applies what is not applied yet; skipped when a marker in the state folder says that these very files were. */
export async function migrate(root: string, persistTo: string): Promise<void> {
  const marker = join(persistTo, 'migrated')
  const digest = digestOf(join(root, 'migrations'))
  if (readMarker(marker) === digest) return
  const { code, output } = await run(root, [
    'd1',
    'migrations',
    'apply',
    DATABASE,
    '--local',
    '--persist-to',
    persistTo,
  ])
  if (code !== 0)
    throw new Error(`The migrations could not be applied (wrangler ended with ${code}):\n${output.trimEnd()}`)
  mkdirSync(persistTo, { recursive: true })
  writeFileSync(marker, digest)
}

function digestOf(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.sql')) hash.update(`${name}\0`).update(readFileSync(join(folder, name)))
  }
  return hash.digest('hex')
}

function readMarker(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The first start with this folder.
    return null
  }
}

function run(root: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [wranglerScript(), ...args], {
      cwd: root,
      env: wranglerEnvironment(root),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const take = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
