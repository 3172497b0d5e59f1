/** Values side by side: one order over all JSON, one meaning of "equal", of "a number" and of "holds". Pure. */
import type { Json, PawlRecord } from '../json.ts'

/**
 * The order over all JSON values: numbers, booleans, objects, lists, text; within each as one expects, text by UTF-16 code unit.
 * It is Cog's order but for null and what is missing, which come last. Gives a number below, at or above zero.
 *
 * @example compareValues(9, '10') // below zero: every number stands before every text
 */
export function compareValues(a: Json | undefined, b: Json | undefined): number {
  const rank = rankOf(a) - rankOf(b)
  if (rank !== 0) return rank
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b)
  return isObject(a) && isObject(b) ? compareObjects(a, b) : 0
}

const MISSING_RANK = 5

function rankOf(value: Json | undefined): number {
  switch (typeof value) {
    case 'number':
      return 0
    case 'boolean':
      return 1
    case 'string':
      return 4
    case 'object':
      return value === null ? MISSING_RANK : Array.isArray(value) ? 3 : 2
    default:
      return MISSING_RANK
  }
}

function isObject(value: Json | undefined): value is PawlRecord {
  return rankOf(value) === 2
}

function compareLists(a: readonly Json[], b: readonly Json[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareValues(a[i], b[i])
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** By number of fields, then by their names, then by their values: whole records of one shape compare field by field. */
function compareObjects(a: PawlRecord, b: PawlRecord): number {
  const [keys, others] = [Object.keys(a).sort(), Object.keys(b).sort()]
  if (keys.length !== others.length) return keys.length - others.length
  const names = compareLists(keys, others)
  if (names !== 0) return names
  for (const key of keys) {
    const order = compareValues(a[key], b[key])
    if (order !== 0) return order
  }
  return 0
}

/** True for null and for what is not there. */
export function isMissing(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null
}

/** A text that is the same for equal values and differs otherwise; the order of an object's fields does not count. */
export function identityOf(value: Json | undefined): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  if (Array.isArray(value)) return `[${value.map(identityOf).join()}]`
  const fields = Object.keys(value).sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${identityOf(value[key])}`).join()}}`
}

/** Decimal notation only, as on the line: not `0x10`, not the empty text. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i

/** A number, or a text that is one (` 12 ` is not); else null. */
export function numberOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !NUMBER.test(value)) return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** One value as one text: text as it is, everything else as JSON. */
export function textOfValue(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

/** What a value is, in words for an error. */
export function kindOfValue(value: Json | undefined): string {
  if (isMissing(value)) return 'nothing'
  if (typeof value === 'string') return 'text'
  return Array.isArray(value) ? 'a list' : isObject(value) ? 'an object' : `a ${typeof value}`
}
