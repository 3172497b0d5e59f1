/**
 * The one reading of an option's zod schema: through `z.toJSONSchema`, once, at load. Everything else in the house (line,
 * usage, help, Discord, Slack, audit, rules) reads the {@link Option} made here. Pure.
 */
import * as z from 'zod'
// Not as z.core: the namespace as a value would bring all of zod's languages along, 70 KB gzipped.
import { $ZodAsyncError } from 'zod/v4/core'
import type { Json } from '../json.ts'
import type { Option, OptionKind } from './command.ts'
import { FLAG_NAMES } from './flags.ts'
import { nameProblem } from './names.ts'

/** Discord's limit for the description of an option. */
const SUMMARY_MAX = 100

const SUPPORTED =
  'use z.string(), z.enum([…]), z.literal([…]) of strings, z.int(), z.number(), z.boolean(), z.array() of one of those, option.user(), option.channel() or option.json()'

/** The keys of a JSON schema that are read here. */
interface Shape {
  readonly type?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Shape[]
  readonly items?: Shape
  readonly default?: Json
  readonly description?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  /** From `.meta()`. */
  readonly short?: unknown
  readonly secret?: unknown
  readonly rest?: unknown
  readonly words?: unknown
  readonly kind?: unknown
}

export type OptionReading =
  | { readonly ok: true; readonly option: Option }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Reads one option, or says everything that is wrong with it and what to write instead. */
export function readOption(name: string, schema: z.ZodType, complete: boolean): OptionReading {
  const problems: string[] = []
  const wrong = nameProblem(name)
  if (wrong) problems.push(`its name cannot be "${name}": ${wrong}`)
  if (FLAG_NAMES.includes(name)) problems.push(`the name "${name}" is taken: every command has --${name}`)

  const shape = shapeOf(schema)
  if (typeof shape === 'string') return { ok: false, problems: [...problems, shape] }

  const summary = (shape.description ?? '').trim()
  if (summary === '') problems.push('it has no description: add .describe("What it is for")')
  if (summary.length > SUMMARY_MAX)
    problems.push(`its description has ${summary.length} characters: Discord shows at most ${SUMMARY_MAX}`)

  if (shape.short !== undefined && !(typeof shape.short === 'string' && /^[a-z]$/i.test(shape.short)))
    problems.push("its short form is not one letter: write .meta({ short: 'f' })")
  if (shape.secret !== undefined && typeof shape.secret !== 'boolean')
    problems.push('its secret mark is not true or false: write .meta({ secret: true })')

  if (shape.rest !== undefined && !(shape.rest === true && shape.type === 'string'))
    problems.push('it is marked as the rest of the line and is no text: write z.string().meta({ rest: true })')

  const list = shape.type === 'array'
  const element = list ? (shape.items ?? {}) : shape
  const kind = kindOf(element, shape.kind)
  if (kind === null) return { ok: false, problems: [...problems, `its kind is not supported: ${SUPPORTED}`] }
  if (list && kind === 'boolean') problems.push('a list of booleans cannot be typed on a line: use several booleans')

  const choices = choicesOf(element)
  if (choices?.some((choice) => choice === '')) problems.push('one of its choices is the empty text: give it a name')
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    option: Object.freeze({
      name,
      kind,
      list,
      // Asks zod itself, so that the answer is the one that `check` gives later.
      required: !schema.safeParse(undefined).success,
      summary,
      ...(shape.default !== undefined && { default: shape.default }),
      ...(choices && { choices: Object.freeze(choices) }),
      ...(typeof shape.short === 'string' && { short: shape.short }),
      secret: shape.secret === true,
      ...(shape.rest === true && { rest: true as const }),
      ...(shape.words === true && { words: true as const }),
      ...boundsOf(list ? shape : element, list ? 'list' : kind),
      complete,
    }),
  }
}

function shapeOf(schema: z.ZodType): Shape | string {
  if (!(schema instanceof z.ZodType)) return `it is not a zod schema: ${SUPPORTED}`
  if (coerces(schema))
    return 'it coerces, which turns "false" into true: leave out z.coerce, the line is read by the type'
  try {
    return z.toJSONSchema(schema) as Shape
  } catch (error) {
    // zod refuses what JSON cannot say: dates, bigints, transforms.
    const reason = error instanceof Error ? error.message : String(error)
    return `its kind is not supported (${reason}): ${SUPPORTED}, and turn the value into something else in the handler`
  }
}

function coerces(schema: z.ZodType): boolean {
  const def = schema.def as { coerce?: boolean; innerType?: z.ZodType; element?: z.ZodType }
  const inner = def.innerType ?? def.element
  return def.coerce === true || (inner instanceof z.ZodType && coerces(inner))
}

/** Values that reach a schema's own checks, whatever its kind. */
const PROBES = ['', 'x', 0, 1, true, [], ['x'], [1]]

/** Whether a check of an option is asynchronous: zod then refuses to work at once, as every check of a command line does. */
export function isAsync(schema: z.ZodType, choices: readonly (string | number)[]): boolean {
  return [undefined, ...PROBES, ...choices.slice(0, 1)].some((value) => {
    try {
      schema.safeParse(value)
      return false
    } catch (error) {
      // Anything else is the author's own check stumbling over a value that it will never see.
      return error instanceof $ZodAsyncError
    }
  })
}

function kindOf(element: Shape, marked: unknown): OptionKind | null {
  const inner = element.kind ?? marked
  switch (element.type) {
    case 'string':
      if (element.enum && !element.enum.every((value) => typeof value === 'string')) return null
      return inner === 'user' || inner === 'channel' ? inner : 'string'
    case 'integer':
    case 'number':
      // A choice among numbers would read "1.0" and "1" differently from what is shown.
      return element.enum || element.const !== undefined ? null : element.type
    case 'boolean':
      return element.const === undefined ? 'boolean' : null
    default:
      if (element.type === undefined && inner === 'json') return 'json'
      return choicesOf(element) ? 'string' : null
  }
}

function choicesOf(element: Shape): string[] | null {
  const values = element.anyOf
    ? element.anyOf.flatMap((branch) => branch.enum ?? [branch.const])
    : (element.enum ?? (element.const === undefined ? null : [element.const]))
  return values && values.length > 0 && values.every((value) => typeof value === 'string') ? (values as string[]) : null
}

function boundsOf(shape: Shape, kind: OptionKind | 'list'): { min?: number; max?: number } {
  const [min, max] =
    kind === 'list'
      ? [shape.minItems, shape.maxItems]
      : kind === 'integer' || kind === 'number'
        ? [lowest(shape, kind), highest(shape, kind)]
        : [shape.minLength, shape.maxLength]
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
}

/** zod gives every integer the bounds of a double; they say nothing. An exclusive bound of a fraction cannot be shown. */
function lowest(shape: Shape, kind: OptionKind): number | undefined {
  const bound =
    shape.minimum ??
    (kind === 'integer' && shape.exclusiveMinimum !== undefined ? shape.exclusiveMinimum + 1 : undefined)
  return bound === Number.MIN_SAFE_INTEGER ? undefined : bound
}

function highest(shape: Shape, kind: OptionKind): number | undefined {
  const bound =
    shape.maximum ??
    (kind === 'integer' && shape.exclusiveMaximum !== undefined ? shape.exclusiveMaximum - 1 : undefined)
  return bound === Number.MAX_SAFE_INTEGER ? undefined : bound
}
