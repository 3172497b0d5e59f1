/**
 * The columns of a stored row that repeat what its event says, to be searched by: `at`, `code` and `run`. Only the event is sealed,
 * so that who changes a column hides a line from filters, and no hash shows it. Pure.
 */
import { readCanonical } from '../../src/audit/canonical.ts'
import type { NumberedRow } from '../../src/audit/seal.ts'
import { isRecord } from '../../src/json.ts'
import { addRange, type SeqRange } from './seq-range.ts'

/** A row as it is in D1. */
export interface StoredRow extends NumberedRow {
  readonly at: number
  readonly code: string
  readonly run: string | null
}

/** By the column, the lines in which it is not what the event says. */
export type Differing = ReadonlyMap<string, readonly SeqRange[]>

/** Compares rows, which come in order, with their events. */
export class ColumnCheck {
  readonly #differing = new Map<string, SeqRange[]>()

  /** A row without a readable event is passed over: it is told of as missing. */
  take({ seq, event, ...columns }: StoredRow): void {
    const fields = readCanonical(event)
    if (!isRecord(fields)) return
    const { at, code, run = null } = fields
    const said = { at: typeof at === 'string' ? Date.parse(at) : null, code, run }
    for (const column of ['at', 'code', 'run'] as const) {
      if (columns[column] === said[column]) continue
      const ranges = this.#differing.get(column) ?? []
      addRange(ranges, seq, seq)
      this.#differing.set(column, ranges)
    }
  }

  result(): Differing {
    return this.#differing
  }
}

/** What the operator is told; nothing where all columns are right. */
export function differingLines(differing: Differing): string[] {
  return [...differing].flatMap(([column, ranges]) =>
    ranges.map(([first, last]) => {
      const lines = first === last ? `Line ${first}` : `Lines ${first} to ${last}`
      return `${lines}: the column ${column} in D1 was changed. The export has what the event says, which is sealed; filters go by the column, so export without one.`
    }),
  )
}
