/**
 * The Merkle tree of RFC 6962, section 2.1: growing it, its root, proofs and checking them. Pure; SHA-256 is passed in, because
 * Node's is far faster than one in JavaScript and workerd has no synchronous one of its own.
 */
import { consistencyRanges, inclusionRanges, maximalSubtrees, type Range } from './subtree.ts'

export { consistencyRanges, inclusionRanges, maximalSubtrees, type Range, type Subtree } from './subtree.ts'

/** 32 bytes. */
export type Hash = Uint8Array

/** Must not keep its argument: the buffer is used again. */
export type Sha256 = (data: Uint8Array) => Hash

/** Bytes of a hash. */
export const HASH_BYTES = 32

/**
 * All that is needed to grow a tree: the hashes of its perfect subtrees, largest first, one for each bit of the size. Plain
 * data, to be stored as it is.
 */
export interface Frontier {
  /** Leaves. */
  readonly size: number
  readonly hashes: readonly Hash[]
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] }

/** The hash of the perfect subtree over the leaves index × 2^level to (index + 1) × 2^level; null where it is not known. */
export type HashAt = (level: number, index: number) => Hash | null

/** A tree at a size. */
export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

export interface InclusionClaim {
  readonly leaf: Hash
  /** From 0. */
  readonly index: number
  readonly tree: TreeHead
  readonly proof: readonly Hash[]
}

export interface ConsistencyClaim {
  readonly from: TreeHead
  readonly to: TreeHead
  readonly proof: readonly Hash[]
}

export interface Merkle {
  /** The root of a tree without leaves. */
  readonly emptyRoot: Hash
  readonly leafHash: (data: Uint8Array) => Hash
  readonly nodeHash: (left: Hash, right: Hash) => Hash
  /** The frontier with one more leaf, given as its hash. */
  readonly append: (frontier: Frontier, leaf: Hash) => Frontier
  /** The same for many leaves, without a frontier for each. */
  readonly appendAll: (frontier: Frontier, leaves: Iterable<Hash>) => Frontier
  /** The frontier with a perfect subtree of 2^level leaves behind it; null where its place is not a multiple of its size. */
  readonly appendSubtree: (frontier: Frontier, level: number, hash: Hash) => Frontier | null
  readonly rootOf: (frontier: Frontier) => Hash
  /** The hash over some leaves as a tree of their own; null where a hash that it needs is not known. */
  readonly rangeHash: (range: Range, hashAt: HashAt) => Hash | null
  /** PATH of RFC 6962, 2.1.1, from the leaf upwards; null where the tree has no such leaf or a hash is not known. */
  readonly inclusionProof: (index: number, size: number, hashAt: HashAt) => Hash[] | null
  /** RFC 9162, 2.1.3.2; false for anything that is out of range. */
  readonly verifyInclusion: (claim: InclusionClaim) => boolean
  /** PROOF of RFC 6962, 2.1.2; null where `from` is greater than `to` or a hash is not known. Empty from 0 and from itself. */
  readonly consistencyProof: (from: number, to: number, hashAt: HashAt) => Hash[] | null
  /** RFC 9162, 2.1.4.2; false for anything that is out of range. */
  readonly verifyConsistency: (claim: ConsistencyClaim) => boolean
}

/**
 * The tree's functions over one SHA-256.
 *
 * @example
 * const merkle = createMerkle((data) => createHash('sha256').update(data).digest())
 * merkle.rootOf(merkle.append(EMPTY_FRONTIER, merkle.leafHash(data)))
 */
export function createMerkle(sha256: Sha256): Merkle {
  // One buffer for all inner nodes: a million leaves are a million of them.
  const node = new Uint8Array(1 + 2 * HASH_BYTES)
  node[0] = 1
  const emptyRoot = sha256(new Uint8Array(0))

  function leafHash(data: Uint8Array): Hash {
    const prefixed = new Uint8Array(1 + data.length)
    prefixed.set(data, 1)
    return sha256(prefixed)
  }

  function nodeHash(left: Hash, right: Hash): Hash {
    // A shorter one would leave bytes of the hash before it in the buffer.
    if (!isHash(left) || !isHash(right)) throw new RangeError('a hash has 32 bytes')
    node.set(left, 1)
    node.set(right, 1 + HASH_BYTES)
    return sha256(node)
  }

  /** Puts the hash of a perfect subtree behind those of `count` such subtrees, joining it with those that it completes. */
  function push(hashes: Hash[], count: number, hash: Hash): void {
    let joined = hash
    for (let n = count; n % 2 === 1; n = (n - 1) / 2) {
      const left = hashes.pop()
      if (left === undefined) throw new RangeError('a frontier has a hash for each bit of its size')
      joined = nodeHash(left, joined)
    }
    hashes.push(joined)
  }

  function append({ size, hashes }: Frontier, leaf: Hash): Frontier {
    const grown = hashes.slice()
    push(grown, size, leaf)
    return { size: size + 1, hashes: grown }
  }

  function appendAll({ size, hashes }: Frontier, leaves: Iterable<Hash>): Frontier {
    const grown = hashes.slice()
    let count = size
    for (const leaf of leaves) push(grown, count++, leaf)
    return { size: count, hashes: grown }
  }

  function appendSubtree({ size, hashes }: Frontier, level: number, hash: Hash): Frontier | null {
    const leaves = 2 ** level
    if (!isHash(hash) || !isCount(level) || !isCount(size + leaves) || size % leaves !== 0) return null
    const grown = hashes.slice()
    push(grown, size / leaves, hash)
    return { size: size + leaves, hashes: grown }
  }

  function rootOf({ hashes }: Frontier): Hash {
    return hashes.length === 0 ? emptyRoot : hashes.reduceRight((right, left) => nodeHash(left, right))
  }

  function rangeHash({ start, end }: Range, hashAt: HashAt): Hash | null {
    const hashes: Hash[] = []
    for (const { level, index } of maximalSubtrees(start, end)) {
      const hash = hashAt(level, index)
      if (hash === null) return null
      hashes.push(hash)
    }
    return rootOf({ size: end - start, hashes })
  }

  function proofOf(ranges: readonly Range[] | null, hashAt: HashAt): Hash[] | null {
    const proof: Hash[] = []
    for (const range of ranges ?? []) {
      const hash = rangeHash(range, hashAt)
      if (hash === null) return null
      proof.push(hash)
    }
    return ranges && proof
  }

  function inclusionProof(index: number, size: number, hashAt: HashAt): Hash[] | null {
    return proofOf(inclusionRanges(index, size), hashAt)
  }

  function consistencyProof(from: number, to: number, hashAt: HashAt): Hash[] | null {
    return proofOf(consistencyRanges(from, to), hashAt)
  }

  function verifyInclusion({ leaf, index, tree, proof }: InclusionClaim): boolean {
    if (!isCount(index) || !isCount(tree.size) || index >= tree.size) return false
    if (![leaf, tree.root, ...proof].every(isHash)) return false
    const place = { first: index, last: tree.size - 1 }
    let hash = leaf
    for (const sibling of proof) {
      if (place.last === 0) return false
      hash = stepUp(place) === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
    }
    return place.last === 0 && sameHash(hash, tree.root)
  }

  function verifyConsistency({ from, to, proof }: ConsistencyClaim): boolean {
    if (!isCount(from.size) || !isCount(to.size) || from.size > to.size) return false
    if (![from.root, to.root, ...proof].every(isHash)) return false
    if (from.size === to.size) return proof.length === 0 && sameHash(from.root, to.root)
    if (from.size === 0) return proof.length === 0 && sameHash(from.root, emptyRoot)
    const place = { first: from.size - 1, last: to.size - 1 }
    while (place.first % 2 === 1) halve(place)
    // A first tree that is one perfect subtree is the starting point itself, and not in the proof.
    const [start, ...rest] = place.first === 0 ? [from.root, ...proof] : proof
    if (start === undefined) return false
    let before = start
    let after = start
    for (const sibling of rest) {
      if (place.last === 0) return false
      if (stepUp(place) === 'left') {
        before = nodeHash(sibling, before)
        after = nodeHash(sibling, after)
      } else {
        after = nodeHash(after, sibling)
      }
    }
    return place.last === 0 && sameHash(before, from.root) && sameHash(after, to.root)
  }

  return {
    emptyRoot,
    leafHash,
    nodeHash,
    append,
    appendAll,
    appendSubtree,
    rootOf,
    rangeHash,
    inclusionProof,
    verifyInclusion,
    consistencyProof,
    verifyConsistency,
  }
}

/** Whether two hashes are the same; for what is no secret. */
export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** `fn` and `sn` of RFC 9162: a node, and the last node, of one level, counted from 0. */
interface Place {
  first: number
  last: number
}

/** On which side of the node its next sibling stands; moves on to the level of their parent, as RFC 9162 does. */
function stepUp(place: Place): 'left' | 'right' {
  const left = place.first % 2 === 1 || place.first === place.last
  // The last node of a level has no sibling there until it is a right child.
  if (left) while (place.first % 2 === 0 && place.first !== 0) halve(place)
  halve(place)
  return left ? 'left' : 'right'
}

/** Numbers may be larger than the 32 bits of `>>`. */
function halve(place: Place): void {
  place.first = Math.floor(place.first / 2)
  place.last = Math.floor(place.last / 2)
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}
