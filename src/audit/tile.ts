/**
 * The tree's stored form: tiles of up to 256 hashes, as C2SP's tlog-tiles has them (https://c2sp.org/tlog-tiles). Level 0 holds
 * leaf hashes; each hash of a level above is that of a full tile below. Pure.
 */
import { fromBase64, toBase64 } from '../base64.ts'
import { EMPTY_FRONTIER, HASH_BYTES, type Hash, type HashAt, type Merkle } from './merkle.ts'
import { maximalSubtrees, type Range, type Subtree } from './subtree.ts'

/** Hashes in a full tile. */
export const TILE_WIDTH = 256

/** Levels of the tree in one level of tiles. */
const TILE_HEIGHT = 8

export interface TileId {
  readonly level: number
  /** Its place in the level, from 0. */
  readonly n: number
}

export interface Tile extends TileId {
  /** 1 to 256 hashes, one behind the other. */
  readonly hashes: Uint8Array
}

/** The hashes of a stored tile (it may be wider than asked); null where there is none. */
export type TileAt = (level: number, n: number) => Uint8Array | null

/** How many hashes a tile has in a tree of that size: 0 to 256. */
export function tileWidth({ level, n }: TileId, size: number): number {
  const inLevel = Math.floor(size / TILE_WIDTH ** level)
  return Math.min(Math.max(inLevel - n * TILE_WIDTH, 0), TILE_WIDTH)
}

/**
 * The tiles that are new or wider when leaves are added to a tree of `size`, as they stand then; null where a partial tile of
 * the old tree is missing or too narrow. Reads no more than one tile in each level.
 */
export function growTiles(merkle: Merkle, size: number, tileAt: TileAt, leaves: Iterable<Hash>): Tile[] | null {
  const grown: Tile[] = []
  const edge: OpenTile[] = []
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const n = Math.floor(size / TILE_WIDTH ** (level + 1))
    const width = tileWidth({ level, n }, size)
    const stored = width === 0 ? new Uint8Array(0) : tileAt(level, n)
    if (stored === null || stored.length < width * HASH_BYTES) return null
    edge.push(openTile(n, width, stored))
  }

  function add(level: number, hash: Hash): void {
    edge[level] ??= openTile(0, 0, new Uint8Array(0))
    const tile = edge[level]
    tile.hashes.set(hash, tile.width++ * HASH_BYTES)
    tile.changed = true
    if (tile.width < TILE_WIDTH) return
    grown.push({ level, n: tile.n, hashes: tile.hashes })
    edge[level] = openTile(tile.n + 1, 0, new Uint8Array(0))
    add(level + 1, joinHashes(merkle, tile.hashes))
  }

  for (const leaf of leaves) add(0, leaf)
  for (const [level, { n, width, hashes, changed }] of edge.entries()) {
    if (changed) grown.push({ level, n, hashes: hashes.slice(0, width * HASH_BYTES) })
  }
  return grown
}

/** The hash of a perfect subtree, from tiles; null where they do not have it. */
export function hashOfSubtree(merkle: Merkle, level: number, index: number, tileAt: TileAt): Hash | null {
  const id = tileOf({ level, index })
  const count = 2 ** (level % TILE_HEIGHT)
  const first = (index * count) % TILE_WIDTH
  const hashes = tileAt(id.level, id.n)
  if (hashes === null || hashes.length < (first + count) * HASH_BYTES) return null
  return joinHashes(merkle, hashes.subarray(first * HASH_BYTES, (first + count) * HASH_BYTES))
}

/** Tiles as what proofs are made from. */
export function hashesInTiles(merkle: Merkle, tileAt: TileAt): HashAt {
  return (level, index) => hashOfSubtree(merkle, level, index, tileAt)
}

/** The tile that has what the hash of a perfect subtree is made from. */
export function tileOf({ level, index }: Subtree): TileId {
  const count = 2 ** (level % TILE_HEIGHT)
  return { level: Math.floor(level / TILE_HEIGHT), n: Math.floor((index * count) / TILE_WIDTH) }
}

/** The tiles to be read for the hashes of parts of the tree, each once: see `inclusionRanges` and `consistencyRanges`. */
export function tilesFor(ranges: readonly Range[]): TileId[] {
  const tiles = new Map<string, TileId>()
  for (const { start, end } of ranges) {
    for (const subtree of maximalSubtrees(start, end)) {
      const id = tileOf(subtree)
      tiles.set(`${id.level}/${id.n}`, id)
    }
  }
  return [...tiles.values()]
}

/** A tile's hashes as they are stored. */
export function formatTile(hashes: Uint8Array): string {
  return toBase64(hashes)
}

/** The hashes of a stored tile; null where the text is not 1 to 256 of them. */
export function parseTile(text: string): Uint8Array | null {
  const hashes = fromBase64(text)
  if (hashes === null || hashes.length === 0 || hashes.length % HASH_BYTES !== 0) return null
  return hashes.length <= TILE_WIDTH * HASH_BYTES ? hashes : null
}

/** A tile's hashes, one by one. */
export function splitHashes(hashes: Uint8Array): Hash[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, i) =>
    hashes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
}

/** The tile at the right edge of a level, with room for all its hashes. */
interface OpenTile {
  readonly n: number
  readonly hashes: Uint8Array
  width: number
  changed: boolean
}

function openTile(n: number, width: number, stored: Uint8Array): OpenTile {
  const hashes = new Uint8Array(TILE_WIDTH * HASH_BYTES)
  hashes.set(stored.subarray(0, width * HASH_BYTES))
  return { n, hashes, width, changed: false }
}

/** The root over hashes that stand one behind the other. */
function joinHashes(merkle: Merkle, hashes: Uint8Array): Hash {
  return merkle.rootOf(merkle.appendAll(EMPTY_FRONTIER, splitHashes(hashes)))
}
