/**
 * Everybody who may run a line, without asking about each: users who are in the same groups are decided once, and those whom a
 * rule names stand alone. Network: D1, one trip.
 */
import type { Context } from '../../command/command.ts'
import { type AlikeRow, selectAlike, selectGroupPermissions } from '../../db/subject.ts'
import { decide, type Policy } from '../../policy/decide.ts'
import { EVERYONE } from '../../policy/document/model.ts'
import type { Subject } from '../../policy/request.ts'
import { houseOf } from '../house.ts'
import { type AskedLine, readLine, redirectMissing } from './line.ts'

/** Names of one kind of people that are listed. */
const NAMES_SHOWN = 20

/** Kinds of people that are listed. */
const KINDS_SHOWN = 25

/** People who are in the same groups. */
export interface WhoCan {
  readonly [field: string]: string | number | readonly string[]
  readonly who: string
  readonly people: readonly string[]
  readonly count: number
}

interface GroupRow {
  readonly id: number
  readonly name: string
  readonly permissions: string
}

/** Who may run the line; one record for each kind of people, or one that says nobody. */
export async function peopleWhoCan(ctx: Context, line: string): Promise<WhoCan[]> {
  const { db, policy, admins } = houseOf(ctx)
  const asked = await readLine(ctx, line)
  const [alike, groups] = (await db.batch([
    selectAlike(db, namedIn(policy), ctx.now()),
    selectGroupPermissions(db, ctx.now()),
  ])) as [D1Result<AlikeRow & { alone: number | null }>, D1Result<GroupRow>]
  const may = (subject: Subject) => mayRun(policy, asked, subject)
  const found: WhoCan[] = []
  if (admins.size > 0 && may({ ...personIn([], groups.results, null), administrator: true }))
    found.push({ who: 'administrators of the deployment (PAWL_ADMINS)', people: [], count: admins.size })
  if (may(personIn([], groups.results, null))) found.push({ who: EVERYONE, people: [], count: 0 })
  for (const { groups: ids, names, count, alone } of alike.results) {
    const list = names.split(',')
    const person = personIn(
      JSON.parse(ids) as number[],
      groups.results,
      alone === null ? null : { id: alone, name: names },
    )
    if (!may(person)) continue
    const groupNames = person.groups.flatMap(({ name }) => (name === EVERYONE ? [] : [name]))
    const who = groupNames.length === 0 ? 'users in no group' : `users in ${groupNames.join(' and ')}`
    found.push({ who, people: list.slice(0, NAMES_SHOWN), count })
  }
  if (found.length === 0) return [{ who: 'nobody', people: [], count: 0 }]
  const more = found.length - KINDS_SHOWN
  if (more <= 0) return found
  return [...found.slice(0, KINDS_SHOWN), { who: `${more} more kinds of users`, people: [], count: 0 }]
}

function mayRun(policy: Policy, asked: AskedLine, subject: Subject): boolean {
  return (
    asked.stages.every(({ request }) => decide(policy, request(subject)).allowed) &&
    redirectMissing(asked, subject) === null
  )
}

/** Ids of the users whom rules name. */
function namedIn({ rules }: Policy): number[] {
  const ids = rules.flatMap(({ names }) => Object.values(names.user ?? {}))
  return [...new Set(ids)].map((ref) => Number(ref.replace(/^user:/, '')))
}

/** A full member of the workspace who is in these groups. */
function personIn(ids: readonly number[], groups: readonly GroupRow[], user: Subject['user']): Subject {
  const own = groups.filter(({ id, name }) => ids.includes(id) || name === EVERYONE)
  return {
    user,
    administrator: false,
    groups: own.map(({ id, name }) => ({ id, name })),
    permissions: new Set(own.flatMap(({ permissions }) => JSON.parse(permissions) as string[])),
  }
}
