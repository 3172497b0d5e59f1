/**
 * What of a line of the log goes into the tree: the event, and a commitment in place of the words of people, so that these can be
 * erased later and everything still verifies. Pure; HMAC is passed in, as it is done by Node or in JavaScript.
 */
import { decodeHex, hex } from '../digest.ts'
import { isRecord, type PawlRecord } from '../json.ts'
import { canonical, readCanonical } from './canonical.ts'
import { PERSONAL_FIELDS } from './event.ts'

/** HMAC-SHA-256. */
export type HmacSha256 = (key: Uint8Array, message: Uint8Array) => Uint8Array

/** 16 random bytes, without which a commitment would give away short words to whoever tries them all. */
const SALT_DIGITS = 32
const COMMITMENT = /^[0-9a-f]{64}$/

/** Fields that a line of the export has beside those of its event. */
const LINE_FIELDS: ReadonlySet<string> = new Set(['personal', 'salt', 'seq', 'leaf', 'sealed'])

const PERSONAL: ReadonlySet<string> = new Set(PERSONAL_FIELDS)

const encoder = new TextEncoder()

/** A row of the log, as D1 has it. */
export interface LeafRow {
  /** Canonical, without the words of people. */
  readonly event: string
  /** The words of people, canonical; null where there are none, or where they were erased. */
  readonly personal: string | null
  /** 32 hex digits; null where `personal` is. */
  readonly salt: string | null
  /** The commitment, kept when `personal` and `salt` were erased. */
  readonly erased: string | null
}

export type LeafResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string }

/** The text whose hash is the leaf; `commitment` is null where there never was a personal part. */
export function sealedForm(event: string, commitment: string | null): LeafResult<string> {
  const fields = readEvent(event)
  return fields.ok ? seal(fields.value, event, commitment) : fields
}

/** The commitment to the words of people: 64 hex digits. */
export function commitmentOf(salt: string, personal: string, hmac: HmacSha256): LeafResult<string> {
  const key = salt.length === SALT_DIGITS ? decodeHex(salt) : null
  if (key === null) return wrong('its salt is not 32 hex digits')
  return { ok: true, value: hex(hmac(key, encoder.encode(personal))) }
}

/** The data of a row's leaf, or what is wrong with the row. */
export function leafDataOf(row: LeafRow, hmac: HmacSha256): LeafResult<Uint8Array> {
  const fields = readEvent(row.event)
  if (!fields.ok) return fields
  const commitment = commitmentIn(row, hmac)
  if (!commitment.ok) return commitment
  const sealed = seal(fields.value, row.event, commitment.value)
  return sealed.ok ? { ok: true, value: encoder.encode(sealed.value) } : sealed
}

function seal(fields: PawlRecord, event: string, commitment: string | null): LeafResult<string> {
  if (commitment === null) return { ok: true, value: event }
  if (!COMMITMENT.test(commitment)) return wrong('its commitment is not 64 hex digits')
  return { ok: true, value: canonical({ ...fields, personal: commitment }) }
}

function commitmentIn({ personal, salt, erased }: LeafRow, hmac: HmacSha256): LeafResult<string | null> {
  if (personal === null && salt === null) return { ok: true, value: erased }
  if (personal === null || salt === null) return wrong('it has a personal part or a salt, and not both')
  if (erased !== null) return wrong('it has a personal part, and says that it was erased')
  const words = readFields(personal)
  if (words === null) return wrong('its personal part is not the canonical text of an object')
  const names = Object.keys(words)
  // In a line of the export both parts stand side by side, and only the names tell whose a field is.
  const other = names.find((field) => !PERSONAL.has(field))
  if (other !== undefined) return wrong(`its personal part has a field ${other}, which is not for words of people`)
  return names.length === 0 ? wrong('its personal part has no words') : commitmentOf(salt, personal, hmac)
}

/** What every reader accepts: the Ledger seals nothing else, or the log could never be verified again. */
function readEvent(text: string): LeafResult<PawlRecord> {
  const fields = readFields(text)
  if (fields === null) return wrong('its event is not the canonical text of an object')
  for (const field of Object.keys(fields)) {
    if (LINE_FIELDS.has(field)) return wrong(`its event has a field ${field}, which the log keeps for itself`)
    if (PERSONAL.has(field)) return wrong(`its event has a field ${field}, which is for words of people`)
    // A reader that assigns it sets a prototype instead.
    if (field === '__proto__') return wrong('its event has a field __proto__, which no event has')
  }
  return { ok: true, value: fields }
}

function readFields(text: string): PawlRecord | null {
  const value = readCanonical(text)
  return isRecord(value) ? value : null
}

function wrong(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why }
}
