/**
 * One event line of the export: a row of the log with everything side by side, and back to what is hashed. Pure; it names Node's
 * SHA-256.
 */
import { PERSONAL_FIELDS } from '../../src/audit/event.ts'
import { commitmentOf } from '../../src/audit/leaf.ts'
import { eventLine } from '../../src/audit/log-lines.ts'
import { HASH_BYTES, type Hash } from '../../src/audit/merkle.ts'
import type { NumberedRow } from '../../src/audit/seal.ts'
import { fromBase64 } from '../../src/base64.ts'
import type { Json, PawlRecord } from '../../src/json.ts'
import { hmac, leafHashOf } from './hash.ts'
import { type Read, wrong } from './read.ts'

export { flatten } from '../../src/audit/log-lines.ts'
export type { NumberedRow as LogRow } from '../../src/audit/seal.ts'

/** An event line, read. */
export interface FlatLine {
  readonly seq: number
  /** The whole line. */
  readonly record: PawlRecord
  /** What was hashed: the event, and the commitment in place of the words of people. */
  readonly sealed: PawlRecord
  /** The words of people alone; null where there are none. */
  readonly personal: PawlRecord | null
  readonly salt: string | null
  /** What stands in the sealed line for the words of people; null where there never were any. */
  readonly commitment: string | null
  /** The hash that the log has for it; null for a line that is not sealed yet. */
  readonly leaf: Hash | null
  /** Writes parts of the line in their canonical form. */
  readonly write: Write
}

/** `canonical`, or for most lines, whose keys JavaScript keeps in order, its own and far faster text. */
export type Write = (value: PawlRecord) => string

const PERSONAL: ReadonlySet<string> = new Set(PERSONAL_FIELDS)

/** What a line has beside its event. */
const UNSEALED: ReadonlySet<string> = new Set(['seq', 'leaf', 'salt', 'sealed'])

/** A row as a line of the export; null where it holds no event. Without `leaf` it is one that is not sealed yet. */
export function flatLine(row: NumberedRow, leaf: Hash | null): string | null {
  return eventLine(row, leaf, hmac)
}

/** An event line from its object, whose keys are in order where `write` needs it. */
export function readFlatLine(record: PawlRecord, write: Write): Read<FlatLine> {
  const { seq, leaf, salt, personal: commitment, sealed: marked } = record
  if (!Number.isSafeInteger(seq) || Number(seq) < 1) return wrong('its seq is not the number of a line')
  const hash = typeof leaf === 'string' ? fromBase64(leaf) : null
  if (leaf === undefined ? marked !== false : hash?.length !== HASH_BYTES || marked !== undefined)
    return wrong('its leaf is not a hash')
  if (!isText(salt) || !isText(commitment)) return wrong('its salt or its commitment is not text')
  // To assign it would set the prototype, and leave it out of what is hashed.
  if (Object.hasOwn(record, '__proto__')) return wrong('it has a field that no event has')
  const sealed: PawlRecord = {}
  let words: PawlRecord | null = null
  for (const field in record) {
    const value = record[field] as Json
    if (PERSONAL.has(field)) {
      words ??= {}
      words[field] = value
    } else if (!UNSEALED.has(field)) sealed[field] = value
  }
  const texts = { salt: salt ?? null, commitment: commitment ?? null }
  return { ok: true, value: { seq: Number(seq), record, sealed, personal: words, ...texts, leaf: hash, write } }
}

function isText(value: Json | undefined): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/** What is wrong with the words of people in a line; null when they are the ones that were sealed, or gone without a trace. */
export function wordsFault({ personal, salt, commitment, write }: FlatLine): string | null {
  if (personal === null && salt === null) return null
  if (commitment === null) return 'it has words of people, or their salt, that were never sealed'
  if (personal === null || salt === null) return 'of the words of people and their salt one is missing'
  const made = commitmentOf(salt, write(personal), hmac)
  if (!made.ok) return made.why
  return made.value === commitment ? null : 'the words of people in it are not those that were sealed'
}

/** The hash of a line's content, to be compared with the one that the log has. */
export function leafOf({ sealed, write }: FlatLine): Hash {
  return leafHashOf(write(sealed))
}

/** Whether a line had words of people which are gone. */
export function isErased({ personal, commitment }: FlatLine): boolean {
  return personal === null && commitment !== null
}
