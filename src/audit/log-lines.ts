/**
 * The lines of an export file (docs/verify.md), as they are written: by the command line, and by the Worker for sinks and archives.
 * JSON, each canonical. Pure; HMAC is passed in, as it is done by Node or in JavaScript.
 */
import { toBase64 } from '../base64.ts'
import { isRecord, type PawlRecord } from '../json.ts'
import { canonical, readCanonical } from './canonical.ts'
import { commitmentOf, type HmacSha256, type LeafRow } from './leaf.ts'
import type { Hash } from './merkle.ts'
import type { NumberedRow } from './seal.ts'
import type { Subtree } from './subtree.ts'

/** What the first line of an export says. */
export interface LogHeader {
  /** Which log. */
  readonly origin: string
  /** The log's public key when it was exported; null where the writer does not tell. */
  readonly key: string | null
  /** When it was exported, RFC 3339. */
  readonly at: string
  /** What was asked for; null is everything. */
  readonly filter: PawlRecord | null
  /** How many lines the newest checkpoint covers, and so the file. */
  readonly size: number
}

/** Lines that are not in the file: a perfect subtree of the log, and its hash. */
export interface Omission extends Subtree {
  readonly hash: Hash
}

/** What the last line of an export says. */
export interface LogEnd {
  /** Event lines that are sealed. */
  readonly lines: number
  /** Lines of the log that are left out. */
  readonly omitted: number
  /** Event lines behind the newest checkpoint. */
  readonly unsealed?: number | undefined
  /** Over all before this line: it shows damage, not intent, for whoever changes the file can change it too. */
  readonly sha256?: string | undefined
}

/** The first line. */
export function headerLine({ origin, key, at, filter, size }: LogHeader): string {
  return canonical({ pawl_log: 1, origin, key, at, filter, from: 1, size })
}

/** The fields of a row side by side, the words of people among them; null where the row holds no event. */
export function flatten({ event, personal }: Pick<LeafRow, 'event' | 'personal'>): PawlRecord | null {
  const fields = readCanonical(event)
  const words = personal === null ? {} : readCanonical(personal)
  return isRecord(fields) && isRecord(words) ? { ...fields, ...words } : null
}

/** A row as an event line; null where it does not hold what Pawl writes. Without `leaf` it is one that is not sealed yet. */
export function eventLine(row: NumberedRow, leaf: Hash | null, hmac: HmacSha256): string | null {
  const fields = flatten(row)
  const commitment = commitmentIn(row, hmac)
  if (fields === null || commitment === undefined) return null
  return canonical({
    ...fields,
    ...(row.salt !== null && { salt: row.salt }),
    ...(commitment !== null && { personal: commitment }),
    seq: row.seq,
    ...(leaf === null ? { sealed: false } : { leaf: toBase64(leaf) }),
  })
}

function commitmentIn({ personal, salt, erased }: LeafRow, hmac: HmacSha256): string | null | undefined {
  if (personal === null || salt === null) return erased
  const made = commitmentOf(salt, personal, hmac)
  return made.ok ? made.value : undefined
}

/** Lines that are left out. */
export function omissionLine({ level, index, hash }: Omission): string {
  const leaves = 2 ** level
  return canonical({ omitted: [index * leaves + 1, (index + 1) * leaves], hash: toBase64(hash) })
}

/** A checkpoint, as the note that was signed. */
export function checkpointLine(note: string): string {
  return canonical({ checkpoint: note })
}

/** The last line. */
export function endLine({ lines, omitted, unsealed, sha256 }: LogEnd): string {
  return canonical({ end: true, lines, omitted, ...(unsealed && { unsealed }), ...(sha256 && { sha256 }) })
}
