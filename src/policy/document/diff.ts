/** What makes one document of another, as changes, and how a change is told. Pure. */
import { grantLine, oneLine } from './file.ts'
import { type DocumentRule, EVERYONE, type Grants, type PolicyChange, type PolicyDocument } from './model.ts'
import { currentRule, roomNamesOf, ruleKey } from './names.ts'

/**
 * The changes that make `to` of `from`, in an order in which they can be made; none when the two say the same. Rules are compared
 * with everything called as it is called now.
 */
export function diffDocuments(from: PolicyDocument, to: PolicyDocument): PolicyChange[] {
  const rules = diffRules(from, to)
  const users = diffUsers(from, to)
  const roles = diffRoles(from, to)
  const groups = diffGroups(from, to)
  const rooms = diffRooms(from, to)
  const wanted = new Set(to.expectations)
  const known = new Set(from.expectations)
  return [
    // First what names others, then what is named.
    ...from.expectations
      .filter((text) => !wanted.has(text))
      .map((text) => ({ kind: 'expectation.remove', text }) as const),
    ...rules.removed,
    ...groups.removed,
    ...roles.removed,
    ...users.removed,
    ...users.added,
    ...rooms,
    ...roles.added,
    ...groups.added,
    ...rules.added,
    ...to.expectations.filter((text) => !known.has(text)).map((text) => ({ kind: 'expectation.add', text }) as const),
  ]
}

interface Split {
  readonly removed: readonly PolicyChange[]
  readonly added: readonly PolicyChange[]
}

function diffUsers(from: PolicyDocument, to: PolicyDocument): Split {
  const removed: PolicyChange[] = []
  const added: PolicyChange[] = []
  for (const [user, identities] of from.users) {
    const after = to.users.get(user)
    if (!after) removed.push({ kind: 'user.remove', user })
    else
      for (const identity of identities)
        if (!after.includes(identity)) removed.push({ kind: 'identity.remove', user, identity })
  }
  for (const [user, identities] of to.users) {
    const before = from.users.get(user)
    if (!before) added.push({ kind: 'user.add', user })
    for (const identity of identities)
      if (!before?.includes(identity)) added.push({ kind: 'identity.add', user, identity })
  }
  return { removed, added }
}

const NO_GRANTS: Grants = new Map()

function diffRoles(from: PolicyDocument, to: PolicyDocument): Split {
  const removed: PolicyChange[] = []
  const added: PolicyChange[] = []
  for (const [role, permissions] of from.roles) {
    const after = to.roles.get(role)
    if (!after) removed.push({ kind: 'role.remove', role })
    else
      for (const permission of gone(permissions, after)) removed.push({ kind: 'permission.revoke', role, permission })
  }
  for (const [role, permissions] of to.roles) {
    const before = from.roles.get(role)
    if (!before) added.push({ kind: 'role.add', role })
    for (const [permission, until] of come(before ?? NO_GRANTS, permissions))
      added.push({ kind: 'permission.grant', role, permission, until })
  }
  return { removed, added }
}

/** Taken away with a user, a role or a group are also its links: they need no change of their own. */
function diffGroups(from: PolicyDocument, to: PolicyDocument): Split {
  const removed: PolicyChange[] = []
  const added: PolicyChange[] = []
  for (const [group, { members, roles }] of from.groups) {
    const after = to.groups.get(group)
    if (!after && group !== EVERYONE) {
      removed.push({ kind: 'group.remove', group })
      continue
    }
    for (const user of gone(members, after?.members ?? NO_GRANTS))
      if (to.users.has(user)) removed.push({ kind: 'member.remove', group, user })
    for (const role of gone(roles, after?.roles ?? NO_GRANTS))
      if (to.roles.has(role)) removed.push({ kind: 'role.revoke', group, role })
  }
  for (const [group, { members, roles }] of to.groups) {
    const before = from.groups.get(group)
    if (!before && group !== EVERYONE) added.push({ kind: 'group.add', group })
    for (const [role, until] of come(before?.roles ?? NO_GRANTS, roles))
      added.push({ kind: 'role.grant', group, role, until })
    for (const [user, until] of come(before?.members ?? NO_GRANTS, members))
      added.push({ kind: 'member.add', group, user, until })
  }
  return { removed, added }
}

function gone(before: Grants, after: Grants): string[] {
  return [...before.keys()].filter((name) => !after.has(name))
}

/** What is new, or ends at another time. */
function come(before: Grants, after: Grants): [string, number | null][] {
  return [...after].filter(([name, until]) => before.get(name) !== until)
}

function diffRooms(from: PolicyDocument, to: PolicyDocument): PolicyChange[] {
  return [
    ...[...from.rooms.keys()].flatMap((name) => (to.rooms.has(name) ? [] : [{ kind: 'room.remove', name } as const])),
    ...[...to.rooms].flatMap(([name, ref]) =>
      from.rooms.get(name) === ref ? [] : [{ kind: 'room.set', name, ref } as const],
    ),
  ]
}

function diffRules(from: PolicyDocument, to: PolicyDocument): Split {
  const before = currentRules(from)
  const after = currentRules(to)
  const removed: PolicyChange[] = []
  const added: PolicyChange[] = []
  for (const [key, { text, names, enabled }] of before) {
    const wanted = after.get(key)
    if (!wanted) removed.push({ kind: 'rule.remove', text, names })
    else if (wanted.enabled !== enabled)
      added.push({ kind: wanted.enabled ? 'rule.enable' : 'rule.disable', text, names })
  }
  for (const [key, { text, names, enabled }] of after)
    if (!before.has(key)) added.push({ kind: 'rule.add', text, names, enabled })
  return { removed, added }
}

/** By what they say now. */
function currentRules(document: PolicyDocument): Map<string, DocumentRule> {
  const roomNames = roomNamesOf(document)
  return new Map(document.rules.map((rule) => [ruleKey(currentRule(rule, roomNames)), rule]))
}

/**
 * One line for people: `+` for what comes, `-` for what goes, `~` for what changes.
 *
 * @param before the document before the change; without it, whether something comes or changes is not told apart
 */
export function describeChange(change: PolicyChange, before?: PolicyDocument): string {
  switch (change.kind) {
    case 'user.add':
    case 'user.remove':
      return `${signOf(change)} user ${change.user}`
    case 'identity.add':
    case 'identity.remove':
      return `${signOf(change)} user ${change.user}: ${change.identity}`
    case 'group.add':
    case 'group.remove':
      return `${signOf(change)} group ${change.group}`
    case 'role.add':
    case 'role.remove':
      return `${signOf(change)} role ${change.role}`
    case 'member.add': {
      const known = before?.groups.get(change.group)?.members.has(change.user)
      return `${known ? '~' : '+'} group ${change.group}: ${grantLine('member', change.user, change.until)}`
    }
    case 'member.remove':
      return `- group ${change.group}: member ${change.user}`
    case 'role.grant': {
      const known = before?.groups.get(change.group)?.roles.has(change.role)
      return `${known ? '~' : '+'} group ${change.group}: ${grantLine('role', change.role, change.until)}`
    }
    case 'role.revoke':
      return `- group ${change.group}: role ${change.role}`
    case 'permission.grant': {
      const known = before?.roles.get(change.role)?.has(change.permission)
      return `${known ? '~' : '+'} role ${change.role}: ${grantLine('permission', change.permission, change.until)}`
    }
    case 'permission.revoke':
      return `- role ${change.role}: permission ${change.permission}`
    case 'room.set':
      return `${before?.rooms.has(change.name) ? '~' : '+'} room ${change.name} ${change.ref}`
    case 'room.remove':
      return `- room ${change.name}`
    case 'rule.add':
      return `+ ${change.enabled ? '' : 'disabled '}rule ${oneLine(change.text)}`
    case 'rule.remove':
      return `- rule ${oneLine(change.text)}`
    case 'rule.enable':
      return `~ enabled: rule ${oneLine(change.text)}`
    case 'rule.disable':
      return `~ disabled: rule ${oneLine(change.text)}`
    case 'expectation.add':
    case 'expectation.remove':
      return `${signOf(change)} expect ${oneLine(change.text)}`
  }
}

function signOf({ kind }: PolicyChange): '+' | '-' {
  return kind.endsWith('.add') ? '+' : '-'
}
