/**
 * `npm run test:policy [-- --cases 100000 --seed 7]`: the evaluator beside AWS Cedar on generated rules, people and requests.
 * Ends with 1 and the smallest mismatch when they differ. Clock: for the time it took, and for a seed when none is given.
 */
import { parseArgs } from 'node:util'
import { findDifferences } from './differ.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
})
const cases = Number(values.cases)
const seed = Number(values.seed)
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  console.error('--cases wants a whole number from 1, --seed a whole number')
  process.exit(2)
}

const start = performance.now()
const { tally, mismatch } = findDifferences(cases, seed)
const seconds = ((performance.now() - start) / 1_000).toFixed(1)
const asked = [...tally.values()].reduce((sum, count) => sum + count, 0)
const reasons = [...tally].sort().map(([reason, count]) => `${reason} ${count}`)
console.log(`${asked} cases in ${seconds} s, seed ${seed}: ${reasons.join(', ')}`)
if (mismatch !== null) {
  console.log(`Pawl and Cedar differ. The smallest case, for test/policy/mismatches.json:\n${mismatch}`)
  process.exitCode = 1
}
