import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flipBit, get, hashesOver, merkle, naiveRoot, someLeaves } from './merkle.kit.ts'
import type { ConsistencyClaim, InclusionClaim, TreeHead } from './merkle.ts'

const LEAVES = someLeaves(600)
const HASH_AT = hashesOver(LEAVES)
const ROOTS = Array.from({ length: LEAVES.length + 1 }, (_, size) => naiveRoot(LEAVES.slice(0, size)))

/** Every pair of sizes up to here is tried; it has all shapes of five levels. */
const ALL = 17

describe('a proof that a leaf is in a tree', () => {
  it(`verifies for every leaf of every tree up to ${ALL}, and for no other leaf, place or tree`, () => {
    for (let size = 1; size <= ALL; size++) {
      for (let index = 0; index < size; index++) {
        const claim = inclusionOf(index, size)
        expect(merkle.verifyInclusion(claim)).toBe(true)
        const wrong = [
          ...upTo(size - 1).map((other) => ({ ...claim, index: other === index ? size : other })),
          ...upTo(size - 1).map((other) => ({ ...claim, leaf: get(LEAVES, other === index ? size : other) })),
          ...upTo(ALL + 1).map((other) => ({ ...claim, tree: treeOf(other === size ? 0 : other) })),
        ]
        expect(wrong.filter(merkle.verifyInclusion)).toEqual([])
      }
    }
  })

  it('verifies in any tree, and with any one bit of it changed does not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.nat(), fc.nat(255), (size, leaf, part, bit) => {
        const claim = inclusionOf(leaf % size, size)
        expect(merkle.verifyInclusion(claim)).toBe(true)
        const place = part % (claim.proof.length + 2)
        const { tree, proof } = claim
        const wrong: InclusionClaim =
          place === 0
            ? { ...claim, leaf: flipBit(claim.leaf, bit) }
            : place === 1
              ? { ...claim, tree: { ...tree, root: flipBit(tree.root, bit) } }
              : { ...claim, proof: proof.map((hash, i) => (i === place - 2 ? flipBit(hash, bit) : hash)) }
        expect(merkle.verifyInclusion(wrong)).toBe(false)
      }),
    )
  })

  it('does not verify with a hash too many or too few, or one of the wrong length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.nat(), (size, leaf, at) => {
        const claim = inclusionOf(leaf % size, size)
        const { proof } = claim
        const place = at % (proof.length + 1)
        const extra = get(LEAVES, at % 600)
        for (const wrong of [proof.toSpliced(place, 0, extra), proof.toSpliced(place, 0, new Uint8Array())]) {
          expect(merkle.verifyInclusion({ ...claim, proof: wrong })).toBe(false)
        }
        if (proof.length === 0) return
        const one = at % proof.length
        expect(merkle.verifyInclusion({ ...claim, proof: proof.toSpliced(one, 1) })).toBe(false)
        expect(merkle.verifyInclusion({ ...claim, proof: proof.toSpliced(one, 1, get(proof, one).slice(1)) })).toBe(
          false,
        )
      }),
    )
  })

  it('does not verify at a place or in a tree that cannot be', () => {
    const claim = inclusionOf(0, 1)
    const { tree } = claim
    for (const index of [-1, 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(merkle.verifyInclusion({ ...claim, index })).toBe(false)
    }
    for (const size of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
      expect(merkle.verifyInclusion({ ...claim, tree: { ...tree, size } })).toBe(false)
    }
    expect(
      merkle.verifyInclusion({ ...claim, leaf: new Uint8Array(), tree: { size: 1, root: new Uint8Array() } }),
    ).toBe(false)
  })

  it('does not verify in a tree of another height, even with the root that it leads to', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), (size, leaf) => {
        const claim = inclusionOf(leaf % size, size)
        expect(merkle.verifyInclusion({ ...claim, tree: { ...claim.tree, size: size * 4 } })).toBe(false)
      }),
    )
  })

  it('cannot be made for a leaf that the tree has not, nor from hashes that are not there', () => {
    const hashAt = hashesOver(LEAVES.slice(0, 7))
    expect(merkle.inclusionProof(6, 7, hashAt)).toHaveLength(2)
    expect(merkle.inclusionProof(7, 7, hashAt)).toBe(null)
    expect(merkle.inclusionProof(-1, 7, hashAt)).toBe(null)
    expect(merkle.inclusionProof(0, 0, hashAt)).toBe(null)
    expect(merkle.inclusionProof(0, 8, hashAt)).toBe(null)
  })
})

describe('a proof that a tree is the beginning of another', () => {
  it(`verifies for every pair of trees up to ${ALL}, and for no other tree before or after`, () => {
    for (let to = 1; to <= ALL; to++) {
      for (let from = 1; from <= to; from++) {
        const claim = consistencyOf(from, to)
        expect(merkle.verifyConsistency(claim)).toBe(true)
        const others = upTo(ALL + 1).filter((size) => size > 0)
        const wrong = [
          ...others.filter((size) => size !== from).map((size) => ({ ...claim, from: treeOf(size) })),
          ...others.filter((size) => size !== to).map((size) => ({ ...claim, to: treeOf(size) })),
        ]
        expect(wrong.filter(merkle.verifyConsistency)).toEqual([])
      }
    }
  })

  it('verifies between any two trees, and with any one bit of it changed does not', () => {
    const size = fc.integer({ min: 1, max: 600 })
    fc.assert(
      fc.property(size, size, fc.nat(), fc.nat(255), (a, b, part, bit) => {
        const claim = consistencyOf(Math.min(a, b), Math.max(a, b))
        expect(merkle.verifyConsistency(claim)).toBe(true)
        const place = part % (claim.proof.length + 2)
        const { from, to, proof } = claim
        const wrong: ConsistencyClaim =
          place === 0
            ? { ...claim, from: { ...from, root: flipBit(from.root, bit) } }
            : place === 1
              ? { ...claim, to: { ...to, root: flipBit(to.root, bit) } }
              : { ...claim, proof: proof.map((hash, i) => (i === place - 2 ? flipBit(hash, bit) : hash)) }
        expect(merkle.verifyConsistency(wrong)).toBe(false)
      }),
    )
  })

  it('does not verify with a hash too many or too few, or one of the wrong length', () => {
    const size = fc.integer({ min: 1, max: 600 })
    fc.assert(
      fc.property(size, size, fc.nat(), (a, b, at) => {
        const claim = consistencyOf(Math.min(a, b), Math.max(a, b))
        const { proof } = claim
        const place = at % (proof.length + 1)
        const extra = get(LEAVES, at % 600)
        for (const wrong of [proof.toSpliced(place, 0, extra), proof.toSpliced(place, 0, new Uint8Array())]) {
          expect(merkle.verifyConsistency({ ...claim, proof: wrong })).toBe(false)
        }
        if (proof.length === 0) return
        const one = at % proof.length
        expect(merkle.verifyConsistency({ ...claim, proof: proof.toSpliced(one, 1) })).toBe(false)
        const short = proof.toSpliced(one, 1, get(proof, one).slice(1))
        expect(merkle.verifyConsistency({ ...claim, proof: short })).toBe(false)
      }),
    )
  })

  it('does not verify to a tree of another height, even with the roots that it leads to', () => {
    const size = fc.integer({ min: 1, max: 600 })
    fc.assert(
      fc.property(size, size, (a, b) => {
        const claim = consistencyOf(Math.min(a, b), Math.max(a, b))
        expect(merkle.verifyConsistency({ ...claim, to: { ...claim.to, size: claim.to.size * 4 } })).toBe(false)
      }),
    )
  })

  it('is empty from the empty tree and from the tree itself, whose roots must be right all the same', () => {
    expect(merkle.consistencyProof(0, 7, HASH_AT)).toEqual([])
    expect(merkle.consistencyProof(7, 7, HASH_AT)).toEqual([])
    expect(merkle.verifyConsistency({ from: treeOf(0), to: treeOf(7), proof: [] })).toBe(true)
    expect(merkle.verifyConsistency({ from: treeOf(0), to: treeOf(0), proof: [] })).toBe(true)
    expect(merkle.verifyConsistency({ from: { size: 0, root: get(ROOTS, 1) }, to: treeOf(7), proof: [] })).toBe(false)
    expect(merkle.verifyConsistency({ from: { size: 7, root: get(ROOTS, 1) }, to: treeOf(7), proof: [] })).toBe(false)
  })

  it('cannot be made backwards, nor from hashes that are not there, nor verified so', () => {
    const hashAt = hashesOver(LEAVES.slice(0, 7))
    expect(merkle.consistencyProof(7, 6, hashAt)).toBe(null)
    expect(merkle.consistencyProof(-1, 6, hashAt)).toBe(null)
    expect(merkle.consistencyProof(3, 7, hashAt)).toHaveLength(4)
    expect(merkle.consistencyProof(3, 8, hashAt)).toBe(null)
    const { from, to, proof } = consistencyOf(3, 7)
    expect(merkle.verifyConsistency({ from: to, to: from, proof })).toBe(false)
    for (const size of [-1, 2.5, Number.NaN, 2 ** 53]) {
      expect(merkle.verifyConsistency({ from: { ...from, size }, to, proof })).toBe(false)
      expect(merkle.verifyConsistency({ from, to: { ...to, size }, proof })).toBe(false)
    }
  })
})

/** 0 to `last`. */
function upTo(last: number): number[] {
  return Array.from({ length: last + 1 }, (_, i) => i)
}

function treeOf(size: number): TreeHead {
  return { size, root: get(ROOTS, size) }
}

function inclusionOf(index: number, size: number): InclusionClaim {
  const proof = merkle.inclusionProof(index, size, HASH_AT)
  if (proof === null) throw new Error('no proof')
  return { leaf: get(LEAVES, index), index, tree: treeOf(size), proof }
}

function consistencyOf(from: number, to: number): ConsistencyClaim {
  const proof = merkle.consistencyProof(from, to, HASH_AT)
  if (proof === null) throw new Error('no proof')
  return { from: treeOf(from), to: treeOf(to), proof }
}
