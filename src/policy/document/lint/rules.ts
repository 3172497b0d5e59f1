/** Each rule by itself: whether it can be read, fits its command, and names what there is. Pure. */
import { markPlace } from '../../../language/mark.ts'
import { ROOM_REF } from '../../names.ts'
import { checkRule } from '../../rule-check.ts'
import type { NamedRef, Rule } from '../../tree.ts'
import { NAMED_REFS, namesIn } from '../names.ts'
import type { LintGround, LintRule, Problem } from './problem.ts'

/** Rules that cannot be read: their command is closed. */
export function checkReadable({ rules }: LintGround): Problem[] {
  return rules.flatMap(({ subject, text, parsed }) => {
    if (parsed.ok) return []
    const message = `it cannot be read, so its command is closed: ${parsed.error.message}\n${markPlace(text, parsed.error)}`
    return [{ kind: 'rule', severity: 'error', subject, message } as const]
  })
}

/** Rules against the schema of their command. */
export function checkFitting({ rules, registry }: LintGround): Problem[] {
  return rules.flatMap(({ subject, parsed }) => {
    if (!parsed.ok) return []
    return checkRule(parsed.rule, registry).map(
      ({ severity, message }) => ({ kind: 'condition', severity, subject, message }) as const,
    )
  })
}

/**
 * Names of rooms, users and groups that stand for nothing, or for what is gone; rules of modules have none. A user may be removed
 * from under a rule, which then names nobody: that is a warning.
 */
export function checkNames(ground: LintGround): Problem[] {
  return ground.rules.flatMap((rule) => {
    if (!rule.parsed.ok || !rule.ofSite) return []
    return goneNames(ground, rule, rule.parsed.rule).map(
      ({ severity, message }) => ({ kind: 'name', severity, subject: rule.subject, message }) as const,
    )
  })
}

function goneNames({ document }: LintGround, { names }: LintRule, rule: Rule): Pick<Problem, 'severity' | 'message'>[] {
  const known: { readonly [kind in NamedRef]: (ref: string) => boolean } = {
    channel: () => true,
    user: (ref) => document.users.has(ref.slice('user:'.length)),
    group: (ref) => document.groups.has(ref.slice('group:'.length)),
  }
  const written = namesIn(rule)
  return NAMED_REFS.flatMap((kind) =>
    written[kind].flatMap((name): Pick<Problem, 'severity' | 'message'>[] => {
      if (kind === 'channel' && ROOM_REF.test(name)) return []
      const of = names[kind] ?? {}
      const ref = Object.hasOwn(of, name) ? of[name] : undefined
      if (ref !== undefined && known[kind](ref)) return []
      if (kind === 'user' && ref !== undefined) {
        const message = `the user ${name} is gone, so it names nobody there: change the rule or delete it`
        return [{ severity: 'warning', message }]
      }
      const noun = kind === 'channel' ? 'room' : kind
      const message = `there is no ${noun} ${name}: without it the rule is meaningless, so change the rule or delete it`
      return [{ severity: 'error', message }]
    }),
  )
}
