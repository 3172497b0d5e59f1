import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64 } from '../base64.ts'
import { decodeHex, hex } from '../digest.ts'
import { flipBit, frontierOf, get, hashesOver, merkle, naiveRoot, someLeaves } from './merkle.kit.ts'
import { EMPTY_FRONTIER, type Frontier, type Hash, maximalSubtrees, sameHash } from './merkle.ts'
import { ARGON, REFERENCE } from './merkle.vectors.ts'

const LEAVES = someLeaves(600)
const HASH_AT = hashesOver(LEAVES)

describe('the tree of RFC 6962', () => {
  const leaves = REFERENCE.leaves.map((data) => merkle.leafHash(bytesOf(data)))

  it.each(REFERENCE.roots.map((root, size) => [size, root]))(
    'of %i of the reference leaves has its root',
    (size, root) => {
      expect(hex(merkle.rootOf(frontierOf(leaves.slice(0, Number(size)))))).toBe(root)
    },
  )

  it.each(REFERENCE.inclusion)('proves the reference leaf $index of $size as the reference does', (vector) => {
    const { index, size } = vector
    const proof = merkle.inclusionProof(index, size, hashesOver(leaves)) ?? []
    expect(proof.map(hex)).toEqual(vector.proof)
    const root = bytesOf(REFERENCE.roots[size] ?? '')
    expect(merkle.verifyInclusion({ leaf: get(leaves, index), index, tree: { size, root }, proof })).toBe(true)
  })

  it.each(REFERENCE.consistency)('proves $from of $to of the reference leaves as the reference does', (vector) => {
    const { from, to } = vector
    const proof = merkle.consistencyProof(from, to, hashesOver(leaves)) ?? []
    expect(proof.map(hex)).toEqual(vector.proof)
    const [older, newer] = [from, to].map((size) => ({ size, root: bytesOf(REFERENCE.roots[size] ?? '') }))
    expect(older && newer && merkle.verifyConsistency({ from: older, to: newer, proof })).toBe(true)
  })

  it('is that of a log of a thousand million certificates', () => {
    const tree = { size: ARGON.size, root: read(ARGON.root) }
    const inclusion = { leaf: read(ARGON.leaf), index: ARGON.index, tree, proof: ARGON.inclusion.map(read) }
    expect(merkle.verifyInclusion(inclusion)).toBe(true)
    expect(merkle.verifyInclusion({ ...inclusion, index: ARGON.index + 1 })).toBe(false)
    const from = { size: ARGON.before.size, root: read(ARGON.before.root) }
    const consistency = { from, to: tree, proof: ARGON.consistency.map(read) }
    expect(merkle.verifyConsistency(consistency)).toBe(true)
    expect(merkle.verifyConsistency({ ...consistency, from: { ...from, size: from.size + 1 } })).toBe(false)
  })
})

describe('a frontier', () => {
  it('has the root of the recursion at every size from 0 to 600', () => {
    let frontier = EMPTY_FRONTIER
    for (let size = 0; size <= 600; size++) {
      expect(frontier.size).toBe(size)
      expect(hex(merkle.rootOf(frontier))).toBe(hex(naiveRoot(LEAVES.slice(0, size))))
      if (size < 600) frontier = merkle.append(frontier, get(LEAVES, size))
    }
  })

  it('is the same leaf by leaf and many at once, from any size on', () => {
    fc.assert(
      fc.property(fc.nat(600), fc.nat(600), (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        const older = frontierOf(LEAVES.slice(0, from))
        const kept = shown(older)
        const oneByOne = LEAVES.slice(from, to).reduce(merkle.append, older)
        expect(shown(merkle.appendAll(older, LEAVES.slice(from, to)))).toBe(shown(oneByOne))
        expect(shown(older)).toBe(kept)
      }),
      { numRuns: 40 },
    )
  })

  it('is the same when any part of it is given as its largest perfect subtrees', () => {
    fc.assert(
      fc.property(fc.nat(600), fc.nat(600), (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        let frontier = frontierOf(LEAVES.slice(0, from))
        for (const { level, index } of maximalSubtrees(from, to)) {
          const grown = merkle.appendSubtree(frontier, level, HASH_AT(level, index) ?? new Uint8Array())
          if (grown === null) throw new Error('the subtree does not fit')
          frontier = grown
        }
        expect(shown(frontier)).toBe(shown(frontierOf(LEAVES.slice(0, to))))
      }),
      { numRuns: 40 },
    )
  })

  it('takes a subtree only where it stands in the tree, and only a hash of 32 bytes', () => {
    const hash = get(LEAVES, 0)
    const of = (size: number) => frontierOf(LEAVES.slice(0, size))
    expect(merkle.appendSubtree(of(4), 2, hash)?.size).toBe(8)
    expect(merkle.appendSubtree(of(4), 3, hash)).toBe(null)
    expect(merkle.appendSubtree(of(6), 2, hash)).toBe(null)
    expect(merkle.appendSubtree(of(0), 52, hash)?.size).toBe(2 ** 52)
    expect(merkle.appendSubtree(of(0), 53, hash)).toBe(null)
    expect(merkle.appendSubtree(of(4), -1, hash)).toBe(null)
    expect(merkle.appendSubtree(of(4), 0.5, hash)).toBe(null)
    expect(merkle.appendSubtree(of(4), 2, hash.slice(1))).toBe(null)
    expect(merkle.appendSubtree(of(4), 2, new Uint8Array(33))).toBe(null)
  })

  it('goes on beyond 32 bits', () => {
    const hash = get(LEAVES, 0)
    const half = merkle.appendSubtree(EMPTY_FRONTIER, 33, hash)
    const whole = half && merkle.appendSubtree(half, 33, hash)
    expect(whole?.size).toBe(2 ** 34)
    expect(whole && hex(merkle.rootOf(whole))).toBe(hex(merkle.nodeHash(hash, hash)))
  })

  it('never joins what is not 32 bytes long', () => {
    const hash = get(LEAVES, 0)
    expect(() => merkle.nodeHash(hash, hash.slice(1))).toThrow(RangeError)
    expect(() => merkle.nodeHash(new Uint8Array(33), hash)).toThrow(RangeError)
  })
})

describe('two hashes', () => {
  it('are the same only where every byte is', () => {
    const hash = get(LEAVES, 0)
    expect(sameHash(hash, hash.slice())).toBe(true)
    expect(sameHash(hash, hash.slice(0, 31))).toBe(false)
    expect(sameHash(hash.slice(0, 31), hash)).toBe(false)
    fc.assert(
      fc.property(fc.nat(255), (bit) => {
        expect(sameHash(hash, flipBit(hash, bit))).toBe(false)
      }),
    )
  })
})

function shown({ size, hashes }: Frontier): string {
  return `${size} ${hashes.map(hex).join(' ')}`
}

function bytesOf(digits: string): Uint8Array {
  return decodeHex(digits) ?? new Uint8Array()
}

function read(text: string): Hash {
  return fromBase64(text) ?? new Uint8Array()
}
