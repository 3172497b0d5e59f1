/** `npm run pawl -- audit key`: the public keys of the log, as the database tells them. Reads D1 through wrangler. */
import { parseVerifierKey } from '../../src/audit/note.ts'
import { readArguments } from '../arguments.ts'
import { literal } from '../d1.ts'
import { DATABASE_HELP, DATABASE_OPTIONS, targetOf } from '../policy/read.ts'
import { CHAPTER_CODES } from './chapter.ts'
import { answersOf, askD1 } from './source.ts'
import { withLog } from './subcommand.ts'

const USAGE = 'npm run pawl -- audit key'

const HELP = `Usage: ${USAGE}

Shows the public keys with which the log was signed, the newest last, and since when: what "audit verify" takes as --key. They come from
the database: compare them with what "audit key" says in the chat, and keep them elsewhere.
${DATABASE_HELP}`

/** Exit code 0 when shown, 1 when the database does not tell a key, 2 when the call is wrong. */
export async function keyAudit(argv: string[]): Promise<number> {
  const parsed = readArguments(argv, DATABASE_OPTIONS, USAGE)
  if (!parsed) return 2
  const { values, positionals } = parsed
  if (values.help || positionals.length > 0) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const target = targetOf(values)
  return withLog(target, async () => {
    const [rows] = await answersOf(askD1(target), [
      `SELECT seq, event ->> 'at' AS at, coalesce(event ->> 'new_key', event ->> 'key') AS key FROM audit
       WHERE code IN (${CHAPTER_CODES.map(literal).join()}) AND key IS NOT NULL ORDER BY seq`,
    ])
    for (const { seq, at, key } of rows ?? []) {
      const read = await parseVerifierKey(String(key))
      console.log(`${key}\n  since ${at}, line ${seq}${read.ok ? '' : `; it is no key: ${read.why}`}`)
    }
    if (rows?.length) return 0
    console.error(
      'The database tells no key: the log makes one with its first sealing, within a minute; later the line may be pruned.',
    )
    return 1
  })
}
