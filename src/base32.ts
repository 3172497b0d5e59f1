/** Bytes as text that people can read out and type. Pure. */

/** Crockford's base 32, lower case: no letter that is mistaken for a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** The first `characters` of the bytes, 5 bits each. */
export function base32(bytes: Uint8Array, characters: number): string {
  let text = ''
  for (let i = 0; i < characters; i++) {
    const bit = i * 5
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0)
    text += ALPHABET[(pair >> (11 - (bit & 7))) & 31]
  }
  return text
}

/** What somebody typed, as {@link base32} writes it: O, I and L are read as the digits that they look like. */
export function readBase32(typed: string): string {
  return typed.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1')
}
