/**
 * Makes changes to a document. Pure.
 *
 * A change that names what is not there, or makes what is there already, is refused in words for people. What the changes mean
 * for who may do what is not looked at here.
 */
import { ACCOUNT_ID, IDENTITY, NAME, NAME_ADVICE, NUL, ROOM_NAME, ROOM_NAME_MAX, ROOM_REF } from '../names.ts'
import { isPermission, parseRule } from '../rule-parse.ts'
import { Draft } from './apply-draft.ts'
import { parseExpectation } from './expectation.ts'
import { EVERYONE, type PolicyChange, type PolicyDocument } from './model.ts'
import { refsOf, ruleKey } from './names.ts'

/** The policy of a fresh install. */
export const emptyDocument: PolicyDocument = {
  users: new Map(),
  groups: new Map([[EVERYONE, { members: new Map(), roles: new Map() }]]),
  roles: new Map(),
  rooms: new Map(),
  rules: [],
  expectations: [],
}

export type Applied =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly message: string }

/** The document after one change; the one that was given stays as it is. */
export function applyChange(document: PolicyDocument, change: PolicyChange): Applied {
  return applyChanges(document, [change])
}

/** The document after all changes, made in order; or why the first that cannot be made cannot. */
export function applyChanges(document: PolicyDocument, changes: Iterable<PolicyChange>): Applied {
  const draft = new Draft(document)
  for (const change of changes) {
    const message = makeChange(draft, change)
    if (message !== null) return { ok: false, message }
  }
  return { ok: true, document: draft.document() }
}

/** Makes one change; gives what is wrong with it, or null. */
export function makeChange(draft: Draft, change: PolicyChange): string | null {
  switch (change.kind) {
    case 'user.add':
    case 'user.remove':
      return changeUser(draft, change)
    case 'identity.add':
    case 'identity.remove':
      return changeIdentity(draft, change)
    case 'group.add':
    case 'group.remove':
      return changeGroup(draft, change)
    case 'role.add':
    case 'role.remove':
      return changeRole(draft, change)
    case 'member.add':
    case 'member.remove':
      return changeMember(draft, change)
    case 'role.grant':
    case 'role.revoke':
      return changeRoleOfGroup(draft, change)
    case 'permission.grant':
    case 'permission.revoke':
      return changePermission(draft, change)
    case 'room.set':
    case 'room.remove':
      return changeRoom(draft, change)
    case 'rule.add':
      return addRule(draft, change)
    case 'rule.remove':
    case 'rule.enable':
    case 'rule.disable':
      return changeRule(draft, change)
    case 'expectation.add':
    case 'expectation.remove':
      return changeExpectation(draft, change)
  }
}

type ChangeOf<K extends PolicyChange['kind']> = PolicyChange & { readonly kind: K }

function changeUser(draft: Draft, { kind, user }: ChangeOf<'user.add' | 'user.remove'>): string | null {
  if (kind === 'user.add') {
    if (draft.users.has(user)) return `there is a user ${user} already`
    if (!NAME.test(user)) return `"${user}" cannot be a user's name: ${NAME_ADVICE}`
    if (ACCOUNT_ID.test(user)) return `"${user}" cannot be a user's name: it reads like the id of a chat account`
    draft.users.set(user, [])
    return null
  }
  if (!draft.users.has(user)) return `there is no user ${user}`
  // Expectations are the administrators' own. A rule may be a team's: it stays, with a name that is nobody's any more.
  const namedBy = expectationAbout(draft, 'user', user)
  if (namedBy !== null) return `${user} is named by ${namedBy}: delete that first`
  draft.removeUser(user)
  return null
}

function changeIdentity(
  draft: Draft,
  { kind, user, identity }: ChangeOf<'identity.add' | 'identity.remove'>,
): string | null {
  const identities = draft.users.get(user)
  if (!identities) return `there is no user ${user}`
  if (kind === 'identity.remove') {
    if (!identities.includes(identity)) return `${identity} is no chat account of ${user}`
    draft.removeIdentity(user, identity)
    return null
  }
  if (!IDENTITY.test(identity))
    return `"${identity}" is no chat account: write platform:workspace:id, as in slack:T0123:U0456`
  const owner = draft.ownerOf(identity)
  if (owner !== undefined) return `${identity} is the chat account of ${owner} already`
  draft.addIdentity(user, identity)
  return null
}

function changeGroup(draft: Draft, { kind, group }: ChangeOf<'group.add' | 'group.remove'>): string | null {
  if (kind === 'group.add') {
    if (draft.hasGroup(group)) return `there is a group ${group} already`
    if (!NAME.test(group)) return `"${group}" cannot be a group's name: ${NAME_ADVICE}`
    draft.addGroup(group)
    return null
  }
  if (group === EVERYONE) return `the group ${EVERYONE} always exists: take away its roles instead`
  if (!draft.hasGroup(group)) return `there is no group ${group}`
  const namedBy = ruleNaming(draft, group) ?? expectationAbout(draft, 'group', group)
  if (namedBy !== null) return `${group} is named by ${namedBy}: delete that first`
  draft.removeGroup(group)
  return null
}

function changeRole(draft: Draft, { kind, role }: ChangeOf<'role.add' | 'role.remove'>): string | null {
  if (kind === 'role.add') {
    if (draft.hasRole(role)) return `there is a role ${role} already`
    if (!NAME.test(role)) return `"${role}" cannot be a role's name: ${NAME_ADVICE}`
    draft.addRole(role)
    return null
  }
  if (!draft.hasRole(role)) return `there is no role ${role}`
  draft.removeRole(role)
  return null
}

function changeMember(draft: Draft, change: ChangeOf<'member.add' | 'member.remove'>): string | null {
  const { group, user } = change
  const members = draft.group(group)?.members
  if (!members) return `there is no group ${group}`
  if (group === EVERYONE) return `everybody of a served workspace is in ${EVERYONE}: it has no list of members`
  if (!draft.users.has(user)) return `there is no user ${user}`
  if (change.kind === 'member.remove') return members.delete(user) ? null : `${user} is not in ${group}`
  return grant(members, user, change.until) ? null : `${user} is in ${group} already`
}

function changeRoleOfGroup(draft: Draft, change: ChangeOf<'role.grant' | 'role.revoke'>): string | null {
  const { group, role } = change
  const roles = draft.group(group)?.roles
  if (!roles) return `there is no group ${group}`
  if (!draft.hasRole(role)) return `there is no role ${role}`
  if (change.kind === 'role.revoke') return roles.delete(role) ? null : `${group} does not have the role ${role}`
  return grant(roles, role, change.until) ? null : `${group} has the role ${role} already`
}

function changePermission(draft: Draft, change: ChangeOf<'permission.grant' | 'permission.revoke'>): string | null {
  const { role, permission } = change
  const permissions = draft.role(role)
  if (!permissions) return `there is no role ${role}`
  if (change.kind === 'permission.revoke')
    return permissions.delete(permission) ? null : `${role} does not have the permission ${permission}`
  if (!isPermission(permission)) return `"${permission}" is no permission: write namespace:name, as in deploy:run`
  return grant(permissions, permission, change.until) ? null : `${role} has the permission ${permission} already`
}

/** False when it is so already; another end is a change. */
function grant(grants: Map<string, number | null>, name: string, until: number | null): boolean {
  if (grants.get(name) === until) return false
  grants.set(name, until)
  return true
}

/** A room has one name, and a name one room: what had either before gives it up. */
function changeRoom(draft: Draft, change: ChangeOf<'room.set' | 'room.remove'>): string | null {
  const { name } = change
  if (change.kind === 'room.remove') return draft.removeRoom(name) ? null : `there is no room ${name}`
  const { ref } = change
  if (!ROOM_NAME.test(name) || name.length > ROOM_NAME_MAX)
    return `"${name}" cannot be a room's name: write it as in #ops`
  if (!ROOM_REF.test(ref)) return `"${ref}" is no room: write platform:id, as in slack:C0123`
  if (draft.rooms.get(name) === ref) return `${name} is ${ref} already`
  draft.setRoom(name, ref)
  return null
}

function addRule(draft: Draft, { text, names, enabled }: ChangeOf<'rule.add'>): string | null {
  const parsed = parseRule(text)
  if (!parsed.ok) return `the rule "${text}" cannot be read: ${parsed.error.message}`
  if (text.includes(NUL)) return 'a rule cannot hold a NUL character'
  if (parsed.rule.text !== text) return `write the rule as it is kept: ${parsed.rule.text}`
  for (const ref of refsOf(names)) {
    const [kind = '', name = ''] = ref.split(/:(.*)/s)
    if (!(kind === 'user' ? draft.users.has(name) : draft.hasGroup(name))) return `there is no ${kind} ${name}`
  }
  const rule = { id: null, text, names, enabled }
  const key = ruleKey(rule)
  if (draft.rules.has(key)) return `there is this rule already: ${rule.text}`
  draft.rules.set(key, rule)
  return null
}

function changeRule(draft: Draft, change: ChangeOf<'rule.remove' | 'rule.enable' | 'rule.disable'>): string | null {
  const key = ruleKey(change)
  const rule = draft.rules.get(key)
  if (!rule) return `there is no such rule: ${change.text}`
  if (change.kind === 'rule.remove') {
    draft.rules.delete(key)
    return null
  }
  const enabled = change.kind === 'rule.enable'
  if (rule.enabled === enabled) return `this rule is ${enabled ? 'enabled' : 'disabled'} already: ${rule.text}`
  draft.rules.set(key, { ...rule, enabled })
  return null
}

function changeExpectation(
  draft: Draft,
  { kind, text }: ChangeOf<'expectation.add' | 'expectation.remove'>,
): string | null {
  if (kind === 'expectation.remove')
    return draft.expectations.delete(text) ? null : `there is no such expectation: ${text}`
  if (text.trim() !== text || text === '' || /\p{Cc}/u.test(text))
    return 'an expectation is one line of text without white space around it'
  if (draft.expectations.has(text)) return `there is this expectation already: ${text}`
  draft.expectations.add(text)
  return null
}

function ruleNaming(draft: Draft, group: string): string | null {
  for (const rule of draft.rules.values())
    if (refsOf(rule.names).includes(`group:${group}`)) return `the rule "${rule.text}"`
  return null
}

function expectationAbout(draft: Draft, kind: 'user' | 'group', name: string): string | null {
  for (const text of draft.expectations) if (isAbout(text, kind, name)) return `the expectation "${text}"`
  return null
}

/** Whether an expectation speaks of this user, or of a member of this group. */
function isAbout(text: string, kind: 'user' | 'group', name: string): boolean {
  const parsed = parseExpectation(text)
  if (!parsed.ok) return false
  const { who } = parsed.expectation
  return kind === 'user' ? who.kind === 'user' && who.name === name : who.kind === 'member' && who.group === name
}
