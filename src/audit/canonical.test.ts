import serialize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { canonical, readCanonical } from './canonical.ts'

/** RFC 8785, appendix B, without NaN and Infinity: the bits of the number, and its text. */
const NUMBERS: readonly (readonly [bits: bigint, text: string])[] = [
  [0x0000000000000000n, '0'],
  [0x8000000000000000n, '0'],
  [0x0000000000000001n, '5e-324'],
  [0x8000000000000001n, '-5e-324'],
  [0x7fefffffffffffffn, '1.7976931348623157e+308'],
  [0xffefffffffffffffn, '-1.7976931348623157e+308'],
  [0x4340000000000000n, '9007199254740992'],
  [0xc340000000000000n, '-9007199254740992'],
  [0x4430000000000000n, '295147905179352830000'],
  [0x44b52d02c7e14af5n, '9.999999999999997e+22'],
  [0x44b52d02c7e14af6n, '1e+23'],
  [0x44b52d02c7e14af7n, '1.0000000000000001e+23'],
  [0x444b1ae4d6e2ef4en, '999999999999999700000'],
  [0x444b1ae4d6e2ef4fn, '999999999999999900000'],
  [0x444b1ae4d6e2ef50n, '1e+21'],
  [0x3eb0c6f7a0b5ed8cn, '9.999999999999997e-7'],
  [0x3eb0c6f7a0b5ed8dn, '0.000001'],
  [0x41b3de4355555553n, '333333333.3333332'],
  [0x41b3de4355555554n, '333333333.33333325'],
  [0x41b3de4355555555n, '333333333.3333333'],
  [0x41b3de4355555556n, '333333333.3333334'],
  [0x41b3de4355555557n, '333333333.33333343'],
  [0xbecbf647612f3696n, '-0.0000033333333333333333'],
  [0x43143ff3c1cb0959n, '1424953923781206.2'],
]

describe('the canonical text', () => {
  it('of the example of RFC 8785, 3.2.2, is that of 3.2.3', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`
    expect(canonical(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  it('sorts keys as the example of RFC 8785, 3.2.3, does: by UTF-16, not by code point', () => {
    const input = String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
    }`
    const names = [...canonical(JSON.parse(input)).matchAll(/:"([^"]+)"/g)].map((match) => match[1])
    expect(names).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  it.each(NUMBERS)('of the number with the bits %d is %s', (bits, text) => {
    expect(canonical(new Float64Array(new BigUint64Array([bits]).buffer)[0] ?? null)).toBe(text)
  })

  it('sorts keys that are numbers as text too', () => {
    expect(canonical({ 9: 1, 10: 2, a: { 2: 1, 11: 2 } })).toBe('{"10":2,"9":1,"a":{"11":2,"2":1}}')
  })

  it('has every own key, also one of the prototype’s', () => {
    expect(canonical(JSON.parse('{"b":{"z":1,"__proto__":2},"__proto__":3,"a":"\\ud800"}'))).toBe(
      '{"__proto__":3,"a":"\ufffd","b":{"__proto__":2,"z":1}}',
    )
  })

  it('has U+FFFD for a lone surrogate, in a key too, and null for a number that is not finite', () => {
    expect(canonical({ b: Number.POSITIVE_INFINITY, a: Number.NaN, c: ['\udc00', { '\ud800': '😀' }] })).toBe(
      '{"a":null,"b":null,"c":["\ufffd",{"\ufffd":"😀"}]}',
    )
    expect(canonical([Number.NEGATIVE_INFINITY])).toBe('[null]')
    expect(canonical({ '\ud800': 1 })).toBe('{"\ufffd":1}')
    expect(canonical('\ud800')).toBe('"\ufffd"')
  })

  it('is what the library says, in whatever order the keys come', () => {
    fc.assert(
      fc.property(json(), fc.boolean(), (value, sorted) => {
        const text = serialize(value)
        expect(canonical(sorted ? JSON.parse(text ?? '') : value)).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a text that is said to be canonical', () => {
  it('gives back the value that it was made from', () => {
    fc.assert(
      fc.property(json(), (value) => {
        expect(readCanonical(canonical(value))).toEqual(JSON.parse(canonical(value)))
      }),
    )
    expect(readCanonical('null')).toBe(null)
    expect(readCanonical('{"10":2,"9":1}')).toEqual({ 10: 2, 9: 1 })
  })

  it.each([
    ['space', '{"a": 1}'],
    ['a line break behind it', '{"a":1}\n'],
    ['keys in another order', '{"b":1,"a":2}'],
    ['keys that are numbers in the order of numbers', '{"9":1,"10":2}'],
    ['the same key twice', '{"a":1,"a":1}'],
    ['a number with too many digits', '[1.0]'],
    ['a number that is not finite', '[1e400]'],
    ['minus zero', '[-0]'],
    ['an escape without need', String.raw`["\u0041"]`],
    ['an escape in capitals', String.raw`["\u001F"]`],
    ['a lone surrogate as an escape', String.raw`["\ud800"]`],
    ['a lone surrogate as it is', '["\ud800"]'],
    ['no JSON', '{'],
    ['nothing', ''],
    ['more lists in lists than anybody means', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ])('is refused with %s', (_, text) => {
    expect(readCanonical(text)).toBe(undefined)
  })
})

/** Values with keys in any order, also such as only JSON.parse can make; no lone surrogates. */
function json(): fc.Arbitrary<Json> {
  const unit = fc.constantFrom('a', 'b', '1', '10', '"', '\\', '\u0007', '\u20ac', '\ufb33', '😀')
  const text = fc.oneof(fc.string({ unit, maxLength: 4 }), fc.constant('__proto__'))
  return fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
      ),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .uniqueArray(fc.tuple(text, tie('value')), { selector: ([key]) => key, maxLength: 5 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  })).value
}
