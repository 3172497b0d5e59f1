/**
 * Discord's request signature: Ed25519 over timestamp and body. The clock is a parameter; keys are kept per list.
 * https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint
 */
import { verifyKey } from 'discord-interactions'
import { decodeHex } from '../../digest.ts'
import { checkTimestamp, refused, VERIFIED, type Verdict } from '../signed.ts'

const SIGNATURE = /^[0-9a-f]{128}$/

/** By the list itself, which lives as long as the configuration that holds it. Keys, not promises: a promise may not cross requests. */
const keysOf = new WeakMap<readonly string[], readonly CryptoKey[]>()

/**
 * Whether the request was signed with one of the application's keys, not longer ago nor further ahead than 300 s.
 *
 * Discord itself sends badly signed PINGs to find out whether an endpoint checks; the door's 401 is what it wants to see.
 *
 * @param publicKeys 64 hex digits each, current first; an empty list refuses everything
 * @param now milliseconds since 1970
 */
export async function verifyDiscord(
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  publicKeys: readonly string[],
  now: number,
): Promise<Verdict> {
  if (publicKeys.length === 0) return refused('secret_missing')
  const signature = headers.get('x-signature-ed25519')
  if (signature === null) return refused('signature_missing')
  if (!SIGNATURE.test(signature)) return refused('signature_malformed')
  const timestamp = headers.get('x-signature-timestamp')
  const fresh = checkTimestamp(timestamp, now)
  if (!fresh.ok) return fresh

  for (const key of await importPublicKeys(publicKeys)) {
    if (await matchesEd25519(key, signature, timestamp ?? '', body)) return VERIFIED
  }
  return refused('signature_mismatch')
}

/**
 * Whether the signature (128 lower-case hex digits) is this key's over timestamp and body. The format is checked here,
 * because `verifyKey` reads any text as hex and takes what is none for zeros; it answers false where WebCrypto throws.
 */
export async function matchesEd25519(
  key: CryptoKey,
  signature: string,
  timestamp: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return SIGNATURE.test(signature) && (await verifyKey(body, signature, timestamp, key))
}

/** A public key (64 hex digits) as WebCrypto's; rejects what is none. */
export async function importPublicKey(hex: string): Promise<CryptoKey> {
  const bytes = decodeHex(hex)
  if (bytes === null || bytes.length !== 32) throw new TypeError('an Ed25519 public key is 64 hex digits')
  return crypto.subtle.importKey('raw', bytes, 'Ed25519', false, ['verify'])
}

async function importPublicKeys(publicKeys: readonly string[]): Promise<readonly CryptoKey[]> {
  const known = keysOf.get(publicKeys)
  if (known) return known
  // A key that is not a point on the curve must not lock out the other one.
  const imported = await Promise.allSettled(publicKeys.map(importPublicKey))
  const keys = imported.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  keysOf.set(publicKeys, keys)
  return keys
}
