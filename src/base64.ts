/** Base 64 of RFC 4648, section 4, the same in workerd and in Node. Pure. */

/** Characters made from bytes at once: a call takes only so many arguments. */
const CHUNK = 8_192

/** With padding, and nothing around it. */
const FORM = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The bytes as base 64, with padding. */
export function toBase64(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return btoa(String.fromCharCode(...bytes))
  let characters = ''
  for (let i = 0; i < bytes.length; i += CHUNK) characters += String.fromCharCode(...bytes.subarray(i, i + CHUNK))
  return btoa(characters)
}

/** The bytes of such a text, or null where {@link toBase64} would not write it so: each value has one text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  // `atob` takes white space and missing padding; bits that the last character has to spare show in the way back.
  if (!FORM.test(text)) return null
  const characters = atob(text)
  if (text.endsWith('=') && btoa(characters.slice(-(characters.length % 3))) !== text.slice(-4)) return null
  const bytes = new Uint8Array(characters.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i)
  return bytes
}
