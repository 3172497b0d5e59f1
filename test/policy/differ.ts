/** Runs many cases through {@link firstMismatch} and shrinks the first on which Pawl and Cedar differ. Randomness: the seed. */
import fc from 'fast-check'
import { anyCase } from './case.arbitrary.ts'
import { describeMismatch, firstMismatch, type Mismatch } from './compare.ts'

/** A policy set is read once for this many requests: reading is what costs. */
export const REQUESTS_PER_SET = 10

export interface Differences {
  /** How often each reason was given. */
  readonly tally: ReadonlyMap<string, number>
  /** The smallest mismatch found, for people; null when there is none. */
  readonly mismatch: string | null
}

/** Asks at least `cases` questions, or stops at the first mismatch. The same seed asks the same. */
export function findDifferences(cases: number, seed: number): Differences {
  const tally = new Map<string, number>()
  const heard = (reason: string) => void tally.set(reason, (tally.get(reason) ?? 0) + 1)
  let smallest: Mismatch | null = null
  const same = fc.property(anyCase(REQUESTS_PER_SET), (policyCase) => {
    const found = firstMismatch(policyCase, heard)
    // While shrinking, the last one that still differs is the smallest.
    if (found) smallest = found
    return found === null
  })
  const result = fc.check(same, { numRuns: Math.ceil(cases / REQUESTS_PER_SET), seed })
  if (!result.failed) return { tally, mismatch: null }
  return { tally, mismatch: smallest === null ? String(result.errorInstance) : describeMismatch(smallest) }
}
