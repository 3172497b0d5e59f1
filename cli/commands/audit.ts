/** `npm run pawl -- audit list`: the audit log on the command line. Reads D1 through wrangler; writes to the terminal. */
import { lineOf } from '../../src/audit/line.ts'
import { RUN_ID } from '../../src/runs/identity.ts'
import { readArguments } from '../arguments.ts'
import { literal, queryD1 } from '../d1.ts'

const USAGE =
  'npm run pawl -- audit list [--limit 20] [--run <id>] [--before <number>] [--json] [--remote] [--persist-to <folder>]'

const HELP = `Usage: ${USAGE}

Shows the newest lines of the audit log, oldest first.
  --limit <n>            how many (1 to 1000)
  --run <id>             only of this run
  --before <number>      only lines before this one: the next page
  --json                 one JSON object per line instead of text
  --remote               the deployed database; needs "wrangler login"
  --persist-to <folder>  a local database that is not in .wrangler/state`

const LIMIT_MAX = 1_000

/** Exit code 0 when shown, 1 when the database could not be read, 2 when the call is wrong. */
export async function audit(argv: string[]): Promise<number> {
  const parsed = readArguments(
    argv,
    {
      limit: { type: 'string', default: '20' },
      run: { type: 'string' },
      before: { type: 'string' },
      json: { type: 'boolean', default: false },
      remote: { type: 'boolean', default: false },
      'persist-to': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    USAGE,
  )
  if (!parsed) return 2
  const { values, positionals } = parsed
  if (values.help || positionals[0] !== 'list' || positionals.length > 1) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const limit = Number(values.limit)
  const before = values.before === undefined ? Number.MAX_SAFE_INTEGER : Number(values.before)
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    return wrong(`--limit is a number from 1 to ${LIMIT_MAX}`)
  if (!Number.isSafeInteger(before) || before < 1) return wrong('--before is the number of a line')
  if (values.run !== undefined && !RUN_ID.test(values.run)) return wrong('--run is a run id, like r_0123456789abcdef')
  const only = values.run === undefined ? '' : ` AND run = ${literal(values.run)}`
  const answer = await queryD1<{ seq: number; event: string }>(
    `SELECT seq, event FROM audit WHERE seq < ${literal(before)}${only} ORDER BY seq DESC LIMIT ${literal(limit)}`,
    { remote: values.remote, ...(values['persist-to'] !== undefined && { persistTo: values['persist-to'] }) },
  )
  if (!answer.ok) {
    console.error(`The audit log could not be read: ${answer.message}`)
    console.error(
      values.remote ? 'Is "wrangler login" done?' : 'Start Pawl once with "npm start" to create the local database.',
    )
    return 1
  }
  for (const { seq, event } of [...answer.rows].reverse())
    console.log(values.json ? JSON.stringify({ seq, ...JSON.parse(event) }) : `${seq} ${lineOf(event)}`)
  return 0
}

function wrong(message: string): number {
  console.error(message)
  console.error(HELP)
  return 2
}
