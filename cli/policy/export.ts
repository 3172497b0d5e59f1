/** `npm run -s pawl -- policy export`: the policy as a text file on stdout. Reads D1 through wrangler. */
import { printDocument } from '../../src/policy/document/file.ts'
import { readArguments } from '../arguments.ts'
import { DATABASE_HELP, DATABASE_OPTIONS, readLivePolicy, targetOf } from './read.ts'

const USAGE = 'npm run -s pawl -- policy export [--remote] [--persist-to <folder>] > policy.pawl'

const HELP = `Usage: ${USAGE}

Prints users, rooms, roles, groups, the site's own rules and expectations, one fact a line. Grants that have ended are left out.
${DATABASE_HELP}`

/** Exit code 0 when printed, 1 when the database could not be read, 2 when the call is wrong. */
export async function exportPolicy(argv: string[]): Promise<number> {
  const parsed = readArguments(argv, DATABASE_OPTIONS, USAGE)
  if (!parsed) return 2
  const { values, positionals } = parsed
  if (values.help || positionals.length > 0) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const live = await readLivePolicy(targetOf(values), Date.now())
  if (!live) return 1
  process.stdout.write(printDocument(live.document))
  return 0
}
