/** Which lines of the log are asked for: options of the command line, and the condition in SQL. Pure but for what it is given to ask D1. */
import { type FilterWords, readFilter } from '../../src/audit/filter.ts'
import { lineConditions } from '../../src/db/audit-conditions.ts'
import type { PawlRecord } from '../../src/json.ts'
import { IDENTITY } from '../../src/policy/names.ts'
import { literal } from '../d1.ts'
import { type Read, wrong } from './read.ts'
import { type AskD1, answersOf } from './source.ts'

/** The options of every subcommand that takes a filter; the same as those of `audit list` in chat. */
export const FILTER_OPTIONS = {
  since: { type: 'string' },
  until: { type: 'string' },
  person: { type: 'string' },
  command: { type: 'string' },
  run: { type: 'string' },
  code: { type: 'string' },
  outcome: { type: 'string' },
} as const

export const FILTER_HELP = `  --since <when>         from this moment on: 2026-11-21T10:00:00Z, 2026-11-21, or a length of time ago as in 2h or 7d
  --until <when>         before this moment
  --person <who>         what this person did, and all lines of the person's own runs: a Pawl user, or an account as slack:T1:U1
  --command <name>       runs with this command, alone or in a pipeline, and all of their lines
  --run <id>             lines of this run
  --code <code>          lines of this code, as run.denied; lock.* for all that begin so
  --outcome <outcome>    lines whose code says so behind its dot: succeeded, failed, denied …`

export interface LogFilter {
  /** As people are told, and as an export's header says; null where all is asked for. */
  readonly told: PawlRecord | null
  /** The condition over the table `audit`. */
  readonly where: string
}

export type FilterValues = FilterWords & { readonly person?: string | undefined }

/**
 * The filter that the options ask for, or what is wrong with them.
 *
 * @param words all must be in a line
 * @param now milliseconds since 1970
 * @throws LogSourceError when D1 does not answer who a person is
 */
export async function filterOf(
  values: FilterValues,
  words: readonly string[],
  now: number,
  ask: AskD1,
): Promise<Read<LogFilter>> {
  const { person } = values
  const reading = readFilter(values, now)
  if (!reading.ok) return reading
  const accounts = person === undefined ? null : await accountsOf(person, ask)
  if (accounts?.length === 0)
    return wrong(`--person: ${person} is no user with accounts: name the account as slack:T1:U1, as the log does`)
  const told = { ...reading.told, ...(accounts && { person: person ?? '', accounts }) }
  const conditions = lineConditions({ filter: reading.filter, accounts, words }, literal)
  return {
    ok: true,
    value: {
      told: Object.keys(told).length === 0 ? null : told,
      where: conditions.length === 0 ? 'true' : conditions.join(' AND '),
    },
  }
}

/** The accounts of a user, with or without @ before the name; or the one that is named itself. */
async function accountsOf(who: string, ask: AskD1): Promise<string[]> {
  if (IDENTITY.test(who)) return [who]
  const [rows] = await answersOf(ask, [
    `SELECT i.platform || ':' || i.workspace || ':' || i.external_id AS account
     FROM users u JOIN identities i ON i.user_id = u.id WHERE u.name = ${literal(who.replace(/^@/, ''))} ORDER BY account`,
  ])
  return (rows ?? []).map(({ account }) => String(account))
}
