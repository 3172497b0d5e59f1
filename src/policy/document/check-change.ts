/** Whether a change of the policy may be made, and what comes of it. Pure; chat and the command line ask it before they write. */
import { linesOf } from './gains/lines.ts'
import { whoGains } from './gains.ts'
import { type LintContext, lintDocument, type Problem } from './lint.ts'
import type { PolicyDocument } from './model.ts'

/** Problems told of one change: who brings more than that has a larger mistake to mend first. */
const TOLD_MAX = 5

export type CheckedChange =
  | {
      readonly ok: true
      /** What is odd now and was not before. */
      readonly warnings: readonly string[]
      /** Who can do more, and who less, than before: one line each. */
      readonly gains: readonly string[]
      readonly losses: readonly string[]
    }
  | {
      readonly ok: false
      /** What the change would break, and what to do. */
      readonly message: string
      /** The same for somebody who does not administer: expectations speak of what other people may do. */
      readonly discreet: string
    }

/**
 * Refuses what brings a new error: a rule that cannot be read or does not fit, an expectation that held before, nobody left who
 * could change the policy. What was wrong before does not stand in the way.
 */
export function checkChange(
  before: PolicyDocument,
  after: PolicyDocument,
  { registry, admins, workspaces, now }: Omit<LintContext, 'people'>,
): CheckedChange {
  // Of a large site, chat loads only the members that a change is about.
  const context = { registry, admins, workspaces, now, people: 'some' } as const
  const known = new Set(lintDocument(before, context).map(keyOf))
  const fresh = lintDocument(after, context).filter((problem) => !known.has(keyOf(problem)))
  const errors = fresh.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) return { ok: false, message: toldAll(errors), discreet: toldAll(errors.map(withoutText)) }
  const differences = whoGains(before, after, { registry, admins, now })
  const of = (change: 'gains' | 'loses') => linesOf(differences.filter((one) => one.change === change))
  const warnings = fresh.filter(({ severity }) => severity === 'warning').map(told)
  return { ok: true, warnings, gains: of('gains'), losses: of('loses') }
}

/** An expectation that fails for another reason than before is not broken by this change. */
function keyOf({ kind, subject, message }: Problem): string {
  return JSON.stringify(kind === 'expectation' ? [kind, subject] : [kind, subject, message])
}

function toldAll(errors: readonly Problem[]): string {
  const lines = [...new Set(errors.map(told))]
  const more = lines.length - TOLD_MAX
  return [...lines.slice(0, TOLD_MAX), ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

/** An expectation without what it says. */
function withoutText(problem: Problem): Problem {
  if (problem.kind !== 'expectation') return problem
  return { ...problem, subject: 'the policy', message: 'an administrator has laid down otherwise: ask one of them' }
}

function told({ subject, message }: Problem): string {
  return `${subject}: ${message}`
}
