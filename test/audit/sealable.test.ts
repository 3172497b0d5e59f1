/** What the Ledger seals, the verifier accepts: one row that it does not would stand in the log for ever, and no export would be intact. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { flatLine, leafOf, wordsFault } from '../../cli/audit/flat-line.ts'
import { hmac, merkle } from '../../cli/audit/hash.ts'
import { readItem } from '../../cli/audit/log-file.ts'
import { canonical } from '../../src/audit/canonical.ts'
import { leafDataOf } from '../../src/audit/leaf.ts'
import { hex } from '../../src/digest.ts'
import type { Json } from '../../src/json.ts'

const NAMES = ['code', 'v', 'n', 'hash', 'end', 'omitted', 'checkpoint', 'constructor', '10', '9']
const RESERVED = ['__proto__', 'seq', 'leaf', 'salt', 'sealed', 'personal', 'line', 'note', 'args']

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 2, arbitrary: fc.constantFrom(...RESERVED) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
)
const fields = (one: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(one, fc.jsonValue({ maxDepth: 2 })), { maxLength: 3 })
    .map((pairs) => Object.fromEntries(pairs) as Json)
const text = (one: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 8, arbitrary: fields(one).map(canonical) },
    { weight: 1, arbitrary: fields(one).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.json() },
  )
const words = text(fc.oneof({ weight: 4, arbitrary: fc.constantFrom('line', 'note', 'args') }, name))
const SALT = '0'.repeat(32)
const row = fc.oneof(
  fc.record({ event: text(name), personal: words, salt: fc.constant(SALT), erased: fc.constant(null) }),
  fc.record({
    event: text(name),
    personal: fc.constant(null),
    salt: fc.constant(null),
    erased: fc.constantFrom(null, 'a'.repeat(64), 'A'.repeat(64)),
  }),
)

it('a row that can be sealed is a line that the verifier reads back to the same hash, with its words', () => {
  const seen = { sealed: 0, refused: 0 }
  fc.assert(
    fc.property(row, fc.integer({ min: 1, max: 1_000_000 }), (parts, seq) => {
      const data = leafDataOf(parts, hmac)
      seen[data.ok ? 'sealed' : 'refused']++
      if (!data.ok) return
      const leaf = merkle.leafHash(data.value)
      const item = readItem(flatLine({ ...parts, seq }, leaf) ?? '')
      if (!item.ok || item.value.kind !== 'event') throw new Error(item.ok ? 'it is read as something else' : item.why)
      expect(wordsFault(item.value.line)).toBeNull()
      expect(hex(leafOf(item.value.line))).toBe(hex(leaf))
    }),
    { numRuns: 3_000 },
  )
  expect(Math.min(seen.sealed, seen.refused)).toBeGreaterThan(200)
})
