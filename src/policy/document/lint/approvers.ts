/** Rules whose approvals nobody could ever get: whoever asks does not count among those who approve. Pure. */
import { compileRule } from '../../compile.ts'
import { subjectIn } from '../evaluate.ts'
import type { LintGround, LintRule, Problem } from './problem.ts'
import { listNames } from './text.ts'

/** A user, or an account of PAWL_ADMINS that is no user's. */
interface Somebody {
  readonly name: string
  /** Null holds everything. */
  readonly permissions: ReadonlySet<string> | null
}

/** Rules that want more people than there are beside the one who asks. */
export function checkApprovers(ground: LintGround): Problem[] {
  const asking = ground.rules.flatMap((rule) => {
    const { care, unmet } = compileRule(rule)
    return care.approvals.map((need) => ({ rule, need, unmet }))
  })
  if (asking.length === 0 || ground.people === 'some') return []
  const people = everybody(ground)
  return asking.flatMap(({ rule, need: { permission, count }, unmet }): Problem[] => {
    const holders = people.filter(({ permissions }) => permissions?.has(permission) !== false)
    const askers = people.filter(({ permissions }) => unmet(permissions).length === 0)
    const isLeft = (asker: Somebody) => holders.filter((one) => one !== asker).length >= count
    // That nobody holds a permission is said of the permission.
    if (holders.length === 0 || askers.length === 0 || askers.some(isLeft)) return []
    return [problemOf(rule, permission, count, holders)]
  })
}

function problemOf({ subject }: LintRule, permission: string, count: number, holders: readonly Somebody[]): Problem {
  const needed = count === 1 ? 'somebody else' : `${count} others`
  const who = listNames(holders.map(({ name }) => name))
  const message = `nobody could get its approval: ${needed} must hold ${permission}, and only ${who} ${holders.length === 1 ? 'does' : 'do'}: grant it to more people`
  return { kind: 'rule', severity: 'warning', subject, message }
}

function everybody({ live, admins, now }: LintGround): Somebody[] {
  const users = [...live.users].map(([name, accounts]): Somebody => {
    const isAdministrator = accounts.some((account) => admins.has(account))
    const permissions = isAdministrator ? null : subjectIn(live, name, now, { everyone: true }).permissions
    return { name: `@${name}`, permissions }
  })
  const owned = new Set([...live.users.values()].flat())
  const others = [...admins].filter((account) => !owned.has(account))
  return [...users, ...others.map((name): Somebody => ({ name, permissions: null }))]
}
