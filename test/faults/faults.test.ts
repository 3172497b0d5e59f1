/** The short set of fault experiments; `npm run test:faults` does all of them, many times. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { experiments } from './experiments/index.ts'
import { type FaultHouse, openHouse } from './house.ts'
import { tryOnce } from './trial.ts'

/** The same kills in every run of the tests. */
const SEED = 1
/** Everything waits for conditions; this only ends what hangs. */
const TRIAL_MS = 240_000

let house: FaultHouse
beforeAll(async () => {
  house = await openHouse()
}, TRIAL_MS)
afterAll(() => house?.stop())

describe('every run reaches an end that can be told, once', () => {
  it.each(experiments.filter(({ short }) => short))(
    '$name: $breaks',
    async (experiment) => {
      expect((await tryOnce(house, experiment, SEED)).violations).toEqual([])
    },
    TRIAL_MS,
  )
})
