/**
 * The evaluator beside AWS Cedar: whether a request is allowed, for which reason, and by which rules. `npm run test:policy` asks
 * many more cases than the test here.
 *
 * Compared: the texts of rules through the project's parser, against trees that are put into Cedar by hand-written translation;
 * every ref, operator, list and quantifier, missing values, values of another type, names and ids, groups of commands,
 * requirements, administrators, forbid, rules that cannot be read. Numbers go to Cedar as tenths.
 *
 * Not compared: patterns beyond Cedar's `like` (patterns.ts), patterns over groups (Cedar cannot go through them), lists within
 * lists and lists longer than LIST_MAX (they are unrolled), and requests with unknown arguments (src/policy/decide.test.ts).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PolicyCase } from './case.ts'
import { describeMismatch, firstMismatch } from './compare.ts'
import { findDifferences } from './differ.ts'

interface KeptCase extends PolicyCase {
  readonly note: string
}

/**
 * Every mismatch that was ever found, smallest form, one a line. The evaluator has had none; the first twelve are from evaluators
 * that were broken on purpose, each at what its note says.
 */
const kept = readFileSync(join(import.meta.dirname, 'mismatches.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as KeptCase)

describe('Pawl and Cedar', () => {
  it.each(kept)('agree that $note', (policyCase) => {
    const mismatch = firstMismatch(policyCase)
    expect(mismatch && describeMismatch(mismatch)).toBeNull()
  })

  it('give the same answer, for the same reason, by the same rules, on 2,000 generated cases', () => {
    const { tally, mismatch } = findDifferences(2_000, Date.now() % 1e9)
    expect(mismatch).toBeNull()
    // Each kind of answer is really asked for: a translation that denies everything would agree with nothing.
    for (const reason of ['allowed', 'forbidden', 'broken_rule', 'missing_permission', 'no_rule'])
      expect(tally.get(reason), reason).toBeGreaterThan(20)
  })
})
