/**
 * A rule's condition as two Cedar expressions: when it holds, and when it fails for an error. Pure; written from the law and not
 * from the evaluator, of which nothing is imported.
 *
 * Cedar skips a policy that errs, and has no way to ask for a value's type, so nothing here ever errs: the request says each
 * value's type beside it (`context.types`), and every access is guarded. Numbers are tenths, because Cedar has whole ones only.
 */
import type { Check, Condition, Literal, Operator, Ref, RuleNames, Test } from '../../src/policy/tree.ts'
import { LIST_MAX, OPTIONS } from './case.ts'
import { and, FALSE, not, or, TRUE, tenths, text } from './cedar-expression.ts'
import { PATTERNS } from './patterns.ts'

export interface Meaning {
  readonly holds: string
  readonly fails: string
}

const NEVER: Meaning = { holds: FALSE, fails: FALSE }

export function translate(condition: Condition, names: RuleNames): Meaning {
  switch (condition.kind) {
    case 'test':
      return translateTest(condition, names)
    case 'not': {
      const { holds, fails } = translate(condition.part, names)
      return { holds: not(or(holds, fails)), fails }
    }
    case 'and':
      return allOf(condition.parts.map((part) => translate(part, names)))
    case 'or':
      return anyOf(condition.parts.map((part) => translate(part, names)))
  }
}

/** An error counts where no part is false. */
function allOf(parts: readonly Meaning[]): Meaning {
  const fails = or(...parts.map((part) => part.fails))
  return {
    holds: and(...parts.map((part) => part.holds)),
    fails: and(fails, ...parts.map((part) => or(part.holds, part.fails))),
  }
}

/** An error counts where no part is true. */
function anyOf(parts: readonly Meaning[]): Meaning {
  const holds = or(...parts.map((part) => part.holds))
  return { holds, fails: and(or(...parts.map((part) => part.fails)), not(holds)) }
}

function translateTest({ ref, check }: Test, names: RuleNames): Meaning {
  switch (ref.kind) {
    case 'group':
      return ofGroup(check, names)
    case 'user':
      return given('principal is User', check, (one) => ofUser(one, names))
    case 'channel':
    case 'platform':
    case 'workspace':
      return given(there(ref.kind), check, (one) => ofValue(ref.kind, one, names[ref.kind as 'channel']))
    case 'arg':
      return ofArgument(`arg ${ref.index}`, check)
    case 'option':
      return ref.over === 'value'
        ? ofArgument(`option ${ref.name}`, check)
        : ofElements(`option ${ref.name}`, ref.over, check)
    case 'args':
    case 'options':
      return ofSeveral(ref, check)
  }
}

type Asking = Exclude<Check, { kind: 'missing' }>

/** A test on what is missing is false, unless it asks for that. */
function given(present: string, check: Check, translated: (check: Asking) => Meaning): Meaning {
  if (check.kind === 'missing') return { holds: not(present), fails: FALSE }
  const { holds, fails } = translated(check)
  return { holds: and(present, holds), fails: and(present, fails) }
}

const there = (key: string) => `context.types has ${text(key)}`
const isA = (key: string, type: string) => `context.types[${text(key)}] == "${type}"`
const valueAt = (key: string) => `context.values[${text(key)}]`

/** The keys of a list's elements. */
export const elementsOf = (key: string) => Array.from({ length: LIST_MAX }, (_, i) => `${key} ${i}`)

function ofArgument(key: string, check: Check): Meaning {
  return given(there(key), check, (one) => {
    const single = ofValue(key, one)
    // A list is asked as a whole by `in` alone.
    const list = one.kind === 'in' ? everyThere(elementsOf(key), one) : { holds: FALSE, fails: TRUE }
    const isList = isA(key, 'list')
    return {
      holds: or(and(not(isList), single.holds), and(isList, list.holds)),
      fails: or(and(not(isList), single.fails), and(isList, list.fails)),
    }
  })
}

function ofElements(key: string, over: 'any' | 'all', check: Check): Meaning {
  return given(there(key), check, (one) => {
    const isList = isA(key, 'list')
    const list = over === 'all' ? everyThere(elementsOf(key), one) : someThere(elementsOf(key), one)
    return { holds: and(isList, list.holds), fails: or(not(isList), list.fails) }
  })
}

/** Over the values of all options, a list as its elements. */
function ofSeveral(ref: Ref & { kind: 'args' | 'options' }, check: Check): Meaning {
  const keys = OPTIONS.map((name, i) => (ref.kind === 'args' ? `arg ${i}` : `option ${name}`)).flatMap((key) => [
    `${key} alone`,
    ...elementsOf(key),
  ])
  if (check.kind === 'missing') return { holds: not(or(...keys.map(there))), fails: FALSE }
  if (ref.over === 'all') return everyThere(keys, check)
  // A value of another type does not match; where there is no other, that is an error.
  const unfit = keys.map((key) => or(not(there(key)), ofValue(key, check).fails))
  return { holds: someThere(keys, check).holds, fails: and(or(...keys.map(there)), ...unfit) }
}

function someThere(keys: readonly string[], check: Asking): Meaning {
  return anyOf(keys.map((key) => given(there(key), check, (one) => ofValue(key, one))))
}

/** All of nothing is false. */
function everyThere(keys: readonly string[], check: Asking): Meaning {
  const parts = keys.map((key): Meaning => {
    const { holds, fails } = ofValue(key, check)
    return { holds: or(not(there(key)), holds), fails: and(there(key), fails) }
  })
  const every = allOf(parts)
  const some = or(...keys.map(there))
  return { holds: and(some, every.holds), fails: and(some, every.fails) }
}

/** One value that is there and is no list. */
function ofValue(key: string, check: Asking, names: { readonly [name: string]: string } = {}): Meaning {
  const same = (literal: Literal) => isSame(valueAt(key), literal, names)
  switch (check.kind) {
    case 'matches':
      return guarded(isA(key, 'text'), same(check.pattern))
    case 'in': {
      const types = [...new Set(check.values.map(typeOf))]
      if (types.length === 0) return NEVER
      const matching = check.values.map((value) => and(isA(key, typeOf(value)), same(value)))
      return guarded(or(...types.map((type) => isA(key, type))), or(...matching))
    }
    case 'compare': {
      const { operator, value } = check
      if (operator === '==') return guarded(isA(key, typeOf(value)), same(value))
      if (operator === '!=') return guarded(isA(key, typeOf(value)), not(same(value)))
      return guarded(isA(key, 'number'), `${valueAt(key)} ${operator} ${numberOf(value)}`)
    }
  }
}

function guarded(fits: string, holds: string): Meaning {
  return { holds: and(fits, holds), fails: not(fits) }
}

function typeOf(literal: Literal): 'text' | 'number' | 'boolean' {
  return literal.kind === 'pattern' ? 'text' : literal.kind
}

function isSame(value: string, literal: Literal, names: { readonly [name: string]: string }): string {
  switch (literal.kind) {
    case 'text':
      return `${value} == ${text(standsFor(names, literal.text))}`
    case 'number':
      return `${value} == ${tenths(literal.value)}`
    case 'boolean':
      return `${value} == ${literal.value}`
    case 'pattern':
      return or(...likesOf(literal.source).map((like) => `${value} like "${like}"`))
  }
}

function likesOf(source: string): readonly string[] {
  const likes = PATTERNS.get(source)
  if (!likes) throw new Error(`test/policy/patterns.ts does not say what /${source}/ is in Cedar`)
  return likes
}

function numberOf(literal: Literal): number {
  if (literal.kind === 'number') return tenths(literal.value)
  throw new Error('only numbers have an order')
}

/** The id that a name stood for when the rule was saved; what is no name stands for itself. */
function standsFor(names: { readonly [name: string]: string } | undefined, name: string): string {
  return new Map(Object.entries(names ?? {})).get(name) ?? name
}

/** The user is the principal, so an equal one is an equal entity; its id is text like any other. */
function ofUser(check: Asking, names: RuleNames): Meaning {
  const is = (literal: Literal): Meaning => {
    if (literal.kind === 'text')
      return { holds: `principal == User::${text(standsFor(names.user, literal.text))}`, fails: FALSE }
    if (literal.kind === 'pattern') return { holds: isSame('principal.key', literal, {}), fails: FALSE }
    return { holds: FALSE, fails: TRUE }
  }
  switch (check.kind) {
    case 'matches':
      return is(check.pattern)
    case 'in': {
      const texts = check.values.filter((value) => typeOf(value) === 'text')
      if (check.values.length > 0 && texts.length === 0) return { holds: FALSE, fails: TRUE }
      return { holds: or(...texts.map((value) => is(value).holds)), fails: FALSE }
    }
    case 'compare': {
      const { holds, fails } = is(check.value)
      if (isOrder(check.operator)) return { holds: FALSE, fails: TRUE }
      return check.operator === '==' ? { holds, fails } : { holds: not(or(holds, fails)), fails }
    }
  }
}

/** Membership is always known, and what is no text is no group. */
function ofGroup(check: Check, names: RuleNames): Meaning {
  const member = (literal: Literal) =>
    literal.kind === 'text' ? `principal in Group::${text(standsFor(names.group, literal.text))}` : FALSE
  switch (check.kind) {
    case 'missing':
      return { holds: not('principal.grouped'), fails: FALSE }
    case 'in':
      return { holds: or(...check.values.map(member)), fails: FALSE }
    case 'matches':
      throw new Error("Cedar cannot go through a principal's groups")
    case 'compare': {
      const holds = member(check.value)
      if (isOrder(check.operator)) return { holds: FALSE, fails: TRUE }
      return { holds: check.operator === '==' ? holds : not(holds), fails: FALSE }
    }
  }
}

function isOrder(operator: Operator): boolean {
  return operator !== '==' && operator !== '!='
}
