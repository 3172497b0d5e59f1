/**
 * Freezes: which of them stop a request. Pure; their conditions are compiled once per version of the policy, as rules are.
 *
 * They come after the rules and never open anything: a freeze that cannot be evaluated stops what it names.
 */
import { personText } from '../chat/markdown.ts'
import type { Command } from '../command/command.ts'
import type { Registry } from '../command/registry.ts'
import { type CompiledRule, compileRule } from './compile.ts'
import type { Denial, Policy } from './decide.ts'
import { isHouseCommand } from './house-permissions.ts'
import type { Request } from './request.ts'
import type { Freeze } from './site.ts'

/** Of several, as many are named in one sentence. */
export const NAMED_MAX = 3

/** As long as the freeze object lives, which is as long as its version of the policy. */
const conditions = new WeakMap<Freeze, CompiledRule['holds']>()

/** The rule whose condition is a freeze's: the parser of rules reads it, and the evaluator of rules holds it against a request. */
export function ruleOfFreeze(command: string, condition: string): string {
  return `when command is ${command} with ${condition} forbid`
}

/** Whether freezes are for this command at all: what only reads goes on, and so does Pawl itself. */
export function canFreeze(registry: Pick<Registry, 'fileOf'>, { key, effects }: Command): boolean {
  return effects === 'write' && !isHouseCommand(registry, key)
}

/** True when a list of keys and groups (`deploy`, `pack:*`) has this command; null has all. */
export function covers(commands: readonly string[] | null, key: string): boolean {
  return (
    commands === null || commands.some((one) => one === key || (one.endsWith(':*') && key.startsWith(one.slice(0, -1))))
  )
}

/** True when its time is over; `now` in milliseconds since 1970. */
export function isOver({ until }: Pick<Freeze, 'until'>, now: number): boolean {
  return until !== null && until <= now
}

/**
 * The freezes that reach a command whatever its arguments, and from which its asker is not excepted: those with a condition may still
 * let it pass. The one that lasts longest comes first.
 *
 * @param held what the asker holds; null: everything
 */
export function freezesOf(
  { site }: Pick<Policy, 'site'>,
  key: string,
  held: ReadonlySet<string> | null,
  now: number,
): readonly Freeze[] {
  return site.freezes
    .filter(
      (freeze) => !isOver(freeze, now) && covers(freeze.commands, key) && !isExcepted(freeze.exceptPermission, held),
    )
    .toSorted((a, b) => (b.until ?? Number.POSITIVE_INFINITY) - (a.until ?? Number.POSITIVE_INFINITY) || a.id - b.id)
}

/**
 * The freezes that stop this request. What depends on arguments that are not known yet is left to the next decision, which knows them.
 *
 * @param possible true: those that may stop it then, too
 */
export function freezesOn(
  policy: Pick<Policy, 'site'>,
  request: Request,
  now: number,
  possible = false,
): readonly Freeze[] {
  return freezesOf(policy, request.command, request.permissions, now).filter((freeze) => {
    const outcome = conditionOf(freeze)(request)
    return outcome === 'true' || outcome === 'error' || (possible && outcome === 'unknown')
  })
}

/** The refusal by freezes; null where there are none. */
export function frozenDenial(freezes: readonly Freeze[], rules: readonly string[]): Denial | null {
  if (freezes.length === 0) return null
  const more = freezes.length - NAMED_MAX
  const texts = freezes.slice(0, NAMED_MAX).map(freezeText)
  if (more > 0) texts.push(`and ${more} more`)
  return { allowed: false, reason: 'frozen', rules, missing: [], because: `it is frozen ${texts.join('; ')}`, freezes }
}

/** After the word "frozen", for people: `by ada until 2026-12-01 18:00 UTC: release (freeze 3, except for deploy:hotfix)`. */
export function freezeText(freeze: Freeze): string {
  return `by ${personText(freeze.byName, 'an administrator')} ${freezeTerms(freeze)}`
}

/** The same without who started it. */
export function freezeTerms({ id, reason, until, condition, exceptPermission }: Freeze): string {
  const end = until === null ? 'until somebody ends it' : `until ${momentText(until)}`
  const where = condition === null ? '' : ` where ${condition}`
  const except = exceptPermission === null ? '' : `, except for ${exceptPermission}`
  return `${end}${where}: ${reason} (freeze ${id}${except})`
}

/** `2026-12-01 18:00 UTC`: the same for all who read it, wherever they are. */
export function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function isExcepted(permission: string | null, held: ReadonlySet<string> | null): boolean {
  return permission !== null && (held === null || held.has(permission))
}

function conditionOf(freeze: Freeze): CompiledRule['holds'] {
  const { condition, names } = freeze
  if (condition === null) return () => 'true'
  let holds = conditions.get(freeze)
  if (!holds) {
    // The command in the text is of no account: only the condition is asked.
    ;({ holds } = compileRule({ command: 'freeze', text: ruleOfFreeze('freeze', condition), names }))
    conditions.set(freeze, holds)
  }
  return holds
}
