/** Reads the sealed lines that a sink is to be given next, and hashes of the log's tree. Network: D1. */
import { sha256 } from '@noble/hashes/sha2.js'
import { selectTiles } from '../db/audit-archive.ts'
import { type SealableRow, type StoredTile, selectSealable } from '../db/checkpoints.ts'
import type { Database } from '../db/database.ts'
import type { SinkState } from '../db/sinks.ts'
import { eventLine } from './archive-lines.ts'
import { leafDataOf } from './leaf.ts'
import { createMerkle, type Hash, sameHash } from './merkle.ts'
import { hmacSha256 } from './seal.ts'
import type { Subtree } from './subtree.ts'
import { hashOfSubtree, parseTile, tileOf } from './tile.ts'

/** Lines of the log that follow each other, all of them sealed. */
export interface SealedPart {
  /** Which log. */
  readonly origin: string
  readonly from: number
  readonly to: number
  /** Event lines of an export, without line ends. */
  readonly lines: readonly string[]
}

/** How much goes at once; a single line that is longer goes alone. */
export interface PartLimit {
  readonly rows: number
  readonly bytes: number
}

export type PartRead =
  | { readonly ok: true; readonly part: SealedPart }
  /** The line at which it is not what was sealed. */
  | { readonly ok: false; readonly reason: PartFault; readonly seq: number }

type PartFault = 'line_missing' | 'line_unreadable' | 'line_changed' | 'tile_missing'

const merkle = createMerkle(sha256)
const encoder = new TextEncoder()

/** The next lines for a sink: what was being sent, or as many as there are. */
export async function readPart(db: Database, state: SinkState, limit: PartLimit): Promise<PartRead> {
  const from = nextOf(state)
  const last = Math.min(state.sealed, state.sending_to ?? Number.POSITIVE_INFINITY)
  const page = { rows: limit.rows, characters: limit.bytes }
  const { results } = await selectSealable(db, from, page).all<SealableRow>()
  const rows = results.filter(({ seq }) => seq <= last)
  const hashOf = await readHashes(
    db,
    rows.map(({ seq }) => leafAt(seq)),
  )
  const lines: string[] = []
  let bytes = 0
  let problem: PartRead = { ok: false, reason: 'line_missing', seq: from }
  for (const row of rows) {
    const seq = from + lines.length
    if (row.seq !== seq) break
    const read = readLine(row, hashOf(leafAt(seq)))
    if (!read.ok) {
      problem = { ...read, seq }
      break
    }
    bytes += encoder.encode(read.line).length + 1
    if (bytes > limit.bytes && lines.length > 0) break
    lines.push(read.line)
  }
  // What is in order before the problem still goes.
  if (lines.length === 0) return problem
  const [origin = ''] = (state.note ?? '').split('\n', 1)
  return { ok: true, part: { origin, from, to: from + lines.length - 1, lines } }
}

/** A row as the line that was sealed under this hash. */
function readLine(
  row: SealableRow,
  leaf: Hash | null,
): { readonly ok: true; readonly line: string } | { readonly ok: false; readonly reason: PartFault } {
  if (leaf === null) return { ok: false, reason: 'tile_missing' }
  const data = leafDataOf(row, hmacSha256)
  const line = data.ok ? eventLine(row, leaf) : null
  if (!data.ok || line === null) return { ok: false, reason: 'line_unreadable' }
  return sameHash(merkle.leafHash(data.value), leaf) ? { ok: true, line } : { ok: false, reason: 'line_changed' }
}

/** The first line that a sink is to be given: lines that left D1 before it came are in the archive only. */
export function nextOf({ cursor, pruned_to }: SinkState): number {
  return Math.max(cursor, pruned_to) + 1
}

/** Gives the hashes of subtrees, out of the tiles that hold them; null where D1 does not have them. */
export async function readHashes(
  db: Database,
  subtrees: readonly Subtree[],
): Promise<(subtree: Subtree) => Hash | null> {
  const ids = new Map(subtrees.map(tileOf).map((id) => [`${id.level}/${id.n}`, id]))
  const { results } = await selectTiles(db, [...ids.values()]).all<StoredTile>()
  const tiles = new Map(results.map(({ level, n, hashes }) => [`${level}/${n}`, parseTile(hashes)]))
  return ({ level, index }) => hashOfSubtree(merkle, level, index, (row, n) => tiles.get(`${row}/${n}`) ?? null)
}

function leafAt(seq: number): Subtree {
  return { level: 0, index: seq - 1 }
}
