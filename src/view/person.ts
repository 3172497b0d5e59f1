/** People in records who are no users of Pawl: noted by the ids of their accounts, shown by name where the platform can. Pure. */
import { code, isAccount, platformOf, type Span, userNamed } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { Json, PawlRecord } from '../json.ts'

/** People whom a note under a table names. */
export const PEOPLE_MAX = 10

/** What each of them costs there (src/view/budget.ts), with the longest ids there are. */
export const PERSON_COST = 65

/** Fields that say who did something: the name of a user, or the id of an account. Elsewhere such a word may be anything. */
const PERSON_FIELDS: ReadonlySet<string> = new Set(['who', 'by', 'actor', 'ended', 'closed_by'])

/** True for the account of somebody who did something. */
export function isPerson(name: string, value: Json | undefined): value is string {
  return typeof value === 'string' && PERSON_FIELDS.has(name) && isAccount(value)
}

/** The accounts in a record of those who did something. */
export function accountsIn(record: PawlRecord): string[] {
  return Object.entries(record).flatMap(([name, value]) => (isPerson(name, value) ? [value] : []))
}

/** Says under a table, in which no platform shows a name, whose its accounts are. */
export function peopleNote(accounts: ReadonlySet<string>): Block[] {
  if (accounts.size === 0) return []
  const named = [...accounts].flatMap((id, i): Span[] => [
    ...(i > 0 ? [{ text: ' · ' }] : []),
    ...code(id).spans,
    { text: ' is ' },
    ...userNamed(id, `an account of ${platformOf(id)}`).spans,
  ])
  return [{ kind: 'note', text: { spans: named } }]
}
