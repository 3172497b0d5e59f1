import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMerkle, HASH_BYTES, type Hash } from './merkle.ts'
import { EMPTY_LOG, explainRefusal, extendLog, leavesOf, type NumberedRow, type SealedLog } from './seal.ts'
import { TILE_WIDTH, tileWidth } from './tile.ts'

const sha256 = (data: Uint8Array): Hash => new Uint8Array(createHash('sha256').update(data).digest())
const merkle = createMerkle(sha256)
const leaf = (i: number): Hash => sha256(Uint8Array.of(0, i % 256, Math.floor(i / 256)))
const leaves = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => leaf(from + i))
const row = (seq: number, event = `{"n":${seq}}`): NumberedRow => ({
  seq,
  event,
  personal: null,
  salt: null,
  erased: null,
})

describe('a sealed log', () => {
  it('is the same, with the same tiles, in however many pieces it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 6 }), (pieces) => {
        let log: SealedLog = EMPTY_LOG
        let root = merkle.emptyRoot
        const stored = new Map<string, Uint8Array>()
        for (const count of pieces) {
          const grown = extendLog(log, leaves(log.frontier.size, log.frontier.size + count))
          log = grown.log
          root = grown.root
          for (const { level, n, hashes } of grown.tiles) stored.set(`${level}/${n}`, hashes)
        }
        const size = pieces.reduce((sum, count) => sum + count, 0)
        const whole = extendLog(EMPTY_LOG, leaves(0, size))
        expect(log.frontier).toEqual(whole.log.frontier)
        expect(log.lastLeaf).toEqual(size === 0 ? null : leaf(size - 1))
        expect(root).toEqual(whole.root)
        expect(stored).toEqual(new Map(whole.tiles.map(({ level, n, hashes }) => [`${level}/${n}`, hashes])))
      }),
      { numRuns: 40 },
    )
  })

  /** The levels that are open and how many hashes they have, as the size alone says. */
  const openAt = (size: number) =>
    Object.fromEntries(
      [0, 1, 2]
        .map((level) => [level, tileWidth({ level, n: Math.floor(size / TILE_WIDTH ** (level + 1)) }, size)])
        .filter(([, width]) => width !== 0),
    )
  const edgeOf = ({ edge }: SealedLog) =>
    Object.fromEntries(edge.map(({ level, hashes }) => [level, hashes.length / HASH_BYTES]))

  it.each([1, 255, 256, 257, 511, 512, 513])(
    'of %i leaves keeps of each level the one tile that is not full',
    (size) => {
      expect(edgeOf(extendLog(EMPTY_LOG, leaves(0, size)).log)).toEqual(openAt(size))
    },
  )

  it('keeps them so where a tile of the second level fills up, after 65,536 leaves', { timeout: 120_000 }, () => {
    let { log } = extendLog(EMPTY_LOG, leaves(0, 65_535))
    expect(edgeOf(log)).toEqual(openAt(65_535))
    for (const size of [65_536, 65_537]) {
      log = extendLog(log, [leaf(size - 1)]).log
      expect(edgeOf(log)).toEqual(openAt(size))
    }
  })
})

describe('rows', () => {
  const first = leavesOf([row(1), row(2)], 0, null)
  const last = first.ok ? (first.leaves[1] ?? null) : null

  it('have a leaf each, and those behind the last sealed row one for each but that', () => {
    expect(first).toMatchObject({ ok: true, leaves: { length: 2 } })
    expect(leavesOf([row(2), row(3)], 2, last)).toMatchObject({ ok: true, leaves: { length: 1 } })
    expect(leavesOf([row(2)], 2, last)).toEqual({ ok: true, leaves: [] })
    expect(leavesOf([], 0, null)).toEqual({ ok: true, leaves: [] })
  })

  it.each([
    ['nothing', [], 'line 2, the last that was sealed, is gone'],
    ['a later row', [row(3)], 'line 2, the last that was sealed, is gone'],
    ['an earlier row', [row(1), row(2)], 'line 2, the last that was sealed, is gone'],
    ['another row', [row(2, '{"n":3}')], 'line 2, the last that was sealed, is not what it was'],
    ['a gap', [row(2), row(4)], 'line 3 is missing'],
    ['a row twice', [row(2), row(3), row(3)], 'line 4 is missing'],
    ['text that is no JSON', [row(2), row(3, '{')], 'line 3 cannot be sealed'],
    ['text with a space', [row(2), row(3, '{"n": 3}')], 'line 3 cannot be sealed'],
    ['half of a personal part', [row(2), { ...row(3), personal: '{}' }], 'line 3 cannot be sealed'],
  ])('are refused where a log of 2 goes on with %s', (_, rows, message) => {
    const read = leavesOf(rows, 2, last)
    if (read.ok) throw new Error('they were taken')
    expect(explainRefusal(read.refusal)).toContain(message)
  })

  it('are refused where a log begins with another row than the first', () => {
    expect(leavesOf([row(2)], 0, null)).toMatchObject({ ok: false, refusal: { reason: 'gap', after: 0 } })
  })
})
