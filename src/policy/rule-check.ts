/**
 * A rule against the commands that there are: unknown names, wrong types, conditions that never or always hold. Pure. Whether
 * its permissions, rooms and people exist is for those to say who know them.
 */
import type { Command, Option } from '../command/command.ts'
import { nearest } from '../command/names.ts'
import type { Registry } from '../command/registry.ts'
import { checkLogic } from './rule-check-logic.ts'
import { checkOption, type Finding, isComparable, literalsOf, type RuleProblem } from './rule-check-option.ts'
import { checkPlaceRef } from './rule-check-place.ts'
import { printRef, printTest } from './rule-print.ts'
import type { Condition, Place, Rule, Test } from './tree.ts'

export type { RuleProblem } from './rule-check-option.ts'

/** What a rule may be about. */
export type RuleCommands = Pick<Registry, 'all' | 'byKey' | 'under'>

/** An option and the command that has it. */
interface Found {
  readonly command: Command
  readonly option: Option
}

/**
 * Everything that is wrong or odd about a rule, each with its place in the rule's text. A rule with an error would deny, or
 * never match, at every use: it is not saved.
 *
 * @example checkRule(parsed.rule, registry).filter(({ severity }) => severity === 'error')
 */
export function checkRule(rule: Rule, commands: RuleCommands): readonly RuleProblem[] {
  const scope = commandsOf(rule.command, commands)
  const unknown = scope.length === 0 ? [unknownCommand(rule, commands)] : []
  if (rule.condition === null) return unknown
  const tests = testsOf(rule.condition).flatMap((test) => checkTest(test, scope, rule.command.endsWith('*')))
  return unique([...unknown, ...tests, ...checkLogic(rule.condition)])
}

function commandsOf(name: string, commands: RuleCommands): readonly Command[] {
  if (name.endsWith(':*')) return commands.under(name.split(':').slice(0, -1))
  const command = commands.byKey(name)
  return command ? [command] : []
}

function unknownCommand({ command, commandPlace }: Rule, commands: RuleCommands): RuleProblem {
  const keys = commands.all().map(({ key }) => key)
  if (!command.endsWith(':*')) {
    const group = commands.under(command.split(':')).length > 0
    const near = nearest(command, keys)
    const advice = group ? `: for all of that group, write ${command}:*` : near ? `, did you mean ${near}?` : ''
    return { ...commandPlace, severity: 'error', message: `there is no command ${command}${advice}` }
  }
  const group = command.slice(0, -':*'.length)
  const groups = commands.all().flatMap(({ path }) => path.slice(1).map((_, i) => path.slice(0, i + 1).join(':')))
  const near = nearest(group, groups)
  const advice = keys.includes(group) ? `: it is a command, write ${group}` : near ? `, did you mean ${near}:*?` : ''
  return { ...commandPlace, severity: 'error', message: `there is no group ${group}${advice}` }
}

function testsOf(condition: Condition): readonly Test[] {
  if (condition.kind === 'test') return [condition]
  return condition.kind === 'not' ? testsOf(condition.part) : condition.parts.flatMap(testsOf)
}

function checkTest(test: Test, scope: readonly Command[], grouped: boolean): readonly RuleProblem[] {
  const { ref, check } = test
  if (check.kind === 'in' && check.values.length === 0)
    return [problem(test, 'warning', `${printTest(test)} is never true: name a value in the list`)]
  switch (ref.kind) {
    case 'option':
      return checkFound(test, optionsNamed(ref.name, scope), grouped, () => unknownOption(test, ref.name, scope))
    case 'arg':
      return checkFound(test, optionsAt(ref.index, scope), grouped, () => noSuchArgument(test, scope))
    case 'args':
    case 'options':
      return checkAll(test, ref.over, scope)
    default:
      return checkPlaceRef(test)
  }
}

/** The test against every option that it may look at; `none` says what is wrong when there is none. */
function checkFound(
  test: Test,
  found: readonly Found[],
  grouped: boolean,
  none: () => readonly RuleProblem[],
): readonly RuleProblem[] {
  if (found.length === 0) return none()
  const quantified = test.ref.kind === 'option' && test.ref.over !== 'value'
  const findings = found.map(({ command, option }) => {
    const label = `option ${option.name}${grouped ? ` of ${command.name}` : ''}`
    return checkOption(test, option, label, quantified)
  })
  // What never holds for one command of a group may hold for another.
  const isIdleEverywhere = ({ at }: Finding) =>
    findings.every((list) => list.some((finding) => finding.idle && finding.at === at))
  return findings
    .flat()
    .filter((finding) => !finding.idle || isIdleEverywhere(finding))
    .map(({ idle: _, ...rest }) => rest)
}

function optionsNamed(name: string, scope: readonly Command[]): Found[] {
  return scope.flatMap((command) =>
    command.options.filter((option) => option.name === name).map((option) => ({ command, option })),
  )
}

function optionsAt(index: number, scope: readonly Command[]): Found[] {
  return scope.flatMap((command) => command.options.slice(index, index + 1).map((option) => ({ command, option })))
}

function unknownOption(test: Test, name: string, scope: readonly Command[]): readonly RuleProblem[] {
  if (scope.length === 0) return []
  const names = [...new Set(scope.flatMap(({ options }) => options.map((option) => option.name)))]
  const near = nearest(name, names)
  const advice = near
    ? `did you mean ${near}?`
    : names.length > 0
      ? `there is ${names.join(', ')}`
      : 'it has no options'
  return [problem(test, 'error', `${lacking(scope, `option ${name}`)}: ${advice}`)]
}

function noSuchArgument(test: Test, scope: readonly Command[]): readonly RuleProblem[] {
  if (scope.length === 0) return []
  const most = Math.max(...scope.map(({ options }) => options.length))
  const advice = most === 0 ? 'it has no options' : `the last is arg[${most - 1}]`
  return [problem(test, 'error', `${lacking(scope, printRef(test.ref))}: ${advice}`)]
}

function lacking(scope: readonly Command[], what: string): string {
  const [only] = scope
  return scope.length === 1 && only ? `${only.name} has no ${what}` : `none of these commands has ${what}`
}

/** `any arg`, `all option`: a value of another type does not match `any`, unless there is no other, and breaks `all`. */
function checkAll(test: Test, over: 'any' | 'all', scope: readonly Command[]): readonly RuleProblem[] {
  const literals = literalsOf(test.check)
  if (literals.length === 0 || scope.length === 0) return []
  const options = scope.flatMap((command) => command.options)
  const isOdd = (option: Option) => !literals.some((literal) => isComparable(option, literal))
  const odd = options.find(isOdd)
  if (over === 'all' && odd)
    return [
      problem(
        test,
        'error',
        `${printRef(test.ref)} compares option ${odd.name} too, which is of another type: say which, as in option[${odd.name}]`,
      ),
    ]
  if (options.every(isOdd))
    return [problem(test, 'error', `${printTest(test)} is never true: there is no option of that type`)]
  return []
}

function problem({ at, end }: Place, severity: RuleProblem['severity'], message: string): RuleProblem {
  return { at, end, severity, message }
}

/** Commands of a group often share an option: each thing is said once. */
function unique(problems: readonly RuleProblem[]): readonly RuleProblem[] {
  return [...new Map(problems.map((one) => [JSON.stringify(one), one])).values()]
}
