/** For tests of the tree: one over JavaScript's SHA-256, and the recursion of RFC 6962, section 2.1, to compare with. Pure. */
import { sha256 } from '@noble/hashes/sha2.js'
import { createMerkle, EMPTY_FRONTIER, type Frontier, HASH_BYTES, type Hash, type HashAt } from './merkle.ts'

export const merkle = createMerkle(sha256)

/** That many different hashes of leaves; made up, for the tree does not ask what they are hashes of. */
export function someLeaves(count: number): Hash[] {
  return Array.from({ length: count }, (_, i) => {
    const leaf = new Uint8Array(HASH_BYTES).fill(i)
    new DataView(leaf.buffer).setUint32(0, i)
    return leaf
  })
}

export function frontierOf(leaves: readonly Hash[]): Frontier {
  return merkle.appendAll(EMPTY_FRONTIER, leaves)
}

/** MTH(D[n]): "let k be the largest power of two smaller than n". */
export function naiveRoot(leaves: readonly Hash[]): Hash {
  const [only, ...others] = leaves
  if (only === undefined) return sha256(new Uint8Array(0))
  if (others.length === 0) return only
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return merkle.nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

/** The perfect subtrees over these leaves; none where a leaf is missing. */
export function hashesOver(leaves: readonly Hash[]): HashAt {
  const known = new Map<string, Hash>()
  return (level, index) => {
    const end = (index + 1) * 2 ** level
    if (end > leaves.length) return null
    const place = `${level}/${index}`
    const hash = known.get(place) ?? naiveRoot(leaves.slice(index * 2 ** level, end))
    known.set(place, hash)
    return hash
  }
}

/** The hash with one of its 256 bits changed. */
export function flipBit(hash: Hash, bit: number): Hash {
  const flipped = hash.slice()
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return flipped
}

/** The hash at a place where there must be one. */
export function get(hashes: readonly Hash[], i: number): Hash {
  const hash = hashes[i]
  if (hash === undefined) throw new RangeError(`there is no hash ${i}`)
  return hash
}
