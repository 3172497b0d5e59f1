/**
 * Part of `npm run check`: bundles the worker as a deploy would (no account, no network) and holds its size under the limit.
 * Touches a temporary folder and runs wrangler.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

/**
 * The whole house stays small enough to start in a few milliseconds; the platform's own limit is far away. re2js is 46 KB of it and
 * zod 31 KB.
 */
const LIMIT = 310 * 1024
const ROOT = resolve(import.meta.dirname, '..')

/** One line about the bundle's size. */
export function sizeLine(minified: number, gzipped: number): { readonly ok: boolean; readonly line: string } {
  const kb = (bytes: number) => `${Math.ceil(bytes / 1024)} KB`
  const ok = gzipped <= LIMIT
  const line = `bundle: ${kb(minified)} minified, ${kb(gzipped)} gzipped (limit ${kb(LIMIT)})`
  return { ok, line: ok ? line : `${line}: find what grew with npx wrangler deploy --dry-run --metafile` }
}

async function bundle(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bundle-'))
  try {
    const { code, output } = await dryRun(folder)
    if (code !== 0) {
      console.error(output)
      return 1
    }
    const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'))
    const files = await Promise.all(scripts.map((name) => readFile(join(folder, name))))
    const sum = (sizes: number[]) => sizes.reduce((a, b) => a + b, 0)
    const { ok, line } = sizeLine(sum(files.map((f) => f.length)), sum(files.map((f) => gzipSync(f).length)))
    if (ok) console.log(line)
    else console.error(line)
    return ok ? 0 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** wrangler's dry run; its output matters only when it fails. */
function dryRun(folder: string): Promise<{ code: number; output: string }> {
  // wrangler's build step says `node`: it must be the one that runs this file, whatever the machine's own is.
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`
  return new Promise((done) => {
    const wrangler = spawn(
      process.execPath,
      [resolve(ROOT, 'node_modules/wrangler/bin/wrangler.js'), 'deploy', '--dry-run', '--outdir', folder],
      {
        cwd: ROOT,
        env: { ...process.env, PATH: path, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    const keep = (chunk: Buffer) => {
      output += chunk
    }
    wrangler.stdout.on('data', keep)
    wrangler.stderr.on('data', keep)
    wrangler.on('error', (error) =>
      done({ code: 1, output: `wrangler could not be started: ${error.message}; run npm ci` }),
    )
    wrangler.on('close', (code) => done({ code: code ?? 1, output }))
  })
}

if (import.meta.main) process.exitCode = await bundle()
