/** What is wrong or odd about a whole policy: each kind of check is a file of `lint/`. Pure. */
import { failedExpectations } from './expectation-run.ts'
import { checkAdministrator } from './lint/administrator.ts'
import { checkApprovers } from './lint/approvers.ts'
import { checkClosed, checkEmptyGroups, checkUnasked, checkUnheld, checkUnusedRoles } from './lint/holders.ts'
import { checkPointless } from './lint/pointless.ts'
import { type LintContext, type LintGround, type Problem, readGround } from './lint/problem.ts'
import { checkFitting, checkNames, checkReadable } from './lint/rules.ts'
import type { PolicyDocument } from './model.ts'

export type { LintContext, Problem } from './lint/problem.ts'

const CHECKS: readonly ((ground: LintGround) => Problem[])[] = [
  checkAdministrator,
  checkReadable,
  checkFitting,
  checkNames,
  checkExpectations,
  checkPointless,
  checkApprovers,
  checkUnheld,
  checkUnasked,
  checkClosed,
  checkEmptyGroups,
  checkUnusedRoles,
]

/** Every problem of a policy, errors first. */
export function lintDocument(document: PolicyDocument, context: LintContext): readonly Problem[] {
  const ground = readGround(document, context)
  const problems = CHECKS.flatMap((check) => check(ground))
  return [
    ...problems.filter(({ severity }) => severity === 'error'),
    ...problems.filter(({ severity }) => severity === 'warning'),
  ]
}

function checkExpectations({ document, ...context }: LintGround): Problem[] {
  return failedExpectations(document, context).map(
    ({ text, message }) =>
      ({ kind: 'expectation', severity: 'error', subject: `expectation "${text}"`, message }) as const,
  )
}
