import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { compareValues, identityOf, numberOf, textOfValue } from './value.ts'

const json = fc.jsonValue() as fc.Arbitrary<Json>

describe('compareValues', () => {
  it('orders kinds, and values within a kind', () => {
    const ordered: (Json | undefined)[] = [
      -1,
      2,
      10,
      false,
      true,
      {},
      { a: 1 },
      { a: 2 },
      { b: 0 },
      { a: 0, b: 0 },
      [],
      [1],
      [1, 0],
      [2],
      '',
      '10',
      '9',
      'B',
      'a',
    ]
    const shuffled = ordered.toReversed()
    expect(shuffled.sort(compareValues)).toEqual(ordered)
  })

  it('puts null and what is missing last', () => {
    expect([null, 'x', 1].sort(compareValues)).toEqual([1, 'x', null])
    expect(compareValues(undefined, null)).toBe(0)
    expect(compareValues('x', undefined)).toBeLessThan(0)
  })

  it('is a total order that agrees with identity', () => {
    fc.assert(
      fc.property(json, json, json, (a, b, c) => {
        const sign = Math.sign(compareValues(a, b))
        expect(sign + Math.sign(compareValues(b, a))).toBe(0)
        if (sign <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0)
        // -0 and 0 are one number, and JSON writes them alike.
        expect(sign === 0).toBe(identityOf(a) === identityOf(b))
      }),
    )
  })
})

describe('identityOf', () => {
  it('does not mind the order of fields, at any depth', () => {
    expect(identityOf({ a: 1, b: { c: 2, d: 3 } })).toBe(identityOf({ b: { d: 3, c: 2 }, a: 1 }))
  })
  it.each<[Json, Json]>([
    [1, '1'],
    [null, 'null'],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 1, b: null }],
    [{ 'a":1,"b': 2 }, { a: 1, b: 2 }],
  ])('tells %j from %j', (a, b) => {
    expect(identityOf(a)).not.toBe(identityOf(b))
  })
})

describe('numberOf', () => {
  it.each<[Json, number]>([
    [3, 3],
    ['3', 3],
    ['-1.50', -1.5],
    ['1e3', 1000],
    ['.5', 0.5],
  ])('takes %j', (value, number) => {
    expect(numberOf(value)).toBe(number)
  })
  it.each<Json>(['', ' 3', '0x10', '3 GB', 'Infinity', '1e999', true, null, [3]])('does not take %j', (value) => {
    expect(numberOf(value)).toBeNull()
  })
})

describe('textOfValue', () => {
  it('leaves text as it is and writes the rest as JSON', () => {
    expect(['a b', 2.5, true, { a: [1] }, null, undefined].map((value) => textOfValue(value))).toEqual([
      'a b',
      '2.5',
      'true',
      '{"a":[1]}',
      'null',
      'null',
    ])
  })
})
