/** Of whom a change may make a difference, and what each had and has: people who are alike are one. Pure. */
import { permissionsOf, subjectIn, withoutEnded } from '../evaluate.ts'
import { EVERYONE, type PolicyDocument } from '../model.ts'
import type { Person } from '../person.ts'

/** People who are alike in both policies. */
export interface Kind {
  readonly kind: 'stranger' | 'everyone' | 'group' | 'users' | 'administrator'
  /** As people read it: `group deployers`, `@ada`. */
  readonly names: readonly string[]
  readonly before: Person
  readonly after: Person
}

/** Users who differ in their groups are looked at one kind after the other; a person reads no longer list than this. */
const KINDS_MAX = 200

/** A user whom no rule names. */
const ANY_USER = 'user:(any)'

const STRANGER: Person = { user: null, groups: new Set(), permissions: new Set() }

/**
 * Broadest first: strangers, everyone, each group, then users, then the administrators of the setting, each as the user that it is.
 * `named` are the users that rules name, as `user:ada`.
 */
export function kindsOf(
  old: PolicyDocument,
  next: PolicyDocument,
  now: number,
  named: ReadonlySet<string>,
  admins: ReadonlySet<string>,
): readonly Kind[] {
  const before = withoutEnded(old, now)
  const after = withoutEnded(next, now)
  const open = (document: PolicyDocument) => subjectIn(document, null, now, { everyone: true })
  const groups = [...new Set([...before.groups.keys(), ...after.groups.keys()])]
    .filter((name) => name !== EVERYONE)
    .sort()
  return [
    { kind: 'stranger', names: ['people from outside'], before: STRANGER, after: STRANGER },
    { kind: 'everyone', names: [EVERYONE], before: open(before), after: open(after) },
    ...groups.map((name) => ({
      kind: 'group' as const,
      names: [`group ${name}`],
      before: memberOf(before, [name], now),
      after: memberOf(after, [name], now),
    })),
    ...userKinds(before, after, now, named),
    ...administratorKinds(before, after, now, named, admins),
  ]
}

/** Who holds everything by the setting; rules that forbid are for them, too. */
function administratorKinds(
  before: PolicyDocument,
  after: PolicyDocument,
  now: number,
  named: ReadonlySet<string>,
  admins: ReadonlySet<string>,
): Kind[] {
  const ownerIn = ({ users }: PolicyDocument, account: string) =>
    [...users].find(([, accounts]) => accounts.includes(account))?.[0] ?? null
  const personIn = (document: PolicyDocument, account: string): Person => {
    const { user, groups } = subjectIn(document, ownerIn(document, account), now, { everyone: true })
    return { user: user === null || named.has(user) ? user : ANY_USER, groups, permissions: null }
  }
  const all = [...admins].map((account) => ({
    name: ownerIn(after, account),
    before: personIn(before, account),
    after: personIn(after, account),
  }))
  const alike = Map.groupBy(all, (one) => JSON.stringify([shownPerson(one.before), shownPerson(one.after)]))
  return [...alike.values()].slice(0, KINDS_MAX).flatMap((those) => {
    const [first] = those
    if (!first) return []
    const users = [...new Set(those.flatMap(({ name }) => (name === null ? [] : [`@${name} (PAWL_ADMINS)`])))]
    const others = those.some(({ name }) => name === null) ? ['administrators (PAWL_ADMINS)'] : []
    return [{ kind: 'administrator', names: [...others, ...users], before: first.before, after: first.after }]
  })
}

function shownPerson({ user, groups }: Person): unknown {
  return [user, [...groups].sort()]
}

function userKinds(before: PolicyDocument, after: PolicyDocument, now: number, named: ReadonlySet<string>): Kind[] {
  const was = membershipOf(before)
  const is = membershipOf(after)
  const users = [...new Set([...before.users.keys(), ...after.users.keys()])].sort()
  const alike = Map.groupBy(users, (name) =>
    JSON.stringify([
      before.users.has(name) ? (was.get(name) ?? []) : null,
      after.users.has(name) ? (is.get(name) ?? []) : null,
      named.has(`user:${name}`) ? name : '',
    ]),
  )
  const changed = (key: string) => {
    const [one, other, name] = JSON.parse(key) as [unknown, unknown, string]
    return name !== '' || JSON.stringify(one) !== JSON.stringify(other)
  }
  // Those whose own groups change come first, as the others mostly gain what one of their groups gains.
  const kinds = [...alike].sort(([a], [b]) => Number(changed(b)) - Number(changed(a)))
  return kinds.slice(0, KINDS_MAX).map(([, names]) => {
    const [one = ''] = names
    const person = (document: PolicyDocument, groups: readonly string[]): Person => {
      if (!document.users.has(one)) return subjectIn(document, null, now, { everyone: true })
      const { user, ...held } = memberOf(document, groups, now)
      return { ...held, user: named.has(`user:${one}`) ? `user:${one}` : user }
    }
    return {
      kind: 'users' as const,
      names: names.map((name) => `@${name}`),
      before: person(before, was.get(one) ?? []),
      after: person(after, is.get(one) ?? []),
    }
  })
}

/** A user in these groups and, as everybody is, in `everyone`; a group that is not there is nobody's. */
function memberOf(document: PolicyDocument, names: readonly string[], now: number): Person {
  const groups = [...names.filter((name) => document.groups.has(name)), EVERYONE]
  return {
    user: ANY_USER,
    groups: new Set(groups.map((name) => `group:${name}`)),
    permissions: permissionsOf(document, groups, now),
  }
}

/** The groups of each user, in one pass over all members. */
function membershipOf({ groups }: PolicyDocument): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [group, { members }] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const name of members.keys()) {
      const known = found.get(name)
      if (known) known.push(group)
      else found.set(name, [group])
    }
  return found
}

/** True when nothing that a decision could depend on has changed about the person. */
export function isUnchanged({ before, after }: Kind): boolean {
  return (
    before.user === after.user && isSame(before.groups, after.groups) && isSame(before.permissions, after.permissions)
  )
}

/** Null holds everything. */
function isSame(a: ReadonlySet<string> | null, b: ReadonlySet<string> | null): boolean {
  if (a === null || b === null) return a === b
  return a.size === b.size && [...a].every((one) => b.has(one))
}
