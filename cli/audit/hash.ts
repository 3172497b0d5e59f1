/** The log's hashes with Node's own SHA-256, the fastest there is on this side. Pure. */
import { createHmac, hash } from 'node:crypto'
import { createMerkle, type Hash } from '../../src/audit/merkle.ts'

export const merkle = createMerkle((data) => hash('sha256', data, 'buffer'))

/**
 * The leaf of a text: what `merkle.leafHash` makes of its UTF-8 bytes, in less than half the time, for nothing is copied.
 *
 * @example leafHashOf('{"code":"run.running","v":2}')
 */
export function leafHashOf(text: string): Hash {
  // RFC 6962, 2.1: a leaf is hashed behind a zero byte.
  return hash('sha256', `\0${text}`, 'buffer')
}

/** HMAC-SHA-256. */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(message).digest()
}
