/** What a line names in the policy, or a refusal that says how to make it. Pure. */
import { CommandFailure } from '../../command/failure.ts'
import { nearest } from '../../command/names.ts'
import type { Grants, PolicyDocument } from '../../policy/document/model.ts'

/** A group of the policy. */
export function groupIn(
  { groups }: PolicyDocument,
  name: string,
): { readonly members: Grants; readonly roles: Grants } {
  return groups.get(name) ?? missing('group', name, groups.keys())
}

/** A role of the policy: its permissions. */
export function roleIn({ roles }: PolicyDocument, name: string): Grants {
  return roles.get(name) ?? missing('role', name, roles.keys())
}

function missing(kind: 'group' | 'role', name: string, known: Iterable<string>): never {
  const near = nearest(name, known)
  const advice = near === null ? `create it with "${kind} create ${name}"` : `did you mean ${near}?`
  throw new CommandFailure(`there is no ${kind} "${name}": ${advice}`)
}

/** The groups that have a role, sorted. */
export function groupsWith({ groups }: PolicyDocument, role: string): string[] {
  return [...groups].flatMap(([name, { roles }]) => (roles.has(role) ? [name] : [])).sort()
}

/** The roles that have a permission, sorted. */
export function rolesWith({ roles }: PolicyDocument, permission: string): string[] {
  return [...roles].flatMap(([name, permissions]) => (permissions.has(permission) ? [name] : [])).sort()
}
