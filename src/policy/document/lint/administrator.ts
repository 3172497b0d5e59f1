/** Who can still undo a change of the policy when every grant that ends has ended. Pure. */
import { decide, type Policy } from '../../decide.ts'
import { ADMIN } from '../../house-permissions.ts'
import type { Place } from '../../request.ts'
import { subjectIn } from '../evaluate.ts'
import { EVERYONE, type PolicyDocument } from '../model.ts'
import type { Person } from '../person.ts'
import type { LintGround, Problem } from './problem.ts'

/** What an administrator must be able to run for every rule, so that no rule can lock everybody out for good. */
const WAYS_BACK = ['rule:disable', 'rule:delete']

/** After the end of every grant that has one. */
const FOR_GOOD = Number.MAX_SAFE_INTEGER

/** A room that no rule names: no platform's ids look so. */
const ANY_ROOM = '(any room)'

export function checkAdministrator({ document, policy, admins, workspaces }: LintGround): Problem[] {
  const ids = new Map(WAYS_BACK.map((command) => [command, idsFor(policy, command, document)]))
  for (const [account, person] of administratorsIn(document, admins, workspaces)) {
    // Who is in everyone is the platform's word, which may be missing at that moment.
    const alone = { ...person, groups: new Set([...person.groups].filter((group) => group !== `group:${EVERYONE}`)) }
    const everywhere = placesOf(account).flatMap((where) => [person, alone].map((one) => ({ where, one })))
    if (everywhere.every(({ where, one }) => mayUndo(policy, one, where, ids))) return []
  }
  const message = `nobody could run "rule disable" and "rule delete" for every rule any more, in a direct message and in any room: put an account of a served workspace into PAWL_ADMINS, or give ${ADMIN} to a user for good, and let no rule stand in the way or ask for an approval`
  return [{ kind: 'administrator', severity: 'error', subject: 'policy', message }]
}

/** The accounts of PAWL_ADMINS and of the users who hold pawl:admin for good, each as the person that it is. */
function* administratorsIn(
  document: PolicyDocument,
  admins: ReadonlySet<string>,
  workspaces: ReadonlySet<string> | null,
): Generator<readonly [account: string, person: Person]> {
  const isServed = (account: string) => workspaces?.has(account.split(':', 2).join(':')) ?? true
  const owners = new Map([...document.users].flatMap(([name, accounts]) => accounts.map((key) => [key, name] as const)))
  // Groups are passed on as they are: a rule may forbid something to one.
  for (const account of admins)
    if (isServed(account)) {
      const subject = subjectIn(document, owners.get(account) ?? null, FOR_GOOD, { everyone: true })
      yield [account, { ...subject, permissions: null }]
    }
  for (const name of candidates(document)) {
    const subject = subjectIn(document, name, FOR_GOOD, { everyone: true })
    if (!subject.permissions.has(ADMIN)) continue
    for (const account of document.users.get(name) ?? []) if (isServed(account)) yield [account, subject]
  }
}

/** Where an administrator can always go: a direct message, and a room of no special name. */
function placesOf(account: string): Place[] {
  const [platform = '', workspace = ''] = account.split(':')
  return [null, `${platform}:${ANY_ROOM}`].map((channel) => ({ platform, workspace, channel }))
}

/** True when every rule can be disabled and deleted there, for certain. */
function mayUndo(policy: Policy, person: Person, where: Place, ids: ReadonlyMap<string, readonly number[]>): boolean {
  return [...ids].every(([command, numbers]) =>
    numbers.every((id) => {
      const asked = { list: [id], named: new Map([['id', id]]) }
      const decision = decide(policy, { command, arguments: asked, where, ...person })
      // Nobody else may be there to approve it.
      return decision.allowed && decision.certain && decision.care.approvals.length === 0
    }),
  )
}

/** The numbers of the rules that there are, and of as many new ones as the document has, and one; one will do where no rule asks for it. */
function idsFor(policy: Policy, command: string, { rules }: PolicyDocument): readonly number[] {
  const asksForArguments = policy
    .rulesOf(command)
    .some(({ tests }) => tests.some(({ test }) => ARGUMENTS.has(test.ref.kind)))
  if (!asksForArguments) return [1]
  const known = rules.flatMap(({ id }) => (id === null ? [] : [id]))
  const next = known.reduce((most, id) => Math.max(most, id), 0) + 1
  return [...known, ...Array.from({ length: rules.length - known.length + 1 }, (_, i) => next + i)]
}

const ARGUMENTS: ReadonlySet<string> = new Set(['arg', 'args', 'option', 'options'])

/** Users in a group that gives pawl:admin. */
function candidates({ users, groups, roles }: PolicyDocument): Set<string> {
  const names = new Set<string>()
  for (const [group, { members, roles: given }] of groups) {
    if (![...given.keys()].some((role) => roles.get(role)?.has(ADMIN))) continue
    for (const name of group === EVERYONE ? users.keys() : members.keys()) names.add(name)
  }
  return names
}
