/**
 * Slack's request signature: HMAC-SHA256 over `v0:timestamp:body`, in constant time through WebCrypto. The clock is a
 * parameter; keys are kept per list of secrets. https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
import { decodeHex } from '../../digest.ts'
import { checkTimestamp, refused, VERIFIED, type Verdict } from '../signed.ts'

const SIGNATURE = /^v0=[0-9a-f]{64}$/

const HMAC = { name: 'HMAC', hash: 'SHA-256' }

/** By the list itself, which lives as long as the configuration that holds it. Keys, not promises: a promise may not cross requests. */
const keysOf = new WeakMap<readonly string[], readonly CryptoKey[]>()

/**
 * Whether the request was signed with one of the install's secrets, not longer ago nor further ahead than 300 s.
 *
 * @param secrets current first, then the one being rotated out; an empty list refuses everything
 * @param now milliseconds since 1970
 */
export async function verifySlack(
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  secrets: readonly string[],
  now: number,
): Promise<Verdict> {
  if (secrets.length === 0) return refused('secret_missing')
  const signature = headers.get('x-slack-signature')
  if (signature === null) return refused('signature_missing')
  if (!SIGNATURE.test(signature)) return refused('signature_malformed')
  const timestamp = headers.get('x-slack-request-timestamp')
  const fresh = checkTimestamp(timestamp, now)
  if (!fresh.ok) return fresh

  const prefix = new TextEncoder().encode(`v0:${timestamp}:`)
  const message = new Uint8Array(prefix.length + body.length)
  message.set(prefix)
  message.set(body, prefix.length)
  for (const key of await importSecrets(secrets)) {
    if (await matchesHmac(key, signature.slice('v0='.length), message)) return VERIFIED
  }
  return refused('signature_mismatch')
}

/** Whether `tag` (hex) is the whole HMAC-SHA256 of the message; never rejects on a malformed tag. */
export async function matchesHmac(key: CryptoKey, tag: string, message: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const bytes = decodeHex(tag)
  return bytes !== null && bytes.length === 32 && (await crypto.subtle.verify('HMAC', key, bytes, message))
}

/** A signing secret as a key that can only verify. */
export function importSecret(secret: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', secret, HMAC, false, ['verify'])
}

async function importSecrets(secrets: readonly string[]): Promise<readonly CryptoKey[]> {
  const known = keysOf.get(secrets)
  if (known) return known
  const keys = await Promise.all(secrets.map((secret) => importSecret(new TextEncoder().encode(secret))))
  keysOf.set(secrets, keys)
  return keys
}
