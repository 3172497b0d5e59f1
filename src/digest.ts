/** SHA-256 over text. Pure but for WebCrypto. */

/** The 32 bytes of the digest of a text's UTF-8. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Eight hex digits that name a set of texts, whatever their order. */
export async function digestOf(texts: readonly string[]): Promise<string> {
  return hex(await sha256([...texts].sort().join('\n'))).slice(0, 8)
}
