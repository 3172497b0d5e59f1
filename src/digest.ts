/** SHA-256 over text, and bytes as hex digits. Pure but for WebCrypto. */

/** The 32 bytes of the digest of a text's UTF-8. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

/** A table, because a log of a million lines is a million digests. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += DIGITS[byte]
  return text
}

/** The bytes of a hex string, or null when it is not pairs of lower-case hex digits. */
export function decodeHex(hex: string): Uint8Array<ArrayBuffer> | null {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) return null
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

/** Eight hex digits that name a set of texts, whatever their order. */
export async function digestOf(texts: readonly string[]): Promise<string> {
  return hex(await sha256([...texts].sort().join('\n'))).slice(0, 8)
}
