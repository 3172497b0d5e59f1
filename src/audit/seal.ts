/**
 * How the log's tree grows by rows, and what must be true of them first. Pure: the Ledger (`ledger.ts`) keeps what is made here and
 * signs it.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type LeafRow, leafDataOf } from './leaf.ts'
import { createMerkle, EMPTY_FRONTIER, type Frontier, HASH_BYTES, type Hash, sameHash } from './merkle.ts'
import { growTiles, TILE_WIDTH, type Tile } from './tile.ts'

/** The log as far as it is sealed: all that is needed to go on. Plain data, to be stored as it is. */
export interface SealedLog {
  /** Its tree; as many leaves as rows are sealed. */
  readonly frontier: Frontier
  /** The tiles that are not full yet, at most one a level. */
  readonly edge: readonly Tile[]
  /** The leaf of the last row; null while there is none. */
  readonly lastLeaf: Hash | null
}

export const EMPTY_LOG: SealedLog = { frontier: EMPTY_FRONTIER, edge: [], lastLeaf: null }

export interface NumberedRow extends LeafRow {
  readonly seq: number
}

/** Why rows do not continue what is sealed. */
export type Refusal =
  | { readonly reason: 'last_missing'; readonly seq: number }
  | { readonly reason: 'last_changed'; readonly seq: number }
  | { readonly reason: 'gap'; readonly after: number }
  | { readonly reason: 'unreadable'; readonly seq: number; readonly why: string }
  /** It tells of the log itself, and the Ledger has not written it. */
  | { readonly reason: 'foreign'; readonly seq: number; readonly code: string }

export type Leaves =
  | { readonly ok: true; readonly leaves: readonly Hash[] }
  | { readonly ok: false; readonly refusal: Refusal }

const merkle = createMerkle(sha256)
/** HMAC-SHA-256 in JavaScript, which answers at once: WebCrypto's would be a promise for each line. */
export const hmacSha256 = (key: Uint8Array, message: Uint8Array) => hmac(sha256, key, message)

/**
 * The leaves of rows that continue a log.
 *
 * @param rows in order; the first is the last one that the log has, if it has any
 */
export function leavesOf(rows: readonly NumberedRow[], size: number, lastLeaf: Hash | null): Leaves {
  const leaves: Hash[] = []
  if (size > 0 && rows[0]?.seq !== size) return { ok: false, refusal: { reason: 'last_missing', seq: size } }
  for (const row of rows) {
    const after = size + leaves.length
    if (row.seq !== after + 1 && row.seq !== size) return { ok: false, refusal: { reason: 'gap', after } }
    const data = leafDataOf(row, hmacSha256)
    if (!data.ok) return { ok: false, refusal: { reason: 'unreadable', seq: row.seq, why: data.why } }
    const leaf = merkle.leafHash(data.value)
    if (row.seq !== size) leaves.push(leaf)
    else if (lastLeaf === null || !sameHash(leaf, lastLeaf))
      return { ok: false, refusal: { reason: 'last_changed', seq: size } }
  }
  return { ok: true, leaves }
}

/** The log with more leaves, its root, and the tiles that are new or wider. */
export function extendLog(
  log: SealedLog,
  leaves: readonly Hash[],
): { readonly log: SealedLog; readonly root: Hash; readonly tiles: readonly Tile[] } {
  const { frontier, edge, lastLeaf } = log
  const open = new Map(edge.map((tile) => [tile.level, tile]))
  const stored = (level: number, n: number) => {
    const tile = open.get(level)
    return tile?.n === n ? tile.hashes : null
  }
  const tiles = growTiles(merkle, frontier.size, stored, leaves)
  if (tiles === null) throw new RangeError('the edge of the log does not fit its size')
  const grown = merkle.appendAll(frontier, leaves)
  // In each level the newest tile comes last; a full one needs no keeping.
  for (const tile of tiles) open.set(tile.level, tile)
  return {
    log: {
      frontier: grown,
      edge: [...open.values()].filter(({ hashes }) => hashes.length < TILE_WIDTH * HASH_BYTES),
      lastLeaf: leaves.at(-1) ?? lastLeaf,
    },
    root: merkle.rootOf(grown),
    tiles,
  }
}

/** Where an operator reads how to get on. */
export const ADVICE = 'docs/deploy.md#when-it-is-broken says what to do'

/** What an operator is told. */
export function explainRefusal(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'last_missing':
      return `line ${refusal.seq}, the last that was sealed, is gone from D1: the log was cut, or D1 was put back to an earlier state; ${ADVICE}`
    case 'last_changed':
      return `line ${refusal.seq}, the last that was sealed, is not what it was: it was edited, or D1 was put back to an earlier state and written on; ${ADVICE}`
    case 'gap':
      return `line ${refusal.after + 1} is missing: it was deleted before it was sealed; ${ADVICE}`
    case 'unreadable':
      return `line ${refusal.seq} cannot be sealed: ${refusal.why}; ${ADVICE}`
    case 'foreign':
      return `line ${refusal.seq} cannot be sealed: it says ${refusal.code}, which only the Ledger writes, and has not; ${ADVICE}`
  }
}
