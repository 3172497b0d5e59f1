/**
 * Writes a rule, or a part of it, as text that `rule-parse.ts` reads as the same tree, positions aside. Pure. This is the
 * one way in which rules are shown: brackets stand where `and` meets `or`, and nowhere else.
 */
import { isBareText, isReservedPermission } from './rule-lex.ts'
import type { Check, Condition, Literal, Ref, Requirement, Rule, RuleCare, Test, Verdict } from './tree.ts'

/**
 * The whole rule on one line.
 *
 * @example printRule(rule) // 'when command is deploy with option[env] == prod must have deploy:prod'
 */
export function printRule({ command, condition, verdict }: Omit<Rule, 'text' | 'commandPlace'>): string {
  // A leading apostrophe would start a quoted name.
  const name = command.startsWith("'") ? `"${command}"` : command
  const words = ['when command is', name]
  if (condition !== null) words.push('with', printCondition(condition))
  return [...words, printVerdict(verdict)].join(' ')
}

/** A condition without brackets around it. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'test':
      return printTest(condition)
    case 'not':
      return `not ${bracketed(condition.part, printCondition)}`
    default:
      return condition.parts.map((part) => bracketed(part, printCondition)).join(` ${condition.kind} `)
  }
}

/** One test, as in `option[env] == prod`. */
export function printTest({ ref, check }: Pick<Test, 'ref' | 'check'>): string {
  return `${printRef(ref)} ${printCheck(check)}`
}

/** What a test looks at, as in `any option[env]`. */
export function printRef(ref: Ref): string {
  switch (ref.kind) {
    case 'arg':
      return `arg[${ref.index}]`
    case 'args':
      return `${ref.over} arg`
    case 'option':
      return ref.over === 'value' ? `option[${ref.name}]` : `${ref.over} option[${ref.name}]`
    case 'options':
      return `${ref.over} option`
    default:
      return ref.kind
  }
}

/** A value as it was written. */
export function printLiteral(literal: Literal): string {
  switch (literal.kind) {
    case 'text':
      return printText(literal.text, literal.quote)
    case 'number':
      return literal.written
    case 'boolean':
      return String(literal.value)
    case 'pattern':
      return `/${literal.source}/`
  }
}

/** What must be held, without brackets around it. */
export function printRequirement(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'permission':
      return printPermission(requirement.name)
    case 'any':
    case 'all':
      return `${requirement.kind} in [${requirement.names.map(printPermission).join(', ')}]`
    default:
      return requirement.parts.map((part) => bracketed(part, printRequirement)).join(` ${requirement.kind} `)
  }
}

function printVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'require': {
      const care = verdict.care === null ? [] : [printCare(verdict.care)]
      if (verdict.requirement === null) return ['must be', ...care].join(' ')
      return ['must have', printRequirement(verdict.requirement), ...care].join(' ')
    }
    case 'allow':
      return 'allow'
    case 'forbid':
      return verdict.because === null ? 'forbid' : `forbid because ${quoteDouble(verdict.because)}`
  }
}

/** What has to come before it starts, as in `confirmed and approved by 2 of deploy:approve`. */
function printCare({ confirmed, approvals }: RuleCare): string {
  const approved = approvals.map(
    ({ permission, count }) => `approved by ${count === 1 ? '' : `${count} of `}${printPermission(permission)}`,
  )
  return [...(confirmed ? ['confirmed'] : []), ...approved].join(' and ')
}

function printCheck(check: Check): string {
  switch (check.kind) {
    case 'compare':
      return `${check.operator} ${printLiteral(check.value)}`
    case 'in':
      return `in [${check.values.map(printLiteral).join(', ')}]`
    case 'matches':
      return `matches ${printLiteral(check.pattern)}`
    case 'missing':
      return 'is missing'
  }
}

/** A part of an `and`, `or` or `not`; brackets only around an `and` or an `or`. */
function bracketed<P extends Condition | Requirement>(part: P, print: (part: P) => string): string {
  return part.kind === 'and' || part.kind === 'or' ? `(${print(part)})` : print(part)
}

function printText(text: string, quote: '' | "'" | '"'): string {
  if (quote === '' && isBareText(text)) return text
  return quote === '"' || text.includes("'") ? quoteDouble(text) : `'${text}'`
}

function printPermission(name: string): string {
  return isReservedPermission(name) ? `'${name}'` : name
}

function quoteDouble(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
