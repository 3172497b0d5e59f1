/** A document while changes are made to it: what is changed is copied once, however many changes there are. Pure. */

import { type DocumentRule, EVERYONE, type Grants, type PolicyDocument } from './model.ts'
import { ruleKey } from './names.ts'

type EditableGrants = Map<string, number | null>

interface EditableGroup {
  readonly members: EditableGrants
  readonly roles: EditableGrants
}

export class Draft {
  readonly users: Map<string, readonly string[]>
  readonly rooms: Map<string, string>
  readonly rules: Map<string, DocumentRule>
  readonly expectations: Set<string>
  readonly #groups: Map<string, { readonly members: Grants; readonly roles: Grants }>
  readonly #roles: Map<string, Grants>
  /** Those of the groups and roles that are this draft's own copies. */
  readonly #ownGroups = new Map<string, EditableGroup>()
  readonly #ownRoles = new Map<string, EditableGrants>()
  /** Whose an identity is, and what a room is called; made when first asked for. */
  #owners: Map<string, string> | null = null
  #roomNames: Map<string, string> | null = null

  constructor(document: PolicyDocument) {
    this.users = new Map(document.users)
    this.rooms = new Map(document.rooms)
    this.rules = new Map(document.rules.map((rule) => [ruleKey(rule), rule]))
    this.expectations = new Set(document.expectations)
    this.#groups = new Map(document.groups)
    this.#roles = new Map(document.roles)
    if (!this.#groups.has(EVERYONE)) this.addGroup(EVERYONE)
  }

  document(): PolicyDocument {
    return {
      users: this.users,
      groups: this.#groups,
      roles: this.#roles,
      rooms: this.rooms,
      rules: [...this.rules.values()],
      expectations: [...this.expectations],
    }
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name)
  }

  hasRole(name: string): boolean {
    return this.#roles.has(name)
  }

  /** A group to change; null when there is none of this name. */
  group(name: string): EditableGroup | null {
    const own = this.#ownGroups.get(name)
    if (own) return own
    const group = this.#groups.get(name)
    return group ? this.#keepGroup(name, new Map(group.members), new Map(group.roles)) : null
  }

  /** A role's permissions to change; null when there is none of this name. */
  role(name: string): EditableGrants | null {
    const own = this.#ownRoles.get(name)
    if (own) return own
    const role = this.#roles.get(name)
    return role ? this.#keepRole(name, new Map(role)) : null
  }

  addGroup(name: string): void {
    this.#keepGroup(name, new Map(), new Map())
  }

  addRole(name: string): void {
    this.#keepRole(name, new Map())
  }

  removeGroup(name: string): void {
    this.#groups.delete(name)
    this.#ownGroups.delete(name)
  }

  /** With all that groups were given through it. */
  removeRole(name: string): void {
    this.#roles.delete(name)
    this.#ownRoles.delete(name)
    for (const [group, { roles }] of this.#groups) if (roles.has(name)) this.group(group)?.roles.delete(name)
  }

  /** With the chat accounts and the memberships. */
  removeUser(name: string): void {
    for (const identity of this.users.get(name) ?? []) this.#owners?.delete(identity)
    this.users.delete(name)
    for (const [group, { members }] of this.#groups) if (members.has(name)) this.group(group)?.members.delete(name)
  }

  /** Whose chat account it is. */
  ownerOf(identity: string): string | undefined {
    this.#owners ??= new Map([...this.users].flatMap(([user, identities]) => identities.map((one) => [one, user])))
    return this.#owners.get(identity)
  }

  addIdentity(user: string, identity: string): void {
    this.users.set(user, [...(this.users.get(user) ?? []), identity].sort())
    this.#owners?.set(identity, user)
  }

  removeIdentity(user: string, identity: string): void {
    this.users.set(
      user,
      (this.users.get(user) ?? []).filter((one) => one !== identity),
    )
    this.#owners?.delete(identity)
  }

  /** Gives a room its name; what had the name or the room before gives it up. */
  setRoom(name: string, ref: string): void {
    this.#roomNames ??= new Map([...this.rooms].map(([known, its]) => [its, known]))
    const before = this.#roomNames.get(ref)
    if (before !== undefined) this.rooms.delete(before)
    this.removeRoom(name)
    this.rooms.set(name, ref)
    this.#roomNames.set(ref, name)
  }

  /** False when there is no room of this name. */
  removeRoom(name: string): boolean {
    const ref = this.rooms.get(name)
    if (ref === undefined) return false
    this.#roomNames?.delete(ref)
    return this.rooms.delete(name)
  }

  #keepGroup(name: string, members: EditableGrants, roles: EditableGrants): EditableGroup {
    const group = { members, roles }
    this.#groups.set(name, group)
    this.#ownGroups.set(name, group)
    return group
  }

  #keepRole(name: string, permissions: EditableGrants): EditableGrants {
    this.#roles.set(name, permissions)
    this.#ownRoles.set(name, permissions)
    return permissions
  }
}
