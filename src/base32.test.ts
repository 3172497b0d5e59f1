import fc from 'fast-check'
import { expect, it } from 'vitest'
import { base32, readBase32 } from './base32.ts'

it('five bits are one character', () => {
  expect(base32(new Uint8Array([0b00000_000, 0b01_11111_0, 0b1010_0000]), 4)).toBe('01za')
})

it('is read back however it is typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 5, maxLength: 5 }), fc.boolean(), (bytes, upper) => {
      const text = base32(bytes, 8)
      const typed = `${text.slice(0, 4)}-${text.slice(4)} `.replaceAll('0', 'O').replaceAll('1', upper ? 'I' : 'l')
      expect(readBase32(upper ? typed.toUpperCase() : typed)).toBe(text)
    }),
  )
})

it('has no letters that look like digits or that make words of the wrong kind', () => {
  const all = base32(
    Uint8Array.from({ length: 256 }, (_, i) => i),
    400,
  )
  expect(all).not.toMatch(/[ilou]/)
})
