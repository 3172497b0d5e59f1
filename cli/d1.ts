/** Reads D1 from the command line, the local one or (`--remote`) the deployed one. Runs wrangler; network only with `--remote`. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface D1Target {
  /** The deployed database instead of the local one. */
  readonly remote: boolean
  /** Where the local one is kept, when not in `.wrangler/state`. */
  readonly persistTo?: string
}

export type D1Answer<Row> =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly message: string }

const ROOT = join(import.meta.dirname, '..')

/**
 * Runs one SELECT. wrangler takes no parameters, so values must come through {@link literal}.
 *
 * @example await queryD1('SELECT seq FROM audit LIMIT 5', { remote: false })
 */
export async function queryD1<Row>(sql: string, { remote, persistTo }: D1Target): Promise<D1Answer<Row>> {
  const where = remote ? ['--remote'] : ['--local', ...(persistTo === undefined ? [] : ['--persist-to', persistTo])]
  const { code, stdout, stderr } = await runWrangler(['d1', 'execute', 'DB', ...where, '--json', '--command', sql])
  try {
    const answer = JSON.parse(stdout) as [{ success: boolean; results: Row[] }] | { error: { text: string } }
    if (!Array.isArray(answer)) return { ok: false, message: answer.error.text }
    if (code === 0) return { ok: true, rows: answer[0].results }
  } catch {
    // Not JSON: wrangler itself failed, and says so on stderr.
  }
  return { ok: false, message: (stderr || stdout).trim() }
}

/** A number or text as an SQL literal; SQLite's only escape inside a text is the doubled quote. */
export function literal(value: number | string): string {
  if (typeof value === 'number') return String(value)
  if (value.includes('\0')) throw new Error('a text for SQL cannot hold a NUL character')
  return `'${value.replaceAll("'", "''")}'`
}

function runWrangler(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const bin = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: ROOT,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_SANITIZE: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
