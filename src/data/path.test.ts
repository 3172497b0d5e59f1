import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePath, pathText, valueAt, whatThereIs, withValue } from './path.ts'

const read = (text: string) => {
  const reading = parsePath(text)
  return reading.ok ? reading.path : reading.message
}

describe('parsePath', () => {
  it.each([
    ['size', ['size']],
    ['spec.size', ['spec', 'size']],
    ['tags[0].name', ['tags', 0, 'name']],
    ['tags.0', ['tags', '0']],
    ['first name', ['first name']],
    [`labels["a.b"]['c d']`, ['labels', 'a.b', 'c d']],
    ['["a"]', ['a']],
    ['größe-1', ['größe-1']],
  ])('reads %s', (text, path) => {
    expect(read(text)).toEqual(path)
  })

  it.each(['', '.', '.a', 'a.', 'a..b', 'a[', 'a[x]', 'a]', 'a.["b"', 'a[0]b', '[""', 'a["\\q"]'])(
    'refuses %j and says how to write a field',
    (text) => {
      expect(read(text)).toContain('write a field as size')
    },
  )

  it('takes an operator for a condition without its quotes', () => {
    expect(read('==')).toBe("is not a field: put a condition in quotes, as in 'size == 10'")
  })

  it('reads back what it writes', () => {
    const step = fc.oneof(fc.string({ minLength: 1 }), fc.nat())
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(step), (head, rest) => {
        const path = [head, ...rest]
        // A key of signs alone is taken for a slip, unless it stands in quotes.
        fc.pre(path.every((one) => typeof one === 'number' || /[\p{L}\p{N}_]/u.test(one)))
        expect(read(pathText(path))).toEqual(path)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parsePath(text).ok === 'boolean'))
  })
})

describe('valueAt', () => {
  const record = { a: { b: [10, { c: null }] }, 'x.y': 1 }

  it('walks keys and positions', () => {
    expect(valueAt(record, ['a', 'b', 0])).toBe(10)
    expect(valueAt(record, ['a', 'b', '1', 'c'])).toBeNull()
    expect(valueAt(record, ['x.y'])).toBe(1)
    expect(valueAt(record, [])).toBe(record)
  })

  it.each([[['z']], [['a', 'b', 2]], [['a', 'b', '-1']], [['a', 'b', 'length']], [['a', 'b', 0, 'c']]])(
    'finds nothing at %j',
    (path) => {
      expect(valueAt(record, path)).toBeUndefined()
    },
  )

  it.each(['__proto__', 'constructor', 'toString'])('does not see the inherited %s', (name) => {
    expect(valueAt(record, [name])).toBeUndefined()
  })
})

describe('withValue', () => {
  it('replaces without touching the old record', () => {
    const before = { a: { b: [1, 2] }, c: 3 }
    expect(withValue(before, ['a', 'b', 1], 9)).toEqual({ a: { b: [1, 9] }, c: 3 })
    expect(before).toEqual({ a: { b: [1, 2] }, c: 3 })
  })

  it('makes the objects on the way, also where null stands', () => {
    expect(withValue({}, ['a', 'b'], 1)).toEqual({ a: { b: 1 } })
    expect(withValue({ a: null }, ['a', 'b'], 1)).toEqual({ a: { b: 1 } })
  })

  it('does not go through a text or beyond a list', () => {
    expect(withValue({ a: 'x' }, ['a', 'b'], 1)).toBeNull()
    expect(withValue({ a: [1] }, ['a', 1], 2)).toBeNull()
    expect(withValue({ a: false }, ['a', 'b'], 1)).toBeNull()
  })

  it('makes a field of __proto__ and changes no prototype', () => {
    const changed = withValue({}, ['__proto__', 'admin'], true)
    expect(JSON.stringify(changed)).toBe('{"__proto__":{"admin":true}}')
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('is read back by valueAt', () => {
    const key = fc.constantFrom('a', 'b', '__proto__', 'x y')
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.integer(), (path, value) => {
        expect(valueAt(withValue({}, path, value) ?? {}, path)).toBe(value)
      }),
    )
  })
})

describe('whatThereIs', () => {
  it('names the fields of the object in which the path ends', () => {
    expect(whatThereIs({ a: 1, b: { c: 2 } }, ['x'])).toBe('the record has a, b')
    expect(whatThereIs({ b: { c: 2 } }, ['b', 'x'])).toBe('b has c')
    expect(whatThereIs({ b: [1, 2] }, ['b', 5])).toBe('b is a list of 2')
    expect(whatThereIs({ b: 'x' }, ['b', 'c'])).toBe('b is text')
    expect(whatThereIs({}, ['a'])).toBe('the record has no fields')
  })

  it('names twelve at most', () => {
    const many = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, i]))
    expect(whatThereIs(many, ['x'])).toMatch(/f11 and 1 more$/)
  })
})
