/** What the project is given of a case: rules as people write them, and requests as the rooms make them. Pure. */
import type { RuleSource } from '../../src/policy/decide.ts'
import type { Request } from '../../src/policy/request.ts'
import { printTest } from '../../src/policy/rule-print.ts'
import type { Condition, Requirement, RuleCare, Verdict } from '../../src/policy/tree.ts'
import { type CaseRequest, type CaseRule, NAMES, OPTIONS } from './case.ts'

/** A rule's text, with brackets only where the law needs them: `and` binds tighter than `or`, and `not` tightest. */
export function writeRule(rule: CaseRule): string {
  if ('broken' in rule) return rule.broken
  const condition = rule.condition === null ? '' : ` with ${writeCondition(rule.condition)}`
  return `when command is ${rule.command}${condition} ${writeVerdict(rule.verdict)}`
}

export function sourceOf(rule: CaseRule): RuleSource {
  const { command } = rule
  return { command, text: writeRule(rule), names: 'broken' in rule ? {} : NAMES[rule.names] }
}

export function requestOf({ command, options, platform, workspace, channel, ...asker }: CaseRequest): Request {
  return {
    command,
    arguments: {
      list: OPTIONS.map((name) => options[name]),
      named: new Map(OPTIONS.flatMap((name) => (options[name] === null ? [] : [[name, options[name]] as const]))),
    },
    where: { platform, workspace, channel },
    user: asker.user,
    groups: new Set(asker.groups),
    permissions: asker.permissions && new Set(asker.permissions),
  }
}

function writeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'test':
      return printTest(condition)
    case 'not':
      return 'parts' in condition.part
        ? `not (${writeCondition(condition.part)})`
        : `not ${writeCondition(condition.part)}`
    case 'or':
      return condition.parts.map(writeCondition).join(' or ')
    case 'and':
      return condition.parts
        .map((part) => (part.kind === 'or' ? `(${writeCondition(part)})` : writeCondition(part)))
        .join(' and ')
  }
}

function writeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'allow':
      return 'allow'
    case 'forbid':
      return verdict.because === null ? 'forbid' : `forbid because "${verdict.because}"`
    case 'require':
      return writeRequire(verdict.requirement, verdict.care)
  }
}

function writeRequire(requirement: Requirement | null, care: RuleCare | null): string {
  const approvals = care?.approvals.map(({ count, permission }) => `approved by ${count} of ${permission}`) ?? []
  const then = [...(care?.confirmed ? ['confirmed'] : []), ...approvals].join(' and ')
  return [requirement === null ? 'must be' : `must have ${writeRequirement(requirement)}`, then].join(' ').trim()
}

function writeRequirement(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'permission':
      return requirement.name
    case 'any':
    case 'all':
      return `${requirement.kind} in [${requirement.names.join(', ')}]`
    case 'or':
      return requirement.parts.map(writeRequirement).join(' or ')
    case 'and':
      return requirement.parts
        .map((part) => (part.kind === 'or' ? `(${writeRequirement(part)})` : writeRequirement(part)))
        .join(' and ')
  }
}
