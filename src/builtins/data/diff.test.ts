import { describe, expect, it } from 'vitest'
import { failureOf, run } from './line.kit.ts'

const SEED = `seed '{"was":[{"app":"web","v":1},{"app":"old","v":1}],"is":[{"app":"web","v":2},{"app":"api","v":1}],"n":1,"bad":[{}]}'`

describe('diff', () => {
  it('tells by a field what was changed, removed and added', async () => {
    expect(await run(`${SEED} | diff was is --by app`)).toEqual([
      { change: 'changed', key: 'web', before: { v: 1 }, after: { v: 2 } },
      { change: 'removed', key: 'old', before: { app: 'old', v: 1 }, after: null },
      { change: 'added', key: 'api', before: null, after: { app: 'api', v: 1 } },
    ])
  })

  it('compares whole records without a field, scalars too', async () => {
    expect(await run(`seed '{"a":[1,2],"b":[2,3]}' | diff a b`)).toEqual([
      { change: 'removed', key: null, before: { value: 1 }, after: null },
      { change: 'added', key: null, before: null, after: { value: 3 } },
    ])
    expect(await run(`${SEED} | diff was was`)).toEqual([])
  })

  it.each([
    ['diff was n', 'n is a number, not a list of records'],
    ['diff was gone', 'there is no field gone: the record has was, is, n, bad'],
    ['diff was bad --by app', 'record 1 of bad has no app'],
    ['diff was is --by v', 'two records of was have the same v'],
  ])('of %s it says: %s', async (stage, message) => {
    expect(await failureOf(`${SEED} | ${stage}`)).toContain(message)
  })
})
