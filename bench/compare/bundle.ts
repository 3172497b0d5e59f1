/** Bundles a worker as a deploy would: wrangler's dry run, minified. Processes and a temporary folder. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'

export interface Bundle {
  readonly script: string
  /** Bytes. */
  readonly minified: number
  readonly gzipped: number
}

const ROOT = resolve(import.meta.dirname, '..', '..')
const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')

/** @throws what wrangler says when it cannot */
export async function bundle(entry: string): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-bench-'))
  try {
    const config = join(folder, 'wrangler.json')
    const settings = { name: 'bench', main: resolve(ROOT, entry), compatibility_date: '2026-10-01', minify: true }
    writeFileSync(config, JSON.stringify({ ...settings, keep_names: false, define: { PAWL_BUILT: 'true' } }))
    const out = join(folder, 'out')
    const args = [WRANGLER, 'deploy', '--dry-run', '--config', config, '--outdir', out]
    const env = {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      WRANGLER_SEND_METRICS: 'false',
      NO_COLOR: '1',
    }
    await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
    const name = readdirSync(out).find((file) => file.endsWith('.js'))
    if (name === undefined) throw new Error(`wrangler left no script of ${entry}`)
    const script = readFileSync(join(out, name), 'utf8')
    return { script, minified: Buffer.byteLength(script), gzipped: gzipSync(script, { level: 9 }).length }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
