/** `npm run -s pawl -- audit prove`: a proof that one line is in the log. Reads D1 through wrangler and writes one event, or reads a file. */
import { readArguments } from '../arguments.ts'
import { DATABASE_HELP, DATABASE_OPTIONS, targetOf } from '../policy/read.ts'
import { proofText } from './proof.ts'
import { proveFromD1, proveFromFile } from './prove-log.ts'
import { askD1 } from './source.ts'
import { recordReading, withLog, wrongCall } from './subcommand.ts'

const USAGE = 'npm run -s pawl -- audit prove <number> [--log <file>] > proof.json'

const HELP = `Usage: ${USAGE}

Prints a proof that a line is in the log: the line, a signed checkpoint, and the hashes from the one to the other. "audit check-proof"
checks it without the log.
  --log <file>           from this export instead of the database
${DATABASE_HELP}`

/** Exit code 0 when printed, 1 when there is no such line or the log could not be read, 2 when the call is wrong. */
export async function proveAudit(argv: string[]): Promise<number> {
  const parsed = readArguments(argv, { ...DATABASE_OPTIONS, log: { type: 'string' } }, USAGE)
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
  const file = values.log
  return withLog(target, async () => {
    const proof = file === undefined ? await proveFromD1(askD1(target), seq) : await proveFromFile(file, seq)
    if (!proof.ok) {
      console.error(proof.why)
      return 1
    }
    if (file === undefined) await recordReading(target, 'audit.read', { of_line: seq }, Date.now())
    process.stdout.write(proofText(proof.value))
    return 0
  })
}
