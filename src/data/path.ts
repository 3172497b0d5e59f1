/** Field paths into a record, as options name them: `size`, `spec.replicas`, `tags[0]`, `labels["a key"]`. Pure. */
import { isRecord, type Json, type PawlRecord } from '../json.ts'
import { remember } from './remember.ts'

/** Keys and positions; the empty path is the whole record. */
export type FieldPath = readonly (string | number)[]

export type PathReading =
  | { readonly ok: true; readonly path: FieldPath }
  | { readonly ok: false; readonly message: string }

/** One step: a key up to the next dot or bracket, a position, a key in quotes. */
const STEP = /\.?([^.[\]"']+)|\[(\d{1,15})\]|\[("(?:[^"\\]|\\.)*")\]|\['([^']*)'\]/y

/** A key without a letter, digit or underscore is a slip: an operator, most likely. */
const KEY = /[\p{L}\p{N}_]/u

const ADVICE = 'write a field as size, spec.replicas, tags[0] or labels["a key"]'

/** Stands for a field where a condition was typed without its quotes. */
const OPERATOR = /^[=!<>~&|]+$/
const QUOTE_ADVICE = "put a condition in quotes, as in 'size == 10'"

/** Reads a whole text as one path. */
export const parsePath: (text: string) => PathReading = remember((text): PathReading => {
  const path: (string | number)[] = []
  for (let at = 0; at < text.length || path.length === 0; ) {
    STEP.lastIndex = at
    const step = STEP.exec(text)
    const key = step === null ? null : keyOf(step)
    // Only a step after another one may start with a dot.
    const dotted = step?.[0].startsWith('.') ?? false
    if (step === null || key === null || (step[1] !== undefined && dotted !== at > 0))
      return { ok: false, message: `is not a field: ${OPERATOR.test(text) ? QUOTE_ADVICE : ADVICE}` }
    path.push(key)
    at += step[0].length
  }
  return { ok: true, path }
})

function keyOf([, plain, position, json, single]: RegExpExecArray): string | number | null {
  if (plain !== undefined) return KEY.test(plain) ? plain : null
  if (position !== undefined) return Number(position)
  if (single !== undefined) return single
  try {
    return JSON.parse(json ?? '') as string
  } catch {
    return null // an escape that JSON does not know
  }
}

/** A path as a person types it: `['tags', 0]` is `tags[0]`. */
export function pathText(path: FieldPath): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[^.[\]"']+$/.test(step)) return `[${JSON.stringify(step)}]`
      return i === 0 ? step : `.${step}`
    })
    .join('')
}

/** The value at a path; undefined when there is none. In a list, a number of digits is a position: `tags.0`. */
export function valueAt(record: PawlRecord, path: FieldPath): Json | undefined {
  let value: Json | undefined = record
  for (const step of path) {
    value = stepInto(value, step)
    if (value === undefined) return undefined
  }
  return value
}

function stepInto(value: Json | undefined, step: string | number): Json | undefined {
  if (Array.isArray(value)) return value[positionOf(step)]
  // Names come from outside: what every object inherits is no field.
  return isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

function positionOf(step: string | number): number {
  if (typeof step === 'number') return step
  return /^\d{1,15}$/.test(step) ? Number(step) : -1
}

/**
 * The record with another value at a path; objects on the way are made where there are none. Null when something on the
 * way is neither an object nor an existing element of a list.
 */
export function withValue(record: PawlRecord, path: FieldPath, value: Json): PawlRecord | null {
  const changed = replaced(record, path, 0, value)
  return isRecord(changed) ? changed : null
}

function replaced(at: Json | undefined, path: FieldPath, depth: number, value: Json): Json | undefined {
  const step = path[depth]
  if (step === undefined) return value
  if (Array.isArray(at)) {
    const position = positionOf(step)
    const element = position >= 0 && position < at.length ? replaced(at[position], path, depth + 1, value) : undefined
    return element === undefined ? undefined : at.with(position, element)
  }
  if (at !== undefined && at !== null && !isRecord(at)) return undefined
  const inner = replaced(at && stepInto(at, step), path, depth + 1, value)
  // A computed key is always an own property, `__proto__` too.
  return inner === undefined ? undefined : { ...at, [step]: inner }
}

/** Names of a list in an error: enough to recognise the record by. */
const NAMES_SHOWN = 12

/** What a record has instead of a field that it lacks, in words. */
export function whatThereIs(record: PawlRecord, path: FieldPath): string {
  let value: Json = record
  const walked: (string | number)[] = []
  for (const step of path) {
    const next = stepInto(value, step)
    if (next === undefined) break
    walked.push(step)
    value = next
  }
  const owner = walked.length === 0 ? 'the record' : pathText(walked)
  if (Array.isArray(value)) return `${owner} is a list of ${value.length}`
  if (!isRecord(value))
    return `${owner} is ${value === null ? 'null' : typeof value === 'string' ? 'text' : `a ${typeof value}`}`
  const names = Object.keys(value)
  if (names.length === 0) return `${owner} has no fields`
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''
  return `${owner} has ${names.slice(0, NAMES_SHOWN).join(', ')}${more}`
}
