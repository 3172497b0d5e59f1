import { describe, expect, it } from 'vitest'
import { failureOf, run } from './line.kit.ts'

describe('seed', () => {
  it('gives a record per element, whatever the elements are', async () => {
    expect(await run(`seed '[{"a":1}, 2, "x", null, [3]]'`)).toEqual([
      { a: 1 },
      { value: 2 },
      { value: 'x' },
      { value: null },
      { value: [3] },
    ])
  })

  it('gives one record for an object and for a scalar, none for the empty list', async () => {
    expect(await run(`seed '{}'`)).toEqual([{}])
    expect(await run('seed 5')).toEqual([{ value: 5 }])
    expect(await run(`seed '[]'`)).toEqual([])
  })

  it.each([
    [`seed '{"a": b}'`, 'at character 7 ("b}")'],
    [`seed '{"a": 1'`, 'it ends too early'],
    [`seed ''`, 'it ends too early'],
    [`seed '[1,]'`, 'at character 4 ("]")'],
  ])('names the place of what is broken in %s', async (line, place) => {
    expect(await failureOf(line)).toContain(`this is not JSON, ${place}: put it in single quotes`)
  })

  it('takes 100 levels and not one more', async () => {
    const nested = (levels: number) => `seed '${'['.repeat(levels)}${']'.repeat(levels)}'`
    expect(await run(nested(100))).toHaveLength(1)
    expect(await failureOf(nested(101))).toContain('deeper than 100 levels')
  })
})
