/** One test of a rule against one option that it looks at: the types, the choices, the bounds. Pure; a part of `rule-check.ts`. */
import type { Option, OptionKind } from '../command/command.ts'
import { nearest } from '../command/names.ts'
import { compileWhole } from './pattern.ts'
import { isNumber } from './rule-lex.ts'
import { printLiteral } from './rule-print.ts'
import type { Check, Literal, Operator, Place, Test } from './tree.ts'

export interface RuleProblem extends Place {
  /** An error would deny, or never match, at every use; a warning is most likely not what was meant. */
  readonly severity: 'error' | 'warning'
  readonly message: string
}

export interface Finding extends RuleProblem {
  /** It only says that the test is always or never true of this option: of another command's it may say something. */
  readonly idle: boolean
}

type Type = 'text' | 'number' | 'boolean'

const TYPES: { readonly [kind in OptionKind]: Type | null } = {
  string: 'text',
  user: 'text',
  channel: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  // Whatever a record holds.
  json: null,
}

const WORDS: { readonly [type in Type]: string } = { text: 'a text', number: 'a number', boolean: 'true or false' }

/** True unless a value of this option and the literal are of different types. */
export function isComparable({ kind }: Option, literal: Literal): boolean {
  const type = TYPES[kind]
  return type === null || type === typeOf(literal)
}

/** The values that a check compares with. */
export function literalsOf(check: Check): readonly Literal[] {
  switch (check.kind) {
    case 'compare':
      return [check.value]
    case 'in':
      return check.values
    case 'matches':
      return [check.pattern]
    case 'missing':
      return []
  }
}

/**
 * What is wrong with a test of this option.
 *
 * @param label the option as it is called in messages, as in `option env`
 * @param quantified whether the test says `any` or `all` of this option
 */
export function checkOption(test: Test, option: Option, label: string, quantified: boolean): Finding[] {
  const { check } = test
  const wrong = (message: string): Finding[] => [{ ...placeOf(test), severity: 'error', message, idle: false }]
  if (quantified && !option.list && option.kind !== 'json')
    return wrong(`${label} is one value and no list: leave "any" or "all" out`)
  if (check.kind === 'missing') return checkMissing(test, option, label)
  if (option.list && !quantified && check.kind !== 'in')
    return wrong(`${label} is a list: say any option[${option.name}] or all option[${option.name}]`)
  return literalsOf(check).flatMap((literal) => {
    if (isComparable(option, literal)) return checkValue(check, literal, option, label)
    return [{ ...placeOf(literal), severity: 'error', message: mismatch(literal, option, label), idle: false }]
  })
}

function checkMissing(test: Test, option: Option, label: string): Finding[] {
  const hasDefault = option.default !== undefined && option.default !== null
  if (!option.required && !hasDefault) return []
  const why = hasDefault ? `it has the default ${JSON.stringify(option.default)}` : 'it is required'
  return [{ ...placeOf(test), severity: 'warning', message: `${label} is never missing: ${why}`, idle: true }]
}

function mismatch(literal: Literal, { kind }: Option, label: string): string {
  const type = TYPES[kind] ?? 'text'
  if (literal.kind === 'pattern') return `${label} is ${WORDS[type]}, and patterns are for texts`
  const shown = printLiteral(literal)
  const said = `${label} is ${WORDS[type]} and ${shown} is ${WORDS[literal.kind]}`
  if (type === 'text') return `${said}: write '${shown}'`
  const unquoted = literal.kind === 'text' ? literal.text : ''
  const fits = type === 'number' ? isNumber(unquoted) : unquoted === 'true' || unquoted === 'false'
  return fits ? `${said}: write ${unquoted} without quotes` : said
}

/** A value of the right type that the option can never have, or always has. */
function checkValue(check: Check, literal: Literal, option: Option, label: string): Finding[] {
  const idle = (severity: Finding['severity'], message: string): Finding[] => [
    { ...placeOf(literal), severity, message, idle: true },
  ]
  switch (literal.kind) {
    case 'boolean':
      return []
    case 'number':
      return idle('warning', outOfBounds(check, literal.value, option, label)).filter(({ message }) => message !== '')
    case 'pattern':
      return isMatchable(literal.source, option)
        ? []
        : idle('warning', `no value of ${label} matches /${literal.source}/: it is ${choicesOf(option)}`)
    case 'text': {
      const { choices, kind } = option
      if (choices && !choices.includes(literal.text)) {
        const near = nearest(literal.text, choices.map(String))
        const advice = near === null ? '' : `, did you mean ${near}?`
        return idle('error', `${label} is never ${JSON.stringify(literal.text)}: it is ${choicesOf(option)}${advice}`)
      }
      if ((kind === 'user' && literal.text.startsWith('@')) || (kind === 'channel' && literal.text.startsWith('#')))
        return idle(
          'warning',
          `${label} is never ${literal.text}: it is the id of a ${kind}, as in ${EXAMPLE_IDS[kind]}`,
        )
      const length = [...literal.text].length
      if (!option.list && kind === 'string' && (length < (option.min ?? 0) || length > (option.max ?? length)))
        return idle(
          'warning',
          `${label} is never ${JSON.stringify(literal.text)}: it has ${boundsOf(option)} characters`,
        )
      return []
    }
  }
}

const EXAMPLE_IDS = { user: 'U024BE7LH', channel: 'C024BE91L' }

/** What a number says about an option with choices or bounds; empty when nothing. */
function outOfBounds(check: Check, value: number, option: Option, label: string): string {
  const operator: Operator = check.kind === 'compare' ? check.operator : '=='
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = option.list ? {} : option
  const isEqual = operator === '==' || operator === '!='
  if (isEqual && option.choices && !option.choices.includes(value))
    return `${label} is never ${value}: it is ${choicesOf(option)}`
  if (isEqual && option.kind === 'integer' && !Number.isInteger(value))
    return `${label} is never ${value}: it is a whole number`
  const range = `it is ${boundsOf(option)}`
  const never = `${label} is never ${operator === '==' || operator === '!=' ? '' : `${operator} `}${value}: ${range}`
  const always = `${label} is always ${operator} ${value}: ${range}`
  switch (operator) {
    case '==':
    case '!=':
      return value < min || value > max ? never : ''
    case '<':
      return value <= min ? never : value > max ? always : ''
    case '<=':
      return value < min ? never : value >= max ? always : ''
    case '>':
      return value >= max ? never : value < min ? always : ''
    case '>=':
      return value > max ? never : value <= min ? always : ''
  }
}

/** False when a pattern matches none of the option's choices. */
function isMatchable(source: string, { choices }: Option): boolean {
  const pattern = compileWhole(source)
  return !choices || !pattern.ok || choices.some((choice) => pattern.matches(String(choice)))
}

function choicesOf({ choices = [] }: Option): string {
  return choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`
}

function boundsOf({ min, max }: Option): string {
  if (min === undefined) return `at most ${max}`
  return max === undefined ? `at least ${min}` : `${min} to ${max}`
}

function typeOf(literal: Literal): Type {
  return literal.kind === 'pattern' ? 'text' : literal.kind
}

function placeOf({ at, end }: Place): Place {
  return { at, end }
}
