/** One test of a rule as a function of the request. Pure and total: what cannot be compared is the outcome `error`. */
import type { Json } from '../json.ts'
import { both, either, negate, type Outcome, outcomeOf } from './outcome.ts'
import { compileWhole } from './pattern.ts'
import { type Request, UNKNOWN, type Unknown } from './request.ts'
import type { Check, Literal, NamedRef, Operator, Ref, RuleNames, Test } from './tree.ts'

export type Evaluate = (request: Request) => Outcome

/** What a test looks at; undefined when it is missing. */
type Value = Json | Unknown | undefined

/** @param names what the names of rooms, users and groups stand for */
export function compileTest({ ref, check }: Test, names: RuleNames): Evaluate {
  if (ref.kind === 'group') return membership(literalsOf(check), check, names)
  if (check.kind === 'missing') return missing(ref)
  const one = compileCheck(check, (literal) => meaning(ref, literal, names))
  switch (ref.kind) {
    case 'args':
    case 'options':
      return quantified(ref, one)
    case 'option':
      if (ref.over !== 'value') return overElements(ref, ref.over, one)
      break
  }
  // `in` asks for every element of a list; any other test of a list is a slip that must not pass for an answer.
  const ofList = check.kind === 'in' ? (list: readonly Json[]) => allOf(list, one) : () => 'error' as const
  return (request) => {
    const value = lookAt(ref, request)
    if (value === UNKNOWN) return 'unknown'
    if (value === undefined || value === null) return 'false'
    return Array.isArray(value) ? ofList(value) : one(value)
  }
}

/** The one value that a ref without a quantifier looks at. */
export function lookAt(ref: Ref, request: Request): Value {
  const { arguments: args, where } = request
  switch (ref.kind) {
    case 'arg':
      return args === UNKNOWN ? UNKNOWN : args.list[ref.index]
    case 'option':
      return args === UNKNOWN ? UNKNOWN : args.named.get(ref.name)
    case 'args':
      return args === UNKNOWN ? UNKNOWN : listed(args.list)
    case 'options':
      return args === UNKNOWN ? UNKNOWN : listed([...args.named.values()])
    case 'channel':
      return where === UNKNOWN ? UNKNOWN : (where.channel ?? undefined)
    case 'platform':
    case 'workspace':
      return where === UNKNOWN ? UNKNOWN : (where[ref.kind] ?? undefined)
    case 'user':
      return request.user ?? undefined
    case 'group':
      return [...request.groups]
  }
}

/** What is there of several values, lists as their elements; {@link UNKNOWN} as soon as one is. */
function listed(values: readonly Value[]): Json[] | Unknown {
  const found: Json[] = []
  for (const value of values) {
    if (value === UNKNOWN) return UNKNOWN
    if (Array.isArray(value)) found.push(...value)
    else if (value !== undefined && value !== null) found.push(value as Json)
  }
  return found
}

function missing(ref: Ref): Evaluate {
  return (request) => {
    const value = lookAt(ref, request)
    if (value === UNKNOWN) return 'unknown'
    if (ref.kind === 'args' || ref.kind === 'options') return outcomeOf((value as Json[]).length === 0)
    return outcomeOf(value === undefined || value === null)
  }
}

/** `any arg`, `all option`: over values of several options, which need not be of one type. */
function quantified(ref: Ref & { kind: 'args' | 'options' }, one: (value: Json) => Outcome): Evaluate {
  const { over } = ref
  return (request) => {
    const { arguments: args } = request
    if (args === UNKNOWN) return 'unknown'
    const values = ref.kind === 'args' ? args.list : [...args.named.values()]
    const outcomes = values.flatMap((value): Outcome[] => {
      if (value === UNKNOWN) return ['unknown']
      if (value === undefined || value === null) return []
      return (Array.isArray(value) ? value : [value]).map(one)
    })
    if (over === 'all') return outcomes.length === 0 ? 'false' : both(outcomes)
    // Of values of another type one finds none that fits; where there are no others, the test asks for what cannot be.
    if (outcomes.length > 0 && outcomes.every((outcome) => outcome === 'error')) return 'error'
    return either(outcomes.map((outcome) => (outcome === 'error' ? 'false' : outcome)))
  }
}

/** `any option[x]`, `all option[x]`: over the elements of a list. */
function overElements(ref: Ref, over: 'any' | 'all', one: (value: Json) => Outcome): Evaluate {
  return (request) => {
    const value = lookAt(ref, request)
    if (value === UNKNOWN) return 'unknown'
    if (value === undefined || value === null) return 'false'
    if (!Array.isArray(value)) return 'error'
    return over === 'all' ? allOf(value, one) : either(value.map(one))
  }
}

/** All of nothing is false. */
function allOf(list: readonly Json[], one: (value: Json) => Outcome): Outcome {
  return list.length === 0 ? 'false' : both(list.map(one))
}

/** A person is in several groups: `==` and `in` ask for one of them, and the answer is always known. */
function membership(literals: readonly Literal[], check: Check, names: RuleNames): Evaluate {
  if (check.kind === 'missing') return ({ groups }) => outcomeOf(groups.size === 0)
  const wanted = literals.map((literal) => meaning({ kind: 'group' }, literal, names))
  const tests = wanted.map(equals)
  const isMember: Evaluate = ({ groups }) => {
    for (const group of groups) if (tests.some((test) => test(group) === 'true')) return 'true'
    return 'false'
  }
  if (check.kind !== 'compare' || check.operator === '==') return isMember
  // Groups have no order: the parser refuses `<` with anything but a number, and no group is one.
  return check.operator === '!=' ? (request) => negate(isMember(request)) : () => 'error'
}

function literalsOf(check: Check): readonly Literal[] {
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

/** What a literal is compared as: the id behind a name. */
type Meaning =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'pattern'; readonly matches: (text: string) => boolean }
  /** A pattern that does not compile, which the parser has let through: nothing may depend on it. */
  | { readonly type: 'broken' }

function meaning(ref: Ref, literal: Literal, names: RuleNames): Meaning {
  switch (literal.kind) {
    case 'text': {
      const known = isNamed(ref.kind) ? names[ref.kind] : undefined
      const id = known && Object.hasOwn(known, literal.text) ? known[literal.text] : undefined
      return { type: 'text', value: id ?? literal.text }
    }
    case 'number':
      return { type: 'number', value: literal.value }
    case 'boolean':
      return { type: 'boolean', value: literal.value }
    case 'pattern': {
      const pattern = compileWhole(literal.source)
      return pattern.ok ? { type: 'pattern', matches: pattern.matches } : { type: 'broken' }
    }
  }
}

function isNamed(kind: Ref['kind']): kind is NamedRef {
  return kind === 'channel' || kind === 'user' || kind === 'group'
}

/** A check as a function of one value that is there and no list. */
function compileCheck(
  check: Exclude<Check, { kind: 'missing' }>,
  mean: (literal: Literal) => Meaning,
): (value: Json) => Outcome {
  switch (check.kind) {
    case 'matches':
      return equals(mean(check.pattern))
    case 'in':
      return isIn(check.values.map(mean))
    case 'compare': {
      const wanted = mean(check.value)
      if (check.operator === '==') return equals(wanted)
      if (check.operator === '!=') {
        const same = equals(wanted)
        return (value) => negate(same(value))
      }
      return ordered(check.operator, wanted)
    }
  }
}

function equals(wanted: Meaning): (value: Json) => Outcome {
  switch (wanted.type) {
    case 'pattern':
      return (value) => (typeof value === 'string' ? outcomeOf(wanted.matches(value)) : 'error')
    case 'text':
      return (value) => (typeof value === 'string' ? outcomeOf(value === wanted.value) : 'error')
    case 'number':
      return (value) => (typeof value === 'number' ? outcomeOf(value === wanted.value) : 'error')
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? outcomeOf(value === wanted.value) : 'error')
    case 'broken':
      return () => 'error'
  }
}

/** In a list of several types, a value is compared with those of its own; with none of its type it is an error. */
function isIn(wanted: readonly Meaning[]): (value: Json) => Outcome {
  if (wanted.length === 0) return () => 'false'
  if (wanted.some(({ type }) => type === 'broken')) return () => 'error'
  const exact = new Set(wanted.flatMap((one) => ('value' in one ? [one.value] : [])))
  const patterns = wanted.flatMap((one) => (one.type === 'pattern' ? [one.matches] : []))
  const types = new Set<string>(wanted.map(({ type }) => (type === 'text' || type === 'pattern' ? 'string' : type)))
  return (value) => {
    if (!types.has(typeof value)) return 'error'
    const plain = value as string | number | boolean
    return outcomeOf(exact.has(plain) || (typeof plain === 'string' && patterns.some((matches) => matches(plain))))
  }
}

function ordered(operator: Exclude<Operator, '==' | '!='>, wanted: Meaning): (value: Json) => Outcome {
  if (wanted.type !== 'number') return () => 'error'
  const { value: bound } = wanted
  const holds = {
    '<': (number: number) => number < bound,
    '<=': (number: number) => number <= bound,
    '>': (number: number) => number > bound,
    '>=': (number: number) => number >= bound,
  }[operator]
  return (value) => (typeof value === 'number' ? outcomeOf(holds(value)) : 'error')
}
