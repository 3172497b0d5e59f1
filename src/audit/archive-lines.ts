/** What the lines that the Worker writes have of their own: the JavaScript HMAC, and the first line of an archive. Pure. */
import { eventLine as eventLineWith, headerLine } from './log-lines.ts'
import type { Hash } from './merkle.ts'
import { hmacSha256, type NumberedRow } from './seal.ts'

/** A sealed row as an event line; null where it does not hold what Pawl writes. */
export function eventLine(row: NumberedRow, leaf: Hash): string | null {
  return eventLineWith(row, leaf, hmacSha256)
}

export interface ArchiveHead {
  readonly origin: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** The lines of the log that are in the file. */
  readonly lines: readonly [from: number, to: number]
  /** How many lines the file's checkpoint covers. */
  readonly size: number
}

/** The first line of an archive: an export of some lines, which names no key, for a file cannot vouch for itself. */
export function archiveHeader({ origin, at, lines, size }: ArchiveHead): string {
  return headerLine({ origin, key: null, at: new Date(at).toISOString(), filter: { lines: [...lines] }, size })
}
