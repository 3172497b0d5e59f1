/**
 * Validation of raw values by a command's own schema, with every problem at once and in plain words. Pure. No message
 * repeats the value, so that a secret never comes back in an error.
 */
import * as z from 'zod'
import type { Json } from '../json.ts'
import type { Arguments, Checked, Command, Option } from './command.ts'

type Raw = { readonly [option: string]: Json }

/** Stands for every message that the schema's author did not write; the words are made from the issue afterwards. */
const OURS = '\u0000'
const WITH_OURS = { error: () => OURS }

/** The function behind `Command.check`. */
export function makeCheck(
  options: readonly Option[],
  schemas: { readonly [name: string]: z.ZodType },
): (raw: Raw) => Checked {
  const schema = z.strictObject(schemas)
  const byName = new Map(options.map((option) => [option.name, option]))
  return function check(raw) {
    const parsed = schema.safeParse(raw, WITH_OURS)
    if (parsed.success) return { ok: true, args: Object.freeze(parsed.data) as Arguments }
    const problems = parsed.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map((key) => ({ option: key, message: `there is no option ${key}` }))
      const name = String(issue.path[0])
      const option = byName.get(name)
      if (!option) return [{ option: name, message: `${name} is not accepted` }]
      return [{ option: name, message: sentence(issue, option, Object.hasOwn(raw, name)) }]
    })
    return { ok: false, problems: firstOfEach(problems) }
  }
}

/** The function behind `Command.checkEach`. */
export function makeCheckEach(schemas: { readonly [name: string]: z.ZodType }): Command['checkEach'] {
  return function checkEach(raw, spoilt) {
    const args: Record<string, Json | undefined> = {}
    const unknown = new Set(spoilt)
    for (const [name, schema] of Object.entries(schemas)) {
      if (spoilt.has(name)) continue
      const parsed = schema.safeParse(Object.hasOwn(raw, name) ? raw[name] : undefined)
      if (parsed.success) args[name] = parsed.data as Json | undefined
      else unknown.add(name)
    }
    return { args, unknown }
  }
}

/** A text that is too short often breaks its pattern too: the first problem of an option is the one to mend. */
function firstOfEach<P extends { readonly option: string }>(problems: readonly P[]): P[] {
  const seen = new Set<string>()
  return problems.filter(({ option }) => !seen.has(option) && seen.add(option))
}

function sentence(issue: z.core.$ZodIssue, option: Option, given: boolean): string {
  if (!given) return `${option.name} is missing: ${wanted(option)}`
  const position = issue.path[1]
  const subject = typeof position === 'number' ? `value ${position + 1} of ${option.name}` : option.name
  if (issue.message !== OURS) return `${subject}: ${issue.message}`
  if (option.list && typeof position !== 'number' && issue.code === 'invalid_type') return `${subject} must be a list`
  if (
    option.choices &&
    (issue.code === 'invalid_value' || issue.code === 'invalid_union' || issue.code === 'invalid_type')
  )
    return `${subject} must be one of ${option.choices.join(', ')}`
  return `${subject} ${requirement(issue, option)}`
}

/** What to give for an option that is missing. */
export function wanted(option: Option): string {
  return option.choices
    ? `give one of ${option.choices.join(', ')}`
    : `give ${KIND_WORDS[option.kind]} (${option.summary})`
}

export const KIND_WORDS = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  user: 'a person',
  channel: 'a channel',
  json: 'any value',
} as const satisfies { [kind in Option['kind']]: string }

function requirement(issue: z.core.$ZodIssue, option: Option): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KIND_WORDS[option.kind]}`
    case 'too_small':
      return atBound('at least', 'more than', issue.minimum, issue.origin, issue.inclusive !== false)
    case 'too_big':
      return atBound('at most', 'less than', issue.maximum, issue.origin, issue.inclusive !== false)
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return issue.format === 'regex' && issue.pattern
        ? `must match ${issue.pattern}`
        : `must be a valid ${issue.format}`
    default:
      return 'is not accepted: see --help'
  }
}

function atBound(closed: string, open: string, bound: number | bigint, origin: string, inclusive: boolean): string {
  const words = `${inclusive ? closed : open} ${bound}`
  const plural = bound === 1 ? '' : 's'
  if (origin === 'string') return `must have ${words} character${plural}`
  if (origin === 'array') return `must have ${words} value${plural}`
  return `must be ${words}`
}
