/**
 * The export file, line by line, as it is read: what may stand in it. JSON lines, each canonical (RFC 8785): a header, then items that
 * cover the log's lines in order (events, and the hashes of parts that were left out), checkpoints between them, and an end.
 * docs/verify.md describes it for others, src/audit/log-lines.ts writes it. Pure.
 */
import * as z from 'zod'
import { canonical, readCanonical } from '../../src/audit/canonical.ts'
import type { LogEnd, LogHeader, Omission } from '../../src/audit/log-lines.ts'
import { HASH_BYTES } from '../../src/audit/merkle.ts'
import { fromBase64 } from '../../src/base64.ts'
import { isRecord, type Json, type PawlRecord } from '../../src/json.ts'
import { type FlatLine, readFlatLine, type Write } from './flat-line.ts'
import { type Read, wrong } from './read.ts'

export {
  checkpointLine,
  endLine,
  headerLine,
  type LogEnd,
  type LogHeader,
  type Omission,
  omissionLine,
} from '../../src/audit/log-lines.ts'

export type LogItem =
  | { readonly kind: 'event'; readonly line: FlatLine }
  | { readonly kind: 'omission'; readonly omission: Omission }
  | { readonly kind: 'checkpoint'; readonly note: string }
  | { readonly kind: 'end'; readonly end: LogEnd }

const count = z.int().min(0)
const headerShape = z.strictObject({
  pawl_log: z.literal(1),
  origin: z.string().min(1),
  key: z.nullable(z.string()),
  at: z.iso.datetime({ precision: 3 }),
  filter: z.nullable(z.record(z.string(), z.json())),
  from: z.literal(1),
  size: z.int().min(1),
})
const omissionShape = z.strictObject({ omitted: z.tuple([z.int().min(1), z.int().min(1)]), hash: z.string() })
const checkpointShape = z.strictObject({ checkpoint: z.string() })
const endShape = z.strictObject({
  end: z.literal(true),
  lines: count,
  omitted: count,
  unsealed: z.int().min(1).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

/** The first line of an export. */
export function readHeader(text: string): Read<LogHeader> {
  const value = readCanonical(text)
  const read = headerShape.safeParse(value)
  return read.success ? { ok: true, value: read.data as LogHeader } : wrong('it is not the first line of an export')
}

/** Any line behind the first. */
export function readItem(text: string): Read<LogItem> {
  const value = readLine(text)
  if (!value.ok) return value
  const { record, write } = value.value
  if (Object.hasOwn(record, 'seq')) {
    const line = readFlatLine(record, write)
    return line.ok ? { ok: true, value: { kind: 'event', line: line.value } } : line
  }
  if (Object.hasOwn(record, 'hash')) return readOmission(record)
  const checkpoint = checkpointShape.safeParse(record)
  if (checkpoint.success) return { ok: true, value: { kind: 'checkpoint', note: checkpoint.data.checkpoint } }
  const end = endShape.safeParse(record)
  if (end.success) return { ok: true, value: { kind: 'end', end: end.data } }
  return wrong('it is neither an event, nor a checkpoint, nor lines left out, nor the end')
}

function readOmission(record: PawlRecord): Read<LogItem> {
  const read = omissionShape.safeParse(record)
  const hash = read.success ? fromBase64(read.data.hash) : null
  if (!read.success || hash?.length !== HASH_BYTES) return wrong('it does not say which lines are left out')
  const [first, last] = read.data.omitted
  const leaves = last - first + 1
  const level = Math.log2(leaves)
  if (leaves < 1 || !Number.isInteger(level) || (first - 1) % leaves !== 0)
    return wrong('the lines that it leaves out are no subtree of the log')
  return { ok: true, value: { kind: 'omission', omission: { level, index: (first - 1) / leaves, hash } } }
}

/** A line's object, in the order of its text; a line that is not in its one canonical form was touched. */
function readLine(text: string): Read<{ readonly record: PawlRecord; readonly write: Write }> {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch {
    return wrong('it is not JSON')
  }
  if (!isRecord(value)) return wrong('it is not a JSON object')
  if (isWrittenSo(value, text)) return { ok: true, value: { record: value, write: JSON.stringify } }
  if (readCanonical(text) === undefined) return wrong('it is not in canonical form')
  return { ok: true, value: { record: value, write: canonical } }
}

/**
 * Whether a text is the canonical one of its value, for most lines: JavaScript's own text of it is the same, and the keys are in
 * order. Ten times as fast as writing it anew; where it says no, the slow way decides.
 */
function isWrittenSo(value: PawlRecord, text: string): boolean {
  // An escaped surrogate may be a lone one, which has no canonical form.
  return !text.includes('\\ud') && inOrder(value) && JSON.stringify(value) === text
}

function inOrder(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(inOrder)
  let before = ''
  for (const key in value) {
    if (key < before || !inOrder(value[key] as Json)) return false
    before = key
  }
  return true
}
