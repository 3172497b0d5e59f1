/** Rules that another makes pointless: without them every decision would be the same. Pure. */
import { includesCare } from '../../../command/care.ts'
import { careOfVerdict } from '../../compile.ts'
import type { Rule } from '../../tree.ts'
import { type Form, formOf } from './form.ts'
import { impliesCondition, impliesRequirement } from './implies.ts'
import type { LintGround, LintRule, Problem } from './problem.ts'

/** Every two rules of a command are compared; of more rules than this the later ones are compared with the first only. */
const COMPARED_MAX = 100

type Read = LintRule & { readonly rule: Rule; readonly form: Form | null }

/** Rules that say no more than another one. */
export function checkPointless({ rules }: LintGround): Problem[] {
  const read = rules.flatMap((one): Read[] => {
    if (!one.parsed.ok) return []
    const { rule } = one.parsed
    return [{ ...one, rule, form: rule.condition && formOf(rule.condition, one.names) }]
  })
  const byFirstWord = Map.groupBy(read, ({ rule }) => rule.command.split(':', 1)[0] ?? '')
  return [...byFirstWord.values()].flatMap((near) => {
    const gone = new Set<Read>()
    const first = near.slice(0, COMPARED_MAX)
    // From the last on, as those of the modules come first: of two that say the same, the first stays.
    const problems = near.toReversed().flatMap((one): Problem[] => {
      const message = pointlessBecause(
        one,
        // What a site asks for beyond its modules is no mistake of theirs.
        first.filter((other) => other !== one && !gone.has(other) && (one.ofSite || !other.ofSite)),
      )
      if (message === null) return []
      gone.add(one)
      return [{ kind: 'pointless', severity: 'warning', subject: one.subject, message }]
    })
    return problems.toReversed()
  })
}

function pointlessBecause(one: Read, others: readonly Read[]): string | null {
  const covering = others.filter((other) => covers(other, one))
  const forbidding = covering.find(({ rule }) => rule.verdict.kind === 'forbid')
  if (forbidding) return `it changes nothing: whenever it matches, ${shown(forbidding)} forbids`
  const { verdict } = one.rule
  if (verdict.kind === 'forbid') return null
  const asked = requirementOf(one.rule)
  const care = careOfVerdict(verdict)
  const stronger = covering.find(
    ({ rule }) => impliesRequirement(requirementOf(rule), asked) && includesCare(careOfVerdict(rule.verdict), care),
  )
  if (!stronger) return null
  if (verdict.kind === 'require') return `it changes nothing: whenever it matches, ${shown(stronger)} asks for no less`
  return stronger.rule.verdict.kind === 'allow'
    ? `it changes nothing: ${shown(stronger)} allows no less`
    : `it changes nothing: "allow" never takes away what another rule asks for, and ${shown(stronger)} matches whenever it does`
}

/** True when `other` is about the same command, or its group, and matches whenever `one` does. */
function covers(other: Read, one: Read): boolean {
  const scope = other.rule.command
  const isOver = scope === one.rule.command || (scope.endsWith(':*') && one.rule.command.startsWith(scope.slice(0, -1)))
  return isOver && impliesCondition(one.form, other.form)
}

function requirementOf({ verdict }: Rule) {
  return verdict.kind === 'require' ? verdict.requirement : null
}

function shown({ text }: Read): string {
  return `"${text}"`
}
