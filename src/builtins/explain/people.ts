/**
 * Everybody who may run a line, without asking about each: users who are in the same groups are decided once; those whom a rule
 * names, and the administrators of the setting, stand alone. Network: D1, one trip.
 */
import { actorKey } from '../../chat/invocation.ts'
import { afterCare, joinCare } from '../../command/care.ts'
import type { Context } from '../../command/command.ts'
import { adminsIn } from '../../config.ts'
import { type AlikeRow, type SubjectRow, selectAlike, selectGroupPermissions, selectSubject } from '../../db/subject.ts'
import { subjectOf } from '../../policy/cache.ts'
import type { Policy } from '../../policy/decide.ts'
import { EVERYONE } from '../../policy/document/model.ts'
import type { Subject } from '../../policy/request.ts'
import { houseOf } from '../house.ts'
import { identityOf } from '../policy/people.ts'
import { type AskedLine, decideStage, problemShown, readLine, redirectMissing } from './line.ts'

/** Names of one kind of people that are listed. */
const NAMES_SHOWN = 20

/** Kinds of people that are listed. */
const KINDS_SHOWN = 25

/** People who are alike for this line. A type and no interface, so that it is a record. */
type Kind = {
  readonly who: string
  /** What it depends on or what comes first, as in `if its records allow it`; empty: they may, for certain and at once. */
  readonly condition: string
  readonly people: readonly string[]
  readonly count: number
}

export type WhoCan = Kind & {
  /** In the first record: why the line cannot run whoever types it; empty when it can. */
  readonly problem: string
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
  const here = adminsIn(admins, ctx.actor).map((id) => identityOf(ctx.actor, id))
  const [alike, groups, ...named] = (await db.batch([
    selectAlike(db, namedIn(policy), ctx.now()),
    selectGroupPermissions(db, ctx.now()),
    ...here.map((account) => selectSubject(db, account, ctx.now())),
  ])) as [D1Result<AlikeRow & { alone: number | null }>, D1Result<GroupRow>, ...D1Result<SubjectRow>[]]
  const conditionFor = (subject: Subject) => conditionOf(policy, asked, subject)
  const administrators = here.map((account, i) => {
    const row = named[i]?.results[0]
    const name = row?.user_name ?? actorKey(account)
    return { name, condition: row ? conditionFor(subjectOf(row, true, true)) : null }
  })
  const found = administratorKinds(administrators)
  const open = conditionFor(personIn([], groups.results, null))
  if (open !== null) found.push({ who: EVERYONE, condition: open, people: [], count: 0 })
  for (const { groups: ids, names, count, alone } of alike.results) {
    const list = names.split(',')
    const person = personIn(
      JSON.parse(ids) as number[],
      groups.results,
      alone === null ? null : { id: alone, name: names },
    )
    const condition = conditionFor(person)
    if (condition === null) continue
    const groupNames = person.groups.flatMap(({ name }) => (name === EVERYONE ? [] : [name]))
    const who = groupNames.length === 0 ? 'users in no group' : `users in ${groupNames.join(' and ')}`
    found.push({ who, condition, people: list.slice(0, NAMES_SHOWN), count })
  }
  const problem = problemShown(ctx, asked)
  return bounded(found).map((kind, i) => ({ ...kind, problem: i === 0 ? problem : '' }))
}

/** The administrators of the setting, those who may for certain first. */
function administratorKinds(administrators: readonly { name: string; condition: string | null }[]): Kind[] {
  return [...Map.groupBy(administrators, ({ condition }) => condition)].flatMap(([condition, alike]) => {
    if (condition === null) return []
    const people = alike.map(({ name }) => name).slice(0, NAMES_SHOWN)
    return [{ who: 'administrators of the deployment (PAWL_ADMINS)', condition, people, count: alike.length }]
  })
}

/** Those who may for certain first. */
function bounded(found: readonly Kind[]): Kind[] {
  if (found.length === 0) return [{ who: 'nobody', condition: '', people: [], count: 0 }]
  const sorted = found.toSorted((a, b) => Number(a.condition !== '') - Number(b.condition !== ''))
  const more = sorted.length - KINDS_SHOWN
  if (more <= 0) return sorted
  return [...sorted.slice(0, KINDS_SHOWN), { who: `${more} more kinds of users`, condition: '', people: [], count: 0 }]
}

/** On what it depends that somebody may run the line: empty for what is certain; null: he may not. */
function conditionOf(policy: Policy, asked: AskedLine, subject: Subject): string | null {
  if (redirectMissing(asked, subject) !== null) return null
  let condition = ''
  const cares = asked.plan.ok ? [asked.plan.care] : []
  for (const stage of asked.stages) {
    const decision = decideStage(policy, stage, subject)
    if (!decision.allowed) return null
    if (!decision.certain) condition = `if its ${stage.open} allow it`
    cares.push(decision.care)
  }
  const after = asked.plan.ok && asked.plan.dry ? '' : afterCare(joinCare(cares))
  return [condition, after].filter((text) => text !== '').join(', ')
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
