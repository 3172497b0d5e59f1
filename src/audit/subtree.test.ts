import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consistencyRanges, inclusionRanges, maximalSubtrees } from './subtree.ts'

describe('a part of the tree', () => {
  it('is covered by perfect subtrees, in order, none of which could be larger', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(5_000), (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        const subtrees = maximalSubtrees(from, to)
        let at = from
        for (const { level, index } of subtrees) {
          const leaves = 2 ** level
          expect(index * leaves).toBe(at)
          expect(at % (leaves * 2) === 0 && at + leaves * 2 <= to).toBe(false)
          at += leaves
        }
        expect(at).toBe(to)
      }),
    )
  })

  it('has one subtree for each bit of the size where it is the whole tree, largest first', () => {
    expect(maximalSubtrees(0, 0b1101)).toEqual([
      { level: 3, index: 0 },
      { level: 2, index: 2 },
      { level: 0, index: 12 },
    ])
  })

  it('may lie beyond 32 bits', () => {
    expect(maximalSubtrees(2 ** 40 - 1, 2 ** 40 + 2)).toEqual([
      { level: 0, index: 2 ** 40 - 1 },
      { level: 1, index: 2 ** 39 },
    ])
  })

  it('that is empty or cannot be has none', () => {
    for (const [from, to] of [
      [5, 5],
      [5, 4],
      [-1, 4],
      [0.5, 4],
      [0, Number.POSITIVE_INFINITY],
      [Number.NaN, 4],
    ] as const) {
      expect(maximalSubtrees(from, to)).toEqual([])
    }
  })
})

describe('the parts of a proof', () => {
  it('that a leaf is in a tree cover all but the leaf, from the leaf outwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(), (size, leaf) => {
        const index = leaf % size
        let known = { start: index, end: index + 1 }
        for (const { start, end } of inclusionRanges(index, size) ?? []) {
          expect(end === known.start || start === known.end).toBe(true)
          known = { start: Math.min(start, known.start), end: Math.max(end, known.end) }
        }
        expect(known).toEqual({ start: 0, end: size })
      }),
    )
  })

  it('that a tree is the beginning of another are those of the example of RFC 6962, 2.1.3', () => {
    // PROOF(3, D[7]) = [c, d, g, l], PROOF(4, D[7]) = [l], PROOF(6, D[7]) = [i, j, k].
    expect(consistencyRanges(3, 7)).toEqual([
      { start: 2, end: 3 },
      { start: 3, end: 4 },
      { start: 0, end: 2 },
      { start: 4, end: 7 },
    ])
    expect(consistencyRanges(4, 7)).toEqual([{ start: 4, end: 7 }])
    expect(consistencyRanges(6, 7)).toEqual([
      { start: 4, end: 6 },
      { start: 6, end: 7 },
      { start: 0, end: 4 },
    ])
  })

  it('are none where there can be no proof', () => {
    for (const [index, size] of [
      [0, 0],
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [0, 2 ** 53],
    ] as const) {
      expect(inclusionRanges(index, size)).toBe(null)
    }
    for (const [from, to] of [
      [2, 1],
      [-1, 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      expect(consistencyRanges(from, to)).toBe(null)
    }
  })
})
