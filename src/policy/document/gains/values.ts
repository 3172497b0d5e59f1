/** The values of an option that could make a difference to rules: those that they name, one beside each, one that none names. Pure. */
import type { Command, Option } from '../../../command/command.ts'
import type { Json } from '../../../json.ts'
import { UNKNOWN, type Unknown } from '../../request.ts'
import { literalsOf } from '../../rule-check-option.ts'
import type { Literal, Test } from '../../tree.ts'
import { sampleOf } from './sample.ts'

/** One value to try, and how it is said: `env=prod`. Undefined: without the option. */
export interface Choice {
  readonly value: Json | Unknown | undefined
  readonly shown: string
}

/** Values tried of one option: rules that list more differ in them alike. */
const VALUES_MAX = 50

/** A text that no rule names. */
const SOMETHING = 'something-else'

/** What to try for an option, the plainest first; {@link UNKNOWN} when no rule looks at it. */
export function choicesOf(command: Command, option: Option, tests: readonly Test[]): readonly Choice[] {
  const about = tests.filter(({ ref }) => looksAt(command, ref, option))
  if (about.length === 0) return [{ value: UNKNOWN, shown: '' }]
  const singles = [...plainValues(option), ...about.flatMap(({ check }) => namedValues(literalsOf(check)))]
  const preset = option.default === undefined ? [] : [option.default]
  const values = [...preset, ...(option.list ? listsOf(singles) : singles)]
  const found = new Map<string, Choice>()
  if (!option.required) keep(command, option, undefined, found)
  for (const value of values) if (found.size < VALUES_MAX) keep(command, option, value, found)
  // A schema that takes none of these: the decision then says what is possible.
  return found.size === 0 ? [{ value: UNKNOWN, shown: '' }] : [...found.values()]
}

function looksAt({ options }: Command, ref: Test['ref'], { name }: Option): boolean {
  if (ref.kind === 'option') return ref.name === name
  if (ref.kind === 'arg') return options[ref.index]?.name === name
  return ref.kind === 'args' || ref.kind === 'options'
}

/** Values that come from the schema, without any rule. */
function plainValues({ kind, list, choices, min }: Option): readonly Json[] {
  if (choices) return choices
  if (kind === 'boolean') return [false, true]
  // Of a list, `min` is about its length.
  if (kind === 'integer' || kind === 'number') return [list ? 0 : (min ?? 0)]
  return [SOMETHING]
}

function namedValues(literals: readonly Literal[]): Json[] {
  return literals.flatMap((literal): Json[] => {
    if (literal.kind === 'pattern') return sampleOf(literal.source)
    if (literal.kind === 'text') return [literal.text]
    if (literal.kind === 'boolean') return [literal.value]
    // On both sides of a bound.
    return [literal.value, literal.value - 1, literal.value + 1]
  })
}

/** Nothing, each alone, and each beside the plainest. */
function listsOf(singles: readonly Json[]): Json[] {
  const [first] = singles
  const pairs = first === undefined ? [] : singles.slice(1).map((value): Json => [first, value])
  return [...singles.map((value): Json => [value]), ...pairs, []]
}

/** Keeps a value as the schema makes it, if it takes it. */
function keep(command: Command, { name }: Option, raw: Json | undefined, found: Map<string, Choice>): void {
  const others = new Set(command.options.flatMap((other) => (other.name === name ? [] : [other.name])))
  const { args, unknown } = command.checkEach(raw === undefined ? {} : { [name]: raw }, others)
  if (unknown.has(name)) return
  const value = Object.hasOwn(args, name) ? args[name] : undefined
  const json = JSON.stringify(value ?? null)
  if (found.has(json)) return
  const isMissing = value === undefined || value === null
  const shown = typeof value === 'string' && /^\S+$/.test(value) ? value : json
  found.set(json, { value, shown: isMissing ? `no ${name}` : `${name}=${shown}` })
}
