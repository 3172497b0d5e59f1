/** `npm run pawl -- audit show`: one line of the log, whole. Reads D1 through wrangler and writes one event. */
import { readArguments } from '../arguments.ts'
import { DATABASE_HELP, DATABASE_OPTIONS, targetOf } from '../policy/read.ts'
import { readOne } from './shown.ts'
import { askD1 } from './source.ts'
import { recordReading, withLog, wrongCall } from './subcommand.ts'

const USAGE = 'npm run pawl -- audit show <number>'

const HELP = `Usage: ${USAGE}

Shows one line of the audit log with all its fields, and whether its number is sealed. Reading it is itself an event of the log.
${DATABASE_HELP}`

/** Exit code 0 when shown, 1 when there is no such line or the log could not be read, 2 when the call is wrong. */
export async function showAudit(argv: string[]): Promise<number> {
  const parsed = readArguments(argv, DATABASE_OPTIONS, USAGE)
  if (!parsed) return 2
  const { values, positionals } = parsed
  const [number] = positionals
  if (values.help || number === undefined || positionals.length > 1) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const seq = Number(number)
  if (!Number.isSafeInteger(seq) || seq < 1) return wrongCall('the number of a line is a whole number from 1', HELP)
  const target = targetOf(values)
  return withLog(target, async () => {
    const found = await readOne(askD1(target), seq)
    if (found === null) {
      console.error(`There is no line ${seq} in D1: it is not written yet, or was pruned.`)
      return 1
    }
    await recordReading(target, 'audit.read', { of_line: seq }, Date.now())
    console.log(JSON.stringify(JSON.parse(found.line.event), null, 2))
    console.log(
      found.sealed
        ? `line ${seq} is one of those that are sealed; that it is as it was, "audit prove ${seq}" shows`
        : `line ${seq} is not sealed yet`,
    )
    return 0
  })
}
