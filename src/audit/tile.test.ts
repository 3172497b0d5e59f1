import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { toBase64 } from '../base64.ts'
import { hex } from '../digest.ts'
import { flipBit, frontierOf, get, hashesOver, merkle, naiveRoot, someLeaves } from './merkle.kit.ts'
import { consistencyRanges, type Hash, inclusionRanges, type Range, type TreeHead } from './merkle.ts'
import {
  formatTile,
  growTiles,
  hashesInTiles,
  hashOfSubtree,
  parseTile,
  splitHashes,
  type TileAt,
  tileOf,
  tilesFor,
  tileWidth,
} from './tile.ts'

const LEAVES = someLeaves(1_400)

/** Tiles as a table would keep them. */
class Shelf {
  readonly tiles = new Map<string, Uint8Array>()
  readonly at: TileAt = (level, n) => this.tiles.get(`${level}/${n}`) ?? null
  size = 0

  grow(leaves: readonly Hash[]): void {
    const grown = growTiles(merkle, this.size, this.at, leaves)
    if (grown === null) throw new Error('a tile is missing')
    for (const { level, n, hashes } of grown) this.tiles.set(`${level}/${n}`, hashes)
    this.size += leaves.length
  }
}

function shelfOf(leaves: readonly Hash[]): Shelf {
  const shelf = new Shelf()
  shelf.grow(leaves)
  return shelf
}

describe('the example of tlog-tiles, a tree of 70,000', () => {
  const leaves = someLeaves(70_000)
  const [size, older] = [leaves.length, 65_537]
  let shelf: Shelf
  let from: TreeHead
  let tree: TreeHead
  beforeAll(() => {
    shelf = shelfOf(leaves.slice(0, 65_536))
    shelf.grow(leaves.slice(65_536))
    const frontier = frontierOf(leaves.slice(0, older))
    from = { size: older, root: merkle.rootOf(frontier) }
    tree = { size, root: merkle.rootOf(merkle.appendAll(frontier, leaves.slice(older))) }
  }, 60_000)

  it('has 273 full tiles and one of 112, then one full tile and one of 17, then one of 1', () => {
    const widths = [...shelf.tiles].map(([id, hashes]) => [id, hashes.length / 32] as const)
    const level = (l: number) => widths.filter(([id]) => id.startsWith(`${l}/`)).map(([, width]) => width)
    expect(level(0).toSorted((a, b) => b - a)).toEqual([...Array.from({ length: 273 }, () => 256), 112])
    expect(level(1)).toEqual([256, 17])
    expect(level(2)).toEqual([1])
    expect(level(3)).toEqual([])
    for (const [id, width] of widths) {
      const [l = 0, n = 0] = id.split('/').map(Number)
      expect(tileWidth({ level: l, n }, 70_000)).toBe(width)
    }
  })

  it('gives proofs that verify, read from no more than the tiles that are named for them', () => {
    for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
      const hashes = hashesInTiles(merkle, only(shelf.at, inclusionRanges(index, size) ?? []))
      const proof = merkle.inclusionProof(index, size, hashes) ?? []
      expect(merkle.verifyInclusion({ leaf: get(leaves, index), index, tree, proof })).toBe(true)
    }
    const hashes = hashesInTiles(merkle, only(shelf.at, consistencyRanges(older, size) ?? []))
    const proof = merkle.consistencyProof(older, size, hashes) ?? []
    expect(merkle.verifyConsistency({ from, to: tree, proof })).toBe(true)
  })

  it('has the root of the whole tree', () => {
    expect(merkle.rangeHash({ start: 0, end: size }, hashesInTiles(merkle, shelf.at))).toEqual(tree.root)
  })
})

describe('tiles', () => {
  it('of 256 leaves are a full one and one of a single hash above it; of 255 only one', () => {
    expect([...shelfOf(LEAVES.slice(0, 255)).tiles].map(([id, hashes]) => [id, hashes.length])).toEqual([
      ['0/0', 255 * 32],
    ])
    const shelf = shelfOf(LEAVES.slice(0, 256))
    expect([...shelf.tiles].map(([id, hashes]) => [id, hashes.length])).toEqual([
      ['0/0', 256 * 32],
      ['1/0', 32],
    ])
    expect(hex(shelf.at(1, 0) ?? new Uint8Array())).toBe(hex(naiveRoot(LEAVES.slice(0, 256))))
  })

  it('are the same however many leaves come at a time', () => {
    const whole = shelfOf(LEAVES).tiles
    fc.assert(
      fc.property(fc.array(fc.nat(700), { maxLength: 5 }), (pages) => {
        const shelf = new Shelf()
        for (const page of [...pages, LEAVES.length]) shelf.grow(LEAVES.slice(shelf.size, shelf.size + page))
        expect(new Map([...shelf.tiles].sort())).toEqual(new Map([...whole].sort()))
      }),
      { numRuns: 20 },
    )
  })

  it.each([1, 255, 256, 257, 512])('go on from a tree of %i', (size) => {
    const shelf = shelfOf(LEAVES.slice(0, size))
    shelf.grow(LEAVES.slice(size, 600))
    expect(new Map([...shelf.tiles].sort())).toEqual(new Map([...shelfOf(LEAVES.slice(0, 600)).tiles].sort()))
  })

  it('that did not change are not named again', () => {
    const shelf = shelfOf(LEAVES.slice(0, 300))
    expect(growTiles(merkle, 300, shelf.at, [])).toEqual([])
    expect(growTiles(merkle, 300, shelf.at, LEAVES.slice(300, 301))?.map(({ level, n }) => [level, n])).toEqual([
      [0, 1],
    ])
  })

  it('grow from a stored tile that is wider already, as after a crash, to the same tile', () => {
    const [narrow, wide] = [shelfOf(LEAVES.slice(0, 300)), shelfOf(LEAVES.slice(0, 400))]
    const page = LEAVES.slice(300, 410)
    expect(growTiles(merkle, 300, wide.at, page)).toEqual(growTiles(merkle, 300, narrow.at, page))
  })

  it('cannot grow where the tile at the edge is missing or too narrow', () => {
    const at: TileAt = (level, n) => shelfOf(LEAVES.slice(0, 300)).at(level, n)
    expect(growTiles(merkle, 300, at, [])).toEqual([])
    expect(growTiles(merkle, 301, at, [])).toBe(null)
    expect(growTiles(merkle, 300, (level, n) => (level === 1 ? null : at(level, n)), [])).toBe(null)
    expect(growTiles(merkle, 300, (level, n) => (level === 0 ? null : at(level, n)), [])).toBe(null)
  })

  it('give the hash of every perfect subtree that the tree has, and of no other', () => {
    const { at } = shelfOf(LEAVES)
    const hashAt = hashesOver(LEAVES)
    for (let level = 0; level <= 11; level++) {
      const last = Math.floor(LEAVES.length / 2 ** level)
      for (let index = 0; index < last; index += 2 ** Math.max(0, 6 - level)) {
        const hash = hashOfSubtree(merkle, level, index, at)
        expect(hash && hex(hash)).toBe(hex(hashAt(level, index) ?? new Uint8Array()))
      }
      expect(hashOfSubtree(merkle, level, last, at)).toBe(null)
    }
  })

  it('are found by the subtree: eight levels of the tree are one of tiles', () => {
    expect(tileOf({ level: 0, index: 255 })).toEqual({ level: 0, n: 0 })
    expect(tileOf({ level: 0, index: 256 })).toEqual({ level: 0, n: 1 })
    expect(tileOf({ level: 7, index: 1 })).toEqual({ level: 0, n: 0 })
    expect(tileOf({ level: 7, index: 2 })).toEqual({ level: 0, n: 1 })
    expect(tileOf({ level: 8, index: 255 })).toEqual({ level: 1, n: 0 })
    expect(tileOf({ level: 8, index: 256 })).toEqual({ level: 1, n: 1 })
  })

  it('have a width from none to 256', () => {
    expect([0, 1, 255, 256, 257].map((size) => tileWidth({ level: 0, n: 0 }, size))).toEqual([0, 1, 255, 256, 256])
    expect([256, 257, 512, 513].map((size) => tileWidth({ level: 0, n: 1 }, size))).toEqual([0, 1, 256, 256])
    expect([255, 256, 511, 512].map((size) => tileWidth({ level: 1, n: 0 }, size))).toEqual([0, 1, 1, 2])
  })
})

describe('a stored tile', () => {
  it('is read back as it was, hash by hash', () => {
    const hashes = shelfOf(LEAVES.slice(0, 200)).at(0, 0) ?? new Uint8Array()
    expect(parseTile(formatTile(hashes))).toEqual(hashes)
    expect(splitHashes(hashes).map(hex)).toEqual(LEAVES.slice(0, 200).map(hex))
  })

  it.each([0, 31, 33, 257 * 32])('of %i bytes is refused', (length) => {
    expect(parseTile(toBase64(new Uint8Array(length)))).toBe(null)
  })

  it.each([32, 256 * 32])('of %i bytes is taken', (length) => {
    expect(parseTile(toBase64(new Uint8Array(length)))?.length).toBe(length)
  })

  it('that is no base 64 is refused', () => {
    expect(parseTile(`${toBase64(new Uint8Array(32))}\n`)).toBe(null)
  })

  it('with a changed bit gives another hash', () => {
    const { at } = shelfOf(LEAVES.slice(0, 256))
    const changed: TileAt = (level, n) =>
      level === 0 ? flipBit(at(level, n) ?? new Uint8Array(), 5_000) : at(level, n)
    expect(hashOfSubtree(merkle, 7, 0, changed)).not.toEqual(hashOfSubtree(merkle, 7, 0, at))
  })
})

/** The tiles that are named for these parts, and no others. */
function only(tileAt: TileAt, ranges: readonly Range[]): TileAt {
  const named = tilesFor(ranges)
  return (level, n) => (named.some((id) => id.level === level && id.n === n) ? tileAt(level, n) : null)
}
