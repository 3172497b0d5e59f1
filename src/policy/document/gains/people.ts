/** Of whom a change may make a difference, and what each had and has: people who are alike are one. Pure. */
import { permissionsOf, subjectIn, withoutEnded } from '../evaluate.ts'
import { EVERYONE, type PolicyDocument } from '../model.ts'
import type { Person } from '../person.ts'

/** Nobody here holds everything: administrators of the deployment are outside the document. */
type Holder = Person & { readonly permissions: ReadonlySet<string> }

/** People who are alike in both policies. */
export interface Kind {
  readonly kind: 'stranger' | 'everyone' | 'group' | 'users'
  /** As people read it: `group deployers`, `@ada`. */
  readonly names: readonly string[]
  readonly before: Holder
  readonly after: Holder
}

/** Users who differ in their groups are looked at one kind after the other; a person reads no longer list than this. */
const KINDS_MAX = 200

/** A user whom no rule names. */
const ANY_USER = 'user:(any)'

const STRANGER: Holder = { user: null, groups: new Set(), permissions: new Set() }

/** Broadest first: strangers, everyone, each group, then users. `named` are the users that rules name, as `user:ada`. */
export function kindsOf(
  old: PolicyDocument,
  next: PolicyDocument,
  now: number,
  named: ReadonlySet<string>,
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
  ]
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
    const person = (document: PolicyDocument, groups: readonly string[]): Holder => {
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
function memberOf(document: PolicyDocument, names: readonly string[], now: number): Holder {
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

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one))
}
