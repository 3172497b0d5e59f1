import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from './base64.ts'

const encoder = new TextEncoder()

describe('base 64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('writes %j as RFC 4648, section 10, does', (text, encoded) => {
    expect(toBase64(encoder.encode(text))).toBe(encoded)
    expect(fromBase64(encoded)).toEqual(encoder.encode(text))
  })

  it('brings every list of bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      }),
    )
  })

  it.each([8_191, 8_192, 8_193, 200_000])('writes %i bytes, however few arguments a call takes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7)
    expect(fromBase64(toBase64(bytes))).toEqual(bytes)
  })

  it.each([
    ['no padding', 'Zg'],
    ['half of the padding', 'Zg='],
    ['padding alone', '===='],
    ['padding in the middle', 'Zg==Zg=='],
    ['white space', 'Zm9v\n'],
    ['the alphabet of URLs', '-_-_'],
    ['bits that the last character has to spare, of four', 'Zh=='],
    ['bits that the last character has to spare, of two', 'Zm9='],
    ['one character', 'Z'],
  ])('with %s is refused', (_, text) => {
    expect(fromBase64(text)).toBe(null)
  })

  it('has one text for each list of bytes', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQgwZz09+/='), maxLength: 12 })
    fc.assert(
      fc.property(text, (some) => {
        const bytes = fromBase64(some)
        if (bytes !== null) expect(toBase64(bytes)).toBe(some)
      }),
    )
  })
})
