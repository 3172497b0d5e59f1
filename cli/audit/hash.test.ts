import fc from 'fast-check'
import { expect, it } from 'vitest'
import { leafHashOf, merkle } from './hash.ts'

it('hashes a text as the tree hashes its bytes', () => {
  const encoder = new TextEncoder()
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(leafHashOf(text)).toEqual(merkle.leafHash(encoder.encode(text)))
    }),
  )
})
