/**
 * Reads and writes D1 from the command line, the local one or (`--remote`) the deployed one. Runs wrangler; network only with
 * `--remote`; a temporary file for what it writes.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Query } from '../src/db/document-read.ts'

export interface D1Target {
  /** The deployed database instead of the local one. */
  readonly remote: boolean
  /** Where the local one is kept, when not in `.wrangler/state`. */
  readonly persistTo?: string
}

export interface D1Failure {
  readonly ok: false
  readonly message: string
}

export type D1Answer<Row> = { readonly ok: true; readonly rows: readonly Row[] } | D1Failure

const ROOT = join(import.meta.dirname, '..')

/**
 * Runs one SELECT. wrangler takes no parameters, so values must come through {@link literal}.
 *
 * @example await queryD1('SELECT seq FROM audit LIMIT 5', { remote: false })
 */
export async function queryD1<Row>(sql: string, target: D1Target): Promise<D1Answer<Row>> {
  const answer = await execute<Row>(['--command', sql], target)
  return answer.ok ? { ok: true, rows: answer.results[0]?.results ?? [] } : answer
}

/**
 * Runs several SELECTs in one transaction; an answer for each.
 *
 * @example await queryAllD1(['SELECT 1', 'SELECT 2'], { remote: false })
 */
export async function queryAllD1<Row>(
  statements: readonly string[],
  target: D1Target,
): Promise<{ readonly ok: true; readonly answers: readonly (readonly Row[])[] } | D1Failure> {
  const answer = await execute<Row>(['--command', `${statements.join(';\n')};`], target)
  return answer.ok ? { ok: true, answers: answer.results.map(({ results }) => results) } : answer
}

/**
 * Runs statements as one transaction: all of them, or none when one fails. Locally they are one batch, remotely one import, after
 * whose failure D1 "will return to its original state".
 */
export async function executeD1(
  statements: readonly string[],
  target: D1Target,
): Promise<{ readonly ok: true } | D1Failure> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-sql-'))
  try {
    const file = join(folder, 'change.sql')
    await writeFile(file, statements.map((statement) => `${statement};\n`).join(''))
    const answer = await execute(['--file', file, '--yes'], target)
    return answer.ok ? { ok: true } : answer
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Executed<Row> =
  | { readonly ok: true; readonly results: readonly { readonly results: readonly Row[] }[] }
  | D1Failure

async function execute<Row>(what: readonly string[], { remote, persistTo }: D1Target): Promise<Executed<Row>> {
  const where = remote ? ['--remote'] : ['--local', ...(persistTo === undefined ? [] : ['--persist-to', persistTo])]
  const { code, stdout, stderr } = await runWrangler(['d1', 'execute', 'DB', ...where, '--json', ...what])
  try {
    const answer = JSON.parse(stdout) as { results: Row[] }[] | { error: { text: string } }
    if (!Array.isArray(answer)) return { ok: false, message: answer.error.text }
    if (code === 0) return { ok: true, results: answer }
  } catch {
    // Not JSON: wrangler itself failed, and says so on stderr.
  }
  return { ok: false, message: (stderr || stdout).trim() }
}

/** A value as an SQL literal; SQLite's only escape inside a text is the doubled quote. */
export function literal(value: number | string | null): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  if (value.includes('\0')) throw new Error('a text for SQL cannot hold a NUL character')
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  // wrangler changes line ends in what it sends; as JSON they are spelled out.
  return /[\r\n]/.test(value) ? `(${quoted(JSON.stringify(value))} ->> '$')` : quoted(value)
}

/** A statement with its parameters (`?1`, `?2` …) written into it. */
export function inline({ sql, params }: Query): string {
  return sql.replace(/\?([0-9]+)/g, (_, number) => literal(params[Number(number) - 1] ?? null))
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
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
