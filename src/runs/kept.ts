/** The records of a run as they are kept with it. Pure. */
import type { PawlRecord } from '../json.ts'

/** A longer result is not kept: D1 bills what it holds, and a row has at most 2 MB. In characters of JSON. */
const RECORDS_KEPT = 64_000

/** Records as text for the run's row; null when they are more than a row should hold. */
export function keptText(records: readonly PawlRecord[]): string | null {
  const text = JSON.stringify(records)
  return text.length > RECORDS_KEPT ? null : text
}

/** What {@link keptText} kept; null for a run without records. */
export function keptRecords(text: string | null): readonly PawlRecord[] | null {
  return text === null ? null : (JSON.parse(text) as PawlRecord[])
}
