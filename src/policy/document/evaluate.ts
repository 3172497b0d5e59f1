/** What a document means: the policy that it makes, and what a person has in it. Pure. */
import { compilePolicy, type Policy, type RuleSource } from '../decide.ts'
import { parseRule } from '../rule-parse.ts'
import { EVERYONE, type Grants, type PolicyDocument } from './model.ts'

/** The site's rules that count, as the compiler takes them. */
export function ruleSources({ rules }: PolicyDocument): RuleSource[] {
  return rules.flatMap(({ enabled, text, names, id }) =>
    enabled ? [{ command: commandOfRule(text), text, names, id }] : [],
  )
}

/** The policy of a document together with the rules that modules ship. */
export function documentPolicy(document: PolicyDocument, shipped: readonly RuleSource[]): Policy {
  return compilePolicy('document', [...shipped, ...ruleSources(document)])
}

/** The command that a rule is for, also of one that does not parse: it closes that command. */
export function commandOfRule(text: string): string {
  const parsed = parseRule(text)
  return parsed.ok ? parsed.rule.command : (/^\s*when\s+command\s+is\s+["']?([^\s"']+)/.exec(text)?.[1] ?? '')
}

/** A person as a decision sees her, in the document's own references. */
export interface DocumentSubject {
  /** `user:ada`; null for somebody who is no user. */
  readonly user: string | null
  /** `group:deployers`. */
  readonly groups: ReadonlySet<string>
  readonly permissions: ReadonlySet<string>
}

/**
 * What a user has at a time; a grant that has ended counts for nothing.
 *
 * @param user the name; null for somebody who has not been added
 * @param options `everyone`: as a member of a served workspace, who has what the group everyone has
 */
export function subjectIn(
  document: PolicyDocument,
  user: string | null,
  now: number,
  { everyone }: { readonly everyone: boolean },
): DocumentSubject {
  const names = [...document.groups].flatMap(([name, { members }]) => {
    const isIn = name === EVERYONE ? everyone : user !== null && isLive(members.get(user), now)
    return isIn ? [name] : []
  })
  const known = user !== null && document.users.has(user)
  return {
    user: known ? `user:${user}` : null,
    groups: new Set(names.map((name) => `group:${name}`)),
    permissions: permissionsOf(document, names, now),
  }
}

/** What the roles of these groups give at a time. */
export function permissionsOf({ groups, roles }: PolicyDocument, names: readonly string[], now: number): Set<string> {
  const permissions = new Set<string>()
  for (const name of names)
    for (const role of live(groups.get(name)?.roles, now))
      for (const permission of live(roles.get(role), now)) permissions.add(permission)
  return permissions
}

/** The same document without the grants that have ended: they count for nothing, and the database forgets them. */
export function withoutEnded(document: PolicyDocument, now: number): PolicyDocument {
  const kept = (grants: Grants): Grants => new Map([...grants].filter(([, until]) => isLive(until, now)))
  return {
    ...document,
    groups: new Map(
      [...document.groups].map(([name, { members, roles }]) => [name, { members: kept(members), roles: kept(roles) }]),
    ),
    roles: new Map([...document.roles].map(([name, permissions]) => [name, kept(permissions)])),
  }
}

function live(grants: Grants | undefined, now: number): string[] {
  return [...(grants ?? [])].flatMap(([name, until]) => (isLive(until, now) ? [name] : []))
}

/** True until the end of a grant; undefined is no grant. */
function isLive(until: number | null | undefined, now: number): boolean {
  return until === null || (until !== undefined && until > now)
}
