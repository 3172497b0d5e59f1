/** `npm run pawl -- audit list` and `audit search`: lines of the log on the command line. Reads D1 through wrangler and writes one event. */
import { lineOf } from '../../src/audit/line.ts'
import type { PawlRecord } from '../../src/json.ts'
import { readArguments } from '../arguments.ts'
import { DATABASE_HELP, DATABASE_OPTIONS, targetOf } from '../policy/read.ts'
import { FILTER_HELP, FILTER_OPTIONS, filterOf } from './filter.ts'
import { readShown } from './shown.ts'
import { askD1 } from './source.ts'
import { recordReading, withLog, wrongCall } from './subcommand.ts'

const OPTIONS_HELP = `${FILTER_HELP}
  --limit <n>            how many (1 to 1000)
  --before <number>      only lines before this one: the next page
  --json                 one JSON object per line instead of text
${DATABASE_HELP}`

const LIST_USAGE = 'npm run pawl -- audit list [filters] [--limit 20] [--before <number>] [--json]'

const LIST_HELP = `Usage: ${LIST_USAGE}

Shows the newest lines of the audit log, oldest first. Reading it is itself an event of the log.
${OPTIONS_HELP}`

const SEARCH_USAGE = 'npm run pawl -- audit search <word…> [filters] [--limit 20] [--before <number>] [--json]'

const SEARCH_HELP = `Usage: ${SEARCH_USAGE}

Shows the newest lines of the audit log that hold all the words, whatever the case of their letters, oldest first. Searching it is
itself an event of the log.
${OPTIONS_HELP}`

const LIMIT_MAX = 1_000

/** Exit code 0 when shown, 1 when the log could not be read, 2 when the call is wrong. */
export async function listAudit(argv: string[]): Promise<number> {
  return show(argv, { usage: LIST_USAGE, help: LIST_HELP, search: false })
}

/** Exit code 0 when shown, 1 when the log could not be read, 2 when the call is wrong. */
export async function searchAudit(argv: string[]): Promise<number> {
  return show(argv, { usage: SEARCH_USAGE, help: SEARCH_HELP, search: true })
}

interface Call {
  readonly usage: string
  readonly help: string
  readonly search: boolean
}

async function show(argv: string[], { usage, help, search }: Call): Promise<number> {
  const parsed = readArguments(
    argv,
    {
      ...DATABASE_OPTIONS,
      ...FILTER_OPTIONS,
      limit: { type: 'string', default: '20' },
      before: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    usage,
  )
  if (!parsed) return 2
  const { values, positionals } = parsed
  const words = positionals.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '')
  if (values.help || (search ? words.length === 0 : positionals.length > 0)) {
    console.log(help)
    return values.help ? 0 : 2
  }
  const limit = Number(values.limit)
  const before = values.before === undefined ? Number.MAX_SAFE_INTEGER : Number(values.before)
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    return wrongCall(`--limit is a number from 1 to ${LIMIT_MAX}`, help)
  if (!Number.isSafeInteger(before) || before < 1) return wrongCall('--before is the number of a line', help)
  const target = targetOf(values)
  return withLog(target, async () => {
    const ask = askD1(target)
    const now = Date.now()
    const filter = await filterOf(values, words, now, ask)
    if (!filter.ok) return wrongCall(filter.why, help)
    const lines = await readShown(ask, { filter: filter.value, before, limit })
    // What is not recorded is not shown.
    await recordReading(target, 'audit.read', detailsOf(limit, values.before, filter.value.told, words), now)
    for (const { seq, event } of lines)
      console.log(values.json ? JSON.stringify({ seq, ...JSON.parse(event) }) : `${seq} ${lineOf(event)}`)
    return 0
  })
}

function detailsOf(
  limit: number,
  before: string | undefined,
  filter: PawlRecord | null,
  words: readonly string[],
): PawlRecord {
  return {
    limit,
    ...(before !== undefined && { before_line: Number(before) }),
    ...(filter && { filter }),
    ...(words.length > 0 && { words: words.join(' ') }),
  }
}
