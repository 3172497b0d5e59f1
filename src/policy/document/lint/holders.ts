/** Permissions without a holder and without a rule, commands without a rule, groups and roles that are empty. Pure. */
import { ADMIN, askedBesideRules } from '../../house-permissions.ts'
import { permissionsOfApprovals } from '../../module-approvals.ts'
import { permissionsOf } from '../evaluate.ts'
import { EVERYONE } from '../model.ts'
import type { LintGround, Problem } from './problem.ts'
import { listNames } from './text.ts'

/** Permissions that rules or approvals ask for and nobody holds: then only administrators run it, or approve. */
export function checkUnheld({ live, policy, registry, admins, now }: LintGround): Problem[] {
  const held = permissionsOf(live, [...live.groups.keys()], now)
  // Of PAWL_ADMINS one needs no grant of it.
  if (admins.size > 0) held.add(ADMIN)
  const asking = Map.groupBy(
    policy.rules.flatMap(({ command, permissions }) => permissions.map((permission) => ({ permission, command }))),
    ({ permission }) => permission,
  )
  const approving = permissionsOfApprovals(registry)
  return [...new Set([...asking.keys(), ...approving.keys()])]
    .filter((permission) => !held.has(permission))
    .sort()
    .map((permission) => {
      const rules = new Set((asking.get(permission) ?? []).map(({ command }) => command))
      const commands = listNames([...(rules.size > 0 ? rules : (approving.get(permission) ?? []))].sort())
      const who = rules.size > 0 ? `rules of ${commands} ask for it` : `whoever approves ${commands} needs it`
      const message = `nobody holds it, and ${who}: grant it to a role with "permission grant"`
      return { kind: 'permission', severity: 'warning', subject: `permission ${permission}`, message } as const
    })
}

/** Permissions in roles that no rule, no approval and nothing of the house asks for: most often misspelt. */
export function checkUnasked({ live, policy, registry }: LintGround): Problem[] {
  const asked = askedBesideRules(registry)
  const holding = Map.groupBy(
    [...live.roles].flatMap(([role, grants]) => [...grants.keys()].map((permission) => ({ role, permission }))),
    ({ permission }) => permission,
  )
  return [...holding]
    .filter(([permission]) => !policy.permissions.has(permission) && !asked.has(permission))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([permission, grants]) => {
      const roles = listNames(grants.map(({ role }) => role).sort())
      const message = `no rule asks for it; it is in the role ${roles}: is it misspelt?`
      return { kind: 'permission', severity: 'warning', subject: `permission ${permission}`, message } as const
    })
}

/** Commands that no rule speaks of are off. */
export function checkClosed({ policy, registry }: LintGround): Problem[] {
  return registry
    .all()
    .filter(({ key }) => policy.rulesOf(key).every(({ verdict }) => verdict?.kind === 'forbid'))
    .map(({ key, name }) => {
      const message = `no rule opens it, so nobody may run it: add one, as in "when command is ${key} must have ${key.split(':', 1)[0]}:run"`
      return { kind: 'command', severity: 'warning', subject: `command ${name}`, message } as const
    })
}

/** Groups that nobody is in. */
export function checkEmptyGroups({ live, people }: LintGround): Problem[] {
  if (people === 'some') return []
  return [...live.groups]
    .filter(([name, { members }]) => name !== EVERYONE && members.size === 0)
    .map(([name]) => ({
      kind: 'group' as const,
      severity: 'warning' as const,
      subject: `group ${name}`,
      message: `nobody is in it: add somebody with "group add ${name} <user>", or delete it`,
    }))
}

/** Roles that no group has. */
export function checkUnusedRoles({ live }: LintGround): Problem[] {
  const used = new Set([...live.groups.values()].flatMap(({ roles }) => [...roles.keys()]))
  return [...live.roles.keys()]
    .filter((role) => !used.has(role))
    .map((role) => ({
      kind: 'role' as const,
      severity: 'warning' as const,
      subject: `role ${role}`,
      message: `no group has it: grant it with "role grant ${role} <group>", or delete it`,
    }))
}
