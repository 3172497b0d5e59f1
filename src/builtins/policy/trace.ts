/** What the audit says of a change: what it was made on, and what stood there before and after. Pure. */
import { commandOfRule } from '../../policy/document/evaluate.ts'
import type { PolicyChange, PolicyDocument } from '../../policy/document/model.ts'
import { ruleKey } from '../../policy/document/names.ts'
import type { RuleNames } from '../../policy/tree.ts'
import { grantText } from './until.ts'

export interface Trace {
  /** `group:deployers`, `user:grace`, `rule:deploy`. */
  readonly target: string
  /** Only what the change touches; null where the target itself was not there, or is not any more. */
  readonly before: readonly string[] | null
  readonly after: readonly string[] | null
}

/** More names than this tell nobody more: the rest is counted. */
const LISTED_MAX = 50

/** @param before the policy that the change was made on @param after the policy that it made */
export function traceOf(change: PolicyChange, before: PolicyDocument, after: PolicyDocument): Trace {
  const both = (target: string, look: (document: PolicyDocument) => readonly string[] | null): Trace => ({
    target,
    before: look(before),
    after: look(after),
  })
  switch (change.kind) {
    case 'user.add':
    case 'user.remove':
      return both(`user:${change.user}`, (document) => personFacts(document, change.user))
    case 'identity.add':
    case 'identity.remove':
      return both(`user:${change.user}`, ({ users }) => users.get(change.user) ?? null)
    case 'group.add':
    case 'group.remove':
      return both(`group:${change.group}`, (document) => groupFacts(document, change.group))
    case 'role.add':
    case 'role.remove':
      return both(`role:${change.role}`, ({ roles }) => {
        const permissions = roles.get(change.role)
        return permissions === undefined ? null : bounded([...permissions.keys()])
      })
    case 'member.add':
    case 'member.remove':
      return both(`group:${change.group}`, ({ groups }) => one(groups.get(change.group)?.members, change.user))
    case 'role.grant':
    case 'role.revoke':
      return both(`group:${change.group}`, ({ groups }) => one(groups.get(change.group)?.roles, change.role))
    case 'permission.grant':
    case 'permission.revoke':
      return both(`role:${change.role}`, ({ roles }) => one(roles.get(change.role), change.permission))
    case 'room.set':
    case 'room.remove':
      return both(`room:${change.name}`, ({ rooms }) => {
        const ref = rooms.get(change.name)
        return ref === undefined ? null : [ref]
      })
    case 'rule.add':
    case 'rule.remove':
    case 'rule.enable':
    case 'rule.disable':
      return both(`rule:${commandOfRule(change.text)}`, (document) => ruleFacts(document, change))
    case 'expectation.add':
    case 'expectation.remove':
      return both('expectation', ({ expectations }) => (expectations.includes(change.text) ? [change.text] : null))
  }
}

function personFacts({ users, groups }: PolicyDocument, user: string): readonly string[] | null {
  const identities = users.get(user)
  if (identities === undefined) return null
  const memberships = [...groups].flatMap(([name, { members }]) => (members.has(user) ? [`member of ${name}`] : []))
  return bounded([...identities, ...memberships])
}

function groupFacts({ groups }: PolicyDocument, name: string): readonly string[] | null {
  const group = groups.get(name)
  if (group === undefined) return null
  return bounded([...[...group.roles.keys()].map((role) => `role ${role}`), ...group.members.keys()])
}

/** One link with its end, or nothing. */
function one(grants: ReadonlyMap<string, number | null> | undefined, name: string): readonly string[] {
  const end = grants?.get(name)
  return end === undefined ? [] : [grantText(name, end)]
}

function ruleFacts(
  { rules }: PolicyDocument,
  { text, names }: { readonly text: string; readonly names: RuleNames },
): readonly string[] | null {
  const key = ruleKey({ text, names })
  const rule = rules.find((one) => ruleKey(one) === key)
  if (!rule) return null
  return [rule.enabled ? rule.text : `disabled: ${rule.text}`, ...namesShown(rule.names)]
}

/** What the names in a rule stand for: `#ops is slack:C123`, sorted; a name that is its own ref goes without saying. */
export function namesShown(names: RuleNames): string[] {
  return Object.values(names)
    .flatMap((kind) => Object.entries(kind))
    .filter(([name, ref]) => name !== ref)
    .map(([name, ref]) => `${name} is ${ref}`)
    .sort()
}

function bounded(facts: readonly string[]): readonly string[] {
  const more = facts.length - LISTED_MAX
  return more <= 0 ? facts : [...facts.slice(0, LISTED_MAX), `and ${more} more`]
}
