/** Who may administer what. Pure but for the house of the context. */
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { nearest } from '../../command/names.ts'
import {
  ADMIN,
  askedBesideRules,
  isHouseCommand,
  isRulesPermission,
  rulesPermission,
} from '../../policy/house-permissions.ts'
import { houseOf } from '../house.ts'

/** The shipped rule of a command that is for administrators alone. */
export function adminRule(name: string): string {
  return `when command is ${name.replace(' ', ':')} must have ${ADMIN}`
}

/** True for who may change the whole policy. */
export function administers(ctx: Context): boolean {
  const { administrator, permissions } = houseOf(ctx).identity()
  return administrator || permissions.includes(ADMIN)
}

/**
 * True for who may see and change the rules of a command, or of a group (`pack:*`): administrators, and for the site's own commands
 * who holds `policy:` with their first word.
 */
export function mayChangeRules(ctx: Context, command: string): boolean {
  const { identity, registry } = houseOf(ctx)
  if (administers(ctx)) return true
  const covered = command.endsWith(':*') ? registry.under(command.split(':').slice(0, -1)) : [{ key: command }]
  if (covered.some(({ key }) => isHouseCommand(registry, key))) return false
  return identity().permissions.includes(rulesPermission(command))
}

/** Refuses who may change no rule at all, before anything of theirs is read. */
export function refuseStrangers(ctx: Context): void {
  if (administers(ctx) || houseOf(ctx).identity().permissions.some(isRulesPermission)) return
  throw new CommandFailure(
    `rules are not yours to change: that needs the permission policy: with the first word of a command, as in policy:deploy, or ${ADMIN}`,
  )
}

/** Refuses who may not change the rules of a command. */
export function refuseRulesOf(ctx: Context, command: string): void {
  if (mayChangeRules(ctx, command)) return
  const { registry } = houseOf(ctx)
  const own = [...askedBesideRules(registry).keys()].includes(rulesPermission(command))
  const needed = own ? `${rulesPermission(command)} or ${ADMIN}` : ADMIN
  throw new CommandFailure(`the rules of ${command} are not yours to change: that needs the permission ${needed}`)
}

/** A permission that some rule, or the house, asks for; granting any other would change nothing and is surely a slip. */
export function knownPermission(ctx: Context, permission: string): string {
  const known = knownPermissions(ctx)
  if (known.includes(permission)) return permission
  const near = nearest(permission, known)
  throw new CommandFailure(
    `no rule asks for the permission "${permission}"${near ? `: did you mean ${near}?` : '.'} Known are ${known.join(', ')}.`,
  )
}

/** Every permission that rules and the house ask for, sorted. */
export function knownPermissions(ctx: Context): string[] {
  const { policy, registry } = houseOf(ctx)
  return [...new Set([...policy.permissions, ...askedBesideRules(registry).keys()])].sort()
}
