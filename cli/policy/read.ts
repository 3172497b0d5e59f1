/** Reads a whole policy: from a file, or from the database through wrangler. Touches files, stdin and stderr. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseConfig } from '../../src/config.ts'
import { documentQueries, type Row, readDocument } from '../../src/db/document-read.ts'
import { markPlace } from '../../src/language/mark.ts'
import { parseDocument } from '../../src/policy/document/file-parse.ts'
import type { LintContext } from '../../src/policy/document/lint.ts'
import type { PolicyDocument } from '../../src/policy/document/model.ts'
import { readArguments } from '../arguments.ts'
import { type D1Target, inline, queryAllD1 } from '../d1.ts'
import { readSettings } from '../settings.ts'

/** The options of every subcommand that looks at the database. */
export const DATABASE_OPTIONS = {
  remote: { type: 'boolean', default: false },
  'persist-to': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

export const DATABASE_HELP = `  --remote               the deployed database; needs "wrangler login"
  --persist-to <folder>  a local database that is not in .wrangler/state`

/** Of a file that is all wrong, the first errors say enough. */
const ERRORS_SHOWN = 20

/** The database that the options name. */
export function targetOf(values: { readonly remote: boolean; readonly 'persist-to'?: string | undefined }): D1Target {
  return { remote: values.remote, ...(values['persist-to'] !== undefined && { persistTo: values['persist-to'] }) }
}

export interface FileCall {
  readonly usage: string
  readonly help: string
}

/** Reads a call of `policy <word> [<file>]`, where the database stands in for the file; an exit code when there is nothing more to do. */
export function readFileCall(
  argv: string[],
  { usage, help }: FileCall,
): { readonly file: string | undefined; readonly target: D1Target } | number {
  const parsed = readArguments(argv, DATABASE_OPTIONS, usage)
  if (!parsed) return 2
  const { values, positionals } = parsed
  const [file] = positionals
  if (values.help || positionals.length > 1) {
    console.log(help)
    return values.help ? 0 : 2
  }
  return { file, target: targetOf(values) }
}

export interface LivePolicy {
  readonly version: number
  readonly document: PolicyDocument
}

/** The policy in the database, whole; null, and why on stderr, when it cannot be read. */
export async function readLivePolicy(target: D1Target, now: number): Promise<LivePolicy | null> {
  const answer = await queryAllD1<Row>(documentQueries(now, 'all').map(inline), target)
  if (answer.ok) return readDocument(answer.answers)
  console.error(`The policy could not be read: ${answer.message}`)
  console.error(
    target.remote ? 'Is "wrangler login" done?' : 'Start Pawl once with "npm start" to create the local database.',
  )
  return null
}

/** The policy in a file, `-` for stdin; null, and what is wrong on stderr, when it cannot be read. */
export async function readPolicyFile(file: string): Promise<PolicyDocument | null> {
  const content = await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch((error: Error) => error)
  if (content instanceof Error) {
    console.error(`${file} could not be read: ${content.message}`)
    return null
  }
  const parsed = parseDocument(content)
  if (parsed.ok) return parsed.document
  for (const { line, message, text: row, ...place } of parsed.errors.slice(0, ERRORS_SHOWN))
    console.error(`${file}:${line}: ${message}\n${markPlace(row, place)}`)
  const more = parsed.errors.length - ERRORS_SHOWN
  if (more > 0) console.error(`and ${more} more`)
  return null
}

/** PAWL_ADMINS and PAWL_WORKSPACES of the deployment that a database belongs to, as far as this checkout tells. */
export async function readDeployment({
  remote,
}: Pick<D1Target, 'remote'>): Promise<Pick<LintContext, 'admins' | 'workspaces'>> {
  const root = resolve(import.meta.dirname, '../..')
  const setting = remote ? await deployedSettings(root) : await readSettings(root)
  const config = (name: 'PAWL_ADMINS' | 'PAWL_WORKSPACES') => parseConfig({ [name]: setting.get(name) ?? '' })
  const { workspaces } = config('PAWL_WORKSPACES')
  return { admins: config('PAWL_ADMINS').admins, workspaces: workspaces.size === 0 ? null : workspaces }
}

/** Locally `.dev.vars` says it, for a deployment `wrangler.toml`. */
async function deployedSettings(root: string): Promise<ReadonlyMap<string, string>> {
  const { unstable_readConfig: readConfig } = await import('wrangler')
  const { vars } = readConfig({ config: resolve(root, 'wrangler.toml') })
  return new Map(Object.entries(vars).map(([name, value]) => [name, String(value)]))
}
