/**
 * What is signed of the log: its size and root at a time, as C2SP's tlog-checkpoint has it (https://c2sp.org/tlog-checkpoint),
 * with the time as an extension line. Pure.
 */
import { fromBase64, toBase64 } from '../base64.ts'
import { HASH_BYTES, type Hash } from './merkle.ts'

export interface Checkpoint {
  /** Which log. */
  readonly origin: string
  /** Leaves. */
  readonly size: number
  readonly root: Hash
  /** When it was sealed, in milliseconds since 1970. */
  readonly time: number
}

export type CheckpointResult =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly why: string }

const SIZE = /^(?:0|[1-9][0-9]*)$/

/** The text to be signed. */
export function formatCheckpoint({ origin, size, root, time }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\ntime ${new Date(time).toISOString()}\n`
}

/** A note's text as a checkpoint; only what {@link formatCheckpoint} writes, and extension lines behind it. */
export function parseCheckpoint(text: string): CheckpointResult {
  const [origin = '', size = '', root = '', time = '', ...rest] = text.split('\n')
  // What is behind the last line break, and only that, is empty.
  if (rest.pop() !== '' || [origin, ...rest].includes('')) return wrong('it is not at least four lines')
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size))) return wrong('its second line is not a size')
  const hash = fromBase64(root)
  if (hash === null || hash.length !== HASH_BYTES) return wrong('its third line is not a root hash')
  const at = readTime(time)
  if (at === null) return wrong('its fourth line is not the time of sealing')
  return { ok: true, checkpoint: { origin, size: Number(size), root: hash, time: at } }
}

/** Milliseconds since 1970; one text for each moment. */
function readTime(line: string): number | null {
  const at = Date.parse(line.slice('time '.length))
  return !Number.isNaN(at) && line === `time ${new Date(at).toISOString()}` ? at : null
}

function wrong(why: string): CheckpointResult {
  return { ok: false, why }
}
