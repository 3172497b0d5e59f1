/**
 * Signed notes, as C2SP has them (https://c2sp.org/signed-note), with Ed25519 keys. Pure but for WebCrypto, and the chance that
 * makes a new key.
 */
import { fromBase64, toBase64 } from '../base64.ts'
import { hex } from '../digest.ts'

/** The identifier of Ed25519 among the kinds of signatures; it stands before the public key. */
const ED25519 = 0x01
const PUBLIC_KEY_BYTES = 32
const KEY_ID_BYTES = 4

/** The specification asks for at least 16; Go's implementation stops here too. */
const SIGNATURES_MAX = 100

/** Between a note's text and its signatures: the text's own line break, and the last empty line. */
const SPLIT = '\n\n'
const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/=]+)$/u

const encoder = new TextEncoder()

/** Whose signatures one trusts. */
export interface VerifierKey {
  readonly name: string
  /** 8 hex digits that tell the keys of one name apart. */
  readonly id: string
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  readonly key: CryptoKey
}

/** A key that can sign. */
export interface Signer {
  readonly verifier: VerifierKey
  readonly key: CryptoKey
}

export type KeyResult<Key> = { readonly ok: true; readonly key: Key } | { readonly ok: false; readonly why: string }

export type NoteFault =
  | { readonly reason: 'malformed'; readonly why: string }
  /** Signed by a known name and id, and the signature is not that key's: the note was changed. */
  | { readonly reason: 'bad_signature'; readonly key: VerifierKey }
  /** None of the signatures is by a known key; `signers` are those it names, as `name+id`. */
  | { readonly reason: 'unknown_signers'; readonly signers: readonly string[] }

export type OpenedNote =
  | {
      readonly ok: true
      /** What was signed, with its last line break. */
      readonly text: string
      /** The known keys that signed it, in the order of their lines, each once. */
      readonly signers: readonly VerifierKey[]
    }
  | { readonly ok: false; readonly fault: NoteFault }

/**
 * A note's text and which of the keys signed it. Lines of unknown signers are ignored; the bad signature of a known key refuses
 * the note, also beside a good one.
 */
export async function openNote(note: string, keys: readonly VerifierKey[]): Promise<OpenedNote> {
  const parts = splitNote(note)
  if (typeof parts === 'string') return { ok: false, fault: { reason: 'malformed', why: parts } }
  const text = encoder.encode(parts.text)
  const signers = new Set<VerifierKey>()
  for (const { name, id, signature } of parts.signatures) {
    for (const key of keys) {
      if (key.name !== name || key.id !== id) continue
      if (!(await isSignedBy(key, signature, text))) return { ok: false, fault: { reason: 'bad_signature', key } }
      signers.add(key)
    }
  }
  if (signers.size > 0) return { ok: true, text: parts.text, signers: [...signers] }
  const named = new Set(parts.signatures.map(({ name, id }) => `${name}+${id}`))
  return { ok: false, fault: { reason: 'unknown_signers', signers: [...named] } }
}

/**
 * The note with one signature line for each signer.
 *
 * @param text ends in a line break
 * @throws TypeError where no reader would take the note
 */
export async function signNote(text: string, signers: readonly Signer[]): Promise<string> {
  const bytes = encoder.encode(text)
  const lines = await Promise.all(signers.map((signer) => signatureLine(signer, bytes)))
  const note = `${text}\n${lines.join('')}`
  const parts = splitNote(note)
  if (typeof parts === 'string') throw new TypeError(`this cannot be signed as a note: ${parts}`)
  return note
}

async function signatureLine({ verifier, key }: Signer, text: Uint8Array): Promise<string> {
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key, text))
  const id = await keyId(verifier.name, verifier.publicKey)
  return `— ${verifier.name} ${toBase64(new Uint8Array([...id, ...signature]))}\n`
}

/**
 * A public key from its text.
 *
 * @example await parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
 */
export async function parseVerifierKey(text: string): Promise<KeyResult<VerifierKey>> {
  // The base 64 may have a plus itself.
  const [, name = '', id = '', encoded = ''] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text) ?? []
  if (!isKeyName(name)) return { ok: false, why: 'a key is <name>+<8 hex digits>+<base 64>' }
  const bytes = fromBase64(encoded)
  if (bytes === null) return { ok: false, why: 'its last part is not base 64' }
  if (bytes[0] !== ED25519 || bytes.length !== 1 + PUBLIC_KEY_BYTES) {
    return { ok: false, why: 'its last part is not an Ed25519 public key' }
  }
  const publicKey = bytes.slice(1)
  if (hex(await keyId(name, publicKey)) !== id) {
    return { ok: false, why: 'its 8 hex digits do not fit its name and its last part: a letter was changed' }
  }
  return { ok: true, key: await verifierOf(name, publicKey) }
}

/** The text of a public key, to be kept where the log is not. */
export function formatVerifierKey({ name, id, publicKey }: VerifierKey): string {
  return `${name}+${id}+${toBase64(new Uint8Array([ED25519, ...publicKey]))}`
}

/**
 * A new signing key, and its private half (PKCS #8) to be stored.
 *
 * @param name not empty, without white space and plus
 */
export async function generateSigner(name: string): Promise<{ readonly signer: Signer; readonly pkcs8: Uint8Array }> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const pkcs8 = new Uint8Array((await crypto.subtle.exportKey('pkcs8', pair.privateKey)) as ArrayBuffer)
  const opened = await openSigner(name, pkcs8)
  if (!opened.ok) throw new TypeError(opened.why)
  return { signer: opened.key, pkcs8 }
}

/** A stored signing key; whoever has it cannot read the private half out of it again. */
export async function openSigner(name: string, pkcs8: Uint8Array): Promise<KeyResult<Signer>> {
  if (!isKeyName(name)) return { ok: false, why: 'a name of a key is not empty, and has no white space and no plus' }
  const bytes = pkcs8.slice()
  try {
    const readable = await crypto.subtle.importKey('pkcs8', bytes, 'Ed25519', true, ['sign'])
    const { x } = (await crypto.subtle.exportKey('jwk', readable)) as JsonWebKey
    const publicKey = fromBase64(`${x?.replaceAll('-', '+').replaceAll('_', '/')}=`)
    if (publicKey === null) return { ok: false, why: 'it has no public key' }
    const key = await crypto.subtle.importKey('pkcs8', bytes, 'Ed25519', false, ['sign'])
    return { ok: true, key: { verifier: await verifierOf(name, publicKey), key } }
  } catch {
    // What WebCrypto does not take for a PKCS #8 Ed25519 key.
    return { ok: false, why: 'it is not an Ed25519 private key in PKCS #8' }
  }
}

interface SignatureLine {
  readonly name: string
  readonly id: string
  readonly signature: Uint8Array<ArrayBuffer>
}

interface NoteParts {
  readonly text: string
  readonly signatures: readonly SignatureLine[]
}

/** A note taken apart, or what is wrong with it. */
function splitNote(note: string): NoteParts | string {
  if (!note.isWellFormed()) return 'it is not Unicode'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a note must not have
  if (/[\0-\x09\x0b-\x1f]/.test(note)) return 'it has control characters'
  const split = note.lastIndexOf(SPLIT)
  if (split < 0 || !note.endsWith('\n')) return 'it is not a text, an empty line, and lines of signatures'
  const lines = note.slice(split + SPLIT.length, -1).split('\n')
  if (lines.length > SIGNATURES_MAX) return `it has more than ${SIGNATURES_MAX} signatures`
  const signatures: SignatureLine[] = []
  for (const line of lines) {
    const signature = readSignature(line)
    if (signature === null) return 'a line behind its last empty line is no signature'
    signatures.push(signature)
  }
  return { text: note.slice(0, split + 1), signatures }
}

function readSignature(line: string): SignatureLine | null {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? []
  const bytes = fromBase64(encoded)
  if (!isKeyName(name) || bytes === null || bytes.length <= KEY_ID_BYTES) return null
  return { name, id: hex(bytes.subarray(0, KEY_ID_BYTES)), signature: bytes.slice(KEY_ID_BYTES) }
}

/** "Non-empty", and no "Unicode spaces or plus". */
function isKeyName(name: string): boolean {
  return name.isWellFormed() && /^[^\p{White_Space}+]+$/u.test(name)
}

async function isSignedBy(
  { key }: VerifierKey,
  signature: Uint8Array<ArrayBuffer>,
  text: Uint8Array,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify('Ed25519', key, signature, text)
  } catch {
    // workerd throws on a signature of the wrong length, where Node returns false.
    return false
  }
}

async function verifierOf(name: string, publicKey: Uint8Array<ArrayBuffer>): Promise<VerifierKey> {
  const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
  return { name, id: hex(await keyId(name, publicKey)), publicKey, key }
}

async function keyId(name: string, publicKey: Uint8Array): Promise<Uint8Array> {
  const named = new Uint8Array([...encoder.encode(`${name}\n`), ED25519, ...publicKey])
  return new Uint8Array(await crypto.subtle.digest('SHA-256', named)).slice(0, KEY_ID_BYTES)
}
