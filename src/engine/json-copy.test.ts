import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyJson } from './json-copy.ts'

const MAX = 1_000_000
const sizeOf = (text: string) => new TextEncoder().encode(text).length

/** Whatever a careless handler may give, JSON or not. */
const anything = fc.anything({ withDate: true, withSparseArray: true, withNullPrototype: true, withBigInt: true })

describe('copyJson', () => {
  it('gives what JSON gives, and measures its text, for every JSON value', () => {
    const json = fc.json({ stringUnit: 'binary', maxDepth: 5 }).map((text): unknown => JSON.parse(text))
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value)
        // A name that is no field when it is assigned is left to JSON.
        if (text.includes('__proto__')) return
        expect(copyJson(value, MAX)).toEqual({ copy: JSON.parse(text), bytes: sizeOf(text) })
      }),
      { numRuns: 1_000 },
    )
  })

  it('gives what JSON gives or leaves it to JSON, for every value', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const copied = copyJson(value, MAX)
        if (copied === undefined) return
        const text = JSON.stringify(value)
        expect(copied).toEqual({ copy: JSON.parse(text), bytes: sizeOf(text) })
        expect(JSON.stringify(copied.copy)).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['quotes and backslashes', '"\\"'],
    ['short escapes', '\b\t\n\f\r'],
    ['other control characters', '\u0000\u001f\u007f'],
    ['two, three and four bytes', '\u0080\u07ff\u0800\uffff😀'],
    ['halves of a pair', '\ud83d', '\ude00', '\ude00\ud83d', 'a\ud83d'],
    ['numbers', 0, 9, 10, 99, 100, 999, 1_000, -1, 0.1, 1e21, 1e-7, 2 ** 53],
    ['the rest', true, false, null, [], {}, [[]], { a: [1, { b: null }], c: '' }],
  ])('measures %s', (_, ...values) => {
    const text = JSON.stringify(values)
    expect(copyJson(values, MAX)).toEqual({ copy: JSON.parse(text), bytes: sizeOf(text) })
  })

  it.each([
    ['undefined', { a: undefined }],
    ['a date', { a: new Date(0) }],
    ['no number', [Number.NaN]],
    ['minus zero', { a: -0 }],
    ['endless', [Number.POSITIVE_INFINITY]],
    ['a function', { a: () => 1 }],
    ['a large integer', [1n]],
    ['what says how it is written', { toJSON: () => 1 }],
    ['what says so beside its fields', Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 1 })],
    ['a list with a hole', Array.from({ length: 1 }).concat(1)],
    ['something of a class', new (class Host {})()],
    ['a name that is no field when it is assigned', JSON.parse('{"__proto__":{"a":1}}')],
  ])('leaves %s to JSON', (_, value) => {
    expect(copyJson([value], MAX)).toBeUndefined()
  })

  it('shares nothing with what it copies', () => {
    const value = { list: [{ a: 1 }] }
    const copied = copyJson(value, MAX)?.copy as typeof value
    value.list[0] = { a: 2 }
    expect(copied).toEqual({ list: [{ a: 1 }] })
  })

  it('copies as many bytes as it may and not one more', () => {
    expect(copyJson(['x'.repeat(6)], 10)?.bytes).toBe(10)
    expect(copyJson(['x'.repeat(7)], 10)).toBeUndefined()
  })

  it('leaves a circle, and what is endless only as a text, to JSON', () => {
    const circle: unknown[] = []
    circle.push(circle)
    expect(copyJson(circle, MAX)).toBeUndefined()
    let doubled: unknown = ['x'.repeat(100)]
    for (let i = 0; i < 60; i++) doubled = [doubled, doubled]
    expect(copyJson(doubled, MAX)).toBeUndefined()
  })
})
