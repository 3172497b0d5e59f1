/** Records: what a handler's result becomes, and how large it may be. Pure. */
import type { Arguments, Result } from '../command/command.ts'
import { isRecord, type Json, type PawlRecord } from '../json.ts'
import { copyJson } from './json-copy.ts'

/** Between two stages, and at the end: more does not fit into a row or a message. */
export const RECORDS_MAX_BYTES = 1_000_000

/** One stage may hand on this many. */
export const RECORDS_MAX = 1_000

const encoder = new TextEncoder()

/** How large JSON is as text, in bytes. */
export function jsonBytes(value: Json | Arguments): number {
  return copyJson(value, RECORDS_MAX_BYTES)?.bytes ?? encoder.encode(JSON.stringify(value)).length
}

export type Records =
  | { readonly ok: true; readonly records: readonly PawlRecord[] }
  | { readonly ok: false; readonly message: string }

/** A result as a list of records: a scalar becomes `{ value }`, nothing becomes no record; each refusal names the limit. */
export function recordsOf(result: Result): Records {
  const list: readonly unknown[] = Array.isArray(result)
    ? result
    : result === undefined || result === null
      ? []
      : [result]
  if (list.length > RECORDS_MAX)
    return { ok: false, message: `it gave ${list.length} records; a stage may give at most ${RECORDS_MAX}` }
  const records = list.map((item) => (isRecord(item) ? item : { value: item }))
  let text: string
  try {
    const plain = copyJson(records, RECORDS_MAX_BYTES)
    if (plain !== undefined) return { ok: true, records: plain.copy as PawlRecord[] }
    text = JSON.stringify(records)
  } catch {
    return { ok: false, message: 'its result is not JSON: return plain objects, lists, texts and numbers' }
  }
  const bytes = encoder.encode(text).length
  if (bytes > RECORDS_MAX_BYTES)
    return {
      ok: false,
      message: `its result has ${bytes} bytes of JSON; at most ${RECORDS_MAX_BYTES} are passed on`,
    }
  // Through JSON and back: what flows on is exactly what could be stored, without getters, dates or undefined.
  return { ok: true, records: JSON.parse(text) as PawlRecord[] }
}
