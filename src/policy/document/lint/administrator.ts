/** Who can still change the policy when every grant that ends has ended. Pure. */
import { decide, type Policy } from '../../decide.ts'
import { ADMIN } from '../../house-permissions.ts'
import { type Request, UNKNOWN } from '../../request.ts'
import { subjectIn } from '../evaluate.ts'
import { EVERYONE, type PolicyDocument } from '../model.ts'
import type { LintGround, Problem } from './problem.ts'

/** What an administrator must be able to run, so that no rule can lock everybody out for good. */
const WAY_BACK = 'rule:disable'

/** After the end of every grant that has one. */
const FOR_GOOD = Number.MAX_SAFE_INTEGER

export function checkAdministrator({ document, policy, admins }: LintGround): Problem[] {
  if (administratorIn(document, policy, admins)) return []
  const message = `nobody could run "rule disable" any more: put an account into PAWL_ADMINS, or give ${ADMIN} to a user for good`
  return [{ kind: 'administrator', severity: 'error', subject: 'policy', message }]
}

/** True when somebody of PAWL_ADMINS, or a user who holds pawl:admin for good, may run `rule disable` somewhere. */
function administratorIn(document: PolicyDocument, policy: Policy, admins: ReadonlySet<string>): boolean {
  const may = (person: Pick<Request, 'user' | 'groups' | 'permissions'>) =>
    decide(policy, { command: WAY_BACK, arguments: UNKNOWN, where: UNKNOWN, ...person }).allowed
  const owners = new Map([...document.users].flatMap(([name, accounts]) => accounts.map((key) => [key, name] as const)))
  // Groups are passed on as they are: a rule may forbid something to one.
  for (const account of admins) {
    const { user, groups } = subjectIn(document, owners.get(account) ?? null, FOR_GOOD, { everyone: true })
    if (may({ user, groups, permissions: null })) return true
  }
  for (const name of candidates(document)) {
    const subject = subjectIn(document, name, FOR_GOOD, { everyone: true })
    if (subject.permissions.has(ADMIN) && may(subject)) return true
  }
  return false
}

/** Users with an account, in a group that gives pawl:admin. */
function candidates({ users, groups, roles }: PolicyDocument): Set<string> {
  const names = new Set<string>()
  for (const [group, { members, roles: given }] of groups) {
    if (![...given.keys()].some((role) => roles.get(role)?.has(ADMIN))) continue
    for (const name of group === EVERYONE ? users.keys() : members.keys())
      if ((users.get(name)?.length ?? 0) > 0) names.add(name)
  }
  return names
}
