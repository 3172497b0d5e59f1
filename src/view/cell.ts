/** One value as people read it. Pure. */
import type { Json } from '../json.ts'

/** Stands for null: it is there, and there is nothing in it. */
const NOTHING = '–'

/**
 * A value as text: text as it is, a list of scalars joined with commas, anything nested as JSON on one line.
 *
 * @example readable(['web', 'api']) // 'web, api'
 */
export function readable(value: Json | undefined): string {
  if (value === undefined) return ''
  if (value === null) return NOTHING
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every(isScalar)) return value.map(readable).join(', ')
  return JSON.stringify(value)
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object'
}

/** What a text may be cut to before its spaces are folded; no cell or field of one line shows as much. */
const LINE_MAX = 4_000

/** The value on one line. */
export function oneLine(value: Json | undefined): string {
  return readable(value).slice(0, LINE_MAX).toWellFormed().replace(/\s+/g, ' ').trim()
}

/** True for text whose meaning is in where its characters stand: several lines, or columns. */
export function isLaidOut(text: string): boolean {
  return /\n[^\n]|\t|\S {2,}\S/.test(text)
}
