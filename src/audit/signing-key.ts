/** The keys that sign the log, as the Ledger keeps them. Pure but for WebCrypto, and the chance that makes a new key. */
import { hex } from '../digest.ts'
import { formatVerifierKey, generateSigner, openSigner, type Signer } from './note.ts'

/** Before the random part of a log's name. */
const ORIGIN_PREFIX = 'pawl/'

/** Four bytes: enough to tell the few logs of a company apart; what a log is known by is its key. */
const ORIGIN_BYTES = 4

export interface SigningKey {
  /** The public key's text, for those who verify. */
  readonly vkey: string
  /** The private key (PKCS #8). */
  readonly pkcs8: Uint8Array
  /** Milliseconds since 1970. */
  readonly since: number
}

/** A key that signed before, of which only the public half is left. */
export interface FormerKey {
  readonly vkey: string
  readonly since: number
  readonly until: number
}

/** A name for a new log, which is also the name of its keys. */
export function newOrigin(): string {
  return ORIGIN_PREFIX + hex(crypto.getRandomValues(new Uint8Array(ORIGIN_BYTES)))
}

/** A new key of a log. */
export async function newSigningKey(origin: string, now: number): Promise<SigningKey> {
  const { signer, pkcs8 } = await generateSigner(origin)
  return { vkey: formatVerifierKey(signer.verifier), pkcs8, since: now }
}

/**
 * What signs with a kept key.
 *
 * @throws TypeError when it is not what {@link newSigningKey} made
 */
export async function signerOf(origin: string, { pkcs8 }: SigningKey): Promise<Signer> {
  const opened = await openSigner(origin, pkcs8)
  if (!opened.ok) throw new TypeError(`the key that signs the log cannot be used: ${opened.why}`)
  return opened.key
}
