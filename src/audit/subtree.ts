/** Which perfect subtrees make up a part of the tree, and which parts a proof names. Numbers only. Pure. */

/** The leaves start to end - 1, from 0. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The leaves index × 2^level to (index + 1) × 2^level - 1. */
export interface Subtree {
  readonly level: number
  readonly index: number
}

/**
 * The fewest perfect subtrees that cover the leaves `from` to `to` - 1, in order; none for an empty or impossible range.
 *
 * @example maximalSubtrees(3, 8) // leaf 3, then the leaves 4 to 7: [{ level: 0, index: 3 }, { level: 2, index: 1 }]
 */
export function maximalSubtrees(from: number, to: number): Subtree[] {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0) return []
  const subtrees: Subtree[] = []
  for (let at = from; at < to; ) {
    let level = 0
    let leaves = 1
    while (at % (leaves * 2) === 0 && at + leaves * 2 <= to) {
      level++
      leaves *= 2
    }
    subtrees.push({ level, index: at / leaves })
    at += leaves
  }
  return subtrees
}

/** The parts whose hashes prove that a leaf is in a tree (RFC 6962, 2.1.1); null where the tree has no such leaf. */
export function inclusionRanges(index: number, size: number): Range[] | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null
  const ranges: Range[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  return ranges.reverse()
}

/** The parts whose hashes prove that a tree of `from` leaves is the beginning of one of `to` (RFC 6962, 2.1.2). */
export function consistencyRanges(from: number, to: number): Range[] | null {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to) return null
  if (from === 0) return []
  const ranges: Range[] = []
  let start = 0
  let end = to
  while (from < end) {
    const middle = start + splitOf(end - start)
    if (from <= middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  // Where it begins at 0 it is the older tree itself, whose root the verifier has.
  if (start > 0) ranges.push({ start, end })
  return ranges.reverse()
}

/** The greatest power of two below `n`, which is at least 2. */
function splitOf(n: number): number {
  let split = 1
  while (split * 2 < n) split *= 2
  return split
}
