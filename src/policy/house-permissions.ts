/** The permissions that the house itself asks for beside rules, in one place: what grants, lists and the linter know. Pure. */
import type { Registry } from '../command/registry.ts'
import { permissionsOfApprovals } from './module-approvals.ts'

/** Holds the whole of administration. */
export const ADMIN = 'pawl:admin'

/** To change what everybody types. */
export const ALIAS_SITE = 'alias:site'

/** To stop the runs of others, and to see them. */
export const RUN_CANCEL = 'run:cancel'
export const RUN_READ = 'run:read'

/** To say what became of a run that is lost. */
export const RUN_RESOLVE = 'run:resolve'

/** To replace what everybody reads. */
export const TEE_SHARED = 'tee:shared'

/** To have an answer posted in another room, or to another person. */
export const REDIRECT_POST = 'redirect:post'

/** To stop commands for a while. */
export const FREEZE = 'pawl:freeze'

/** To run a line without its confirmation, approval and freezes; and to look afterwards at what somebody else did so. */
export const BREAK_GLASS = 'pawl:break-glass'
export const REVIEW = 'pawl:review'

/** What each one is for, as `permission info` says it. Handlers ask for them because their commands first serve one's own. */
export const HOUSE_PERMISSIONS: ReadonlyMap<string, string> = new Map([
  [ADMIN, 'changing who may do what, and the rules of every command'],
  [ALIAS_SITE, 'aliases for everybody'],
  ['audit:admin', 'changing the key that signs the audit log, and erasing what people wrote in it'],
  ['lock:break', 'taking locks away from the runs that hold them'],
  [REDIRECT_POST, "sending answers to other rooms and people ('> #ops')"],
  [BREAK_GLASS, 'running a line without its confirmation, approval and freezes (break-glass)'],
  ['pawl:explain', 'asking what others may do (can, who can)'],
  [FREEZE, 'stopping commands that change something, and letting them go again'],
  [REVIEW, 'closing the review of what somebody else did with break-glass'],
  [RUN_CANCEL, "stopping others' runs"],
  [RUN_READ, "seeing others' runs"],
  [RUN_RESOLVE, 'saying what became of a lost run'],
  [TEE_SHARED, 'keeping records that everybody reads'],
])

/** What redirects to these kinds of places ask for; null for who holds it, or where the answer stays with the asker. */
export function missingForTargets(
  targets: readonly { readonly kind: string }[],
  held: ReadonlySet<string> | null,
): typeof REDIRECT_POST | null {
  const leaves = targets.some(({ kind }) => kind === 'channel' || kind === 'user')
  return leaves && held?.has(REDIRECT_POST) === false ? REDIRECT_POST : null
}

/** The namespace of the permissions to change the rules of one group of commands: `policy:deploy`. */
const RULES_OF = 'policy'

/** True for a command that every install has: its rules are the administrators' alone. */
export function isHouseCommand(registry: Pick<Registry, 'fileOf'>, key: string): boolean {
  return registry.fileOf(key)?.startsWith('src/') === true
}

/** The permission to change the rules of a command, or of `pack:*`: named after the first word. */
export function rulesPermission(command: string): string {
  return `${RULES_OF}:${command.split(':', 1)[0]}`
}

/** True for {@link rulesPermission} of some command. */
export function isRulesPermission(permission: string): boolean {
  return permission.startsWith(`${RULES_OF}:`)
}

/** Open to all by their rules, because a team may own its commands; they ask for a permission to change rules by themselves. */
const CHANGE_RULES: ReadonlySet<string> = new Set(['rule:create', 'rule:delete', 'rule:disable', 'rule:enable'])

/** True for a command that refuses whoever may change no rule at all, though its own rules let him try; null is everything. */
export function refusesForRules(command: string, held: ReadonlySet<string> | null): boolean {
  if (!CHANGE_RULES.has(command) || held === null) return false
  return !(held.has(ADMIN) || [...held].some(isRulesPermission))
}

/** Every permission that is asked for beside rules, with what it is for: the house's, one per group of the site's commands, and what approves them. */
export function askedBesideRules(registry: Registry): ReadonlyMap<string, string> {
  const asked = new Map(HOUSE_PERMISSIONS)
  for (const { key, path } of registry.all())
    if (!isHouseCommand(registry, key)) asked.set(rulesPermission(key), `changing the rules of ${path[0]}`)
  for (const [permission, commands] of permissionsOfApprovals(registry))
    if (!asked.has(permission)) asked.set(permission, approvingOf(commands))
  return asked
}

/** What a permission that approves these commands is for. */
export function approvingOf(commands: Iterable<string>): string {
  return `approving ${[...new Set(commands)].sort().join(', ')}`
}
