import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from '../base64.ts'
import { decodeHex } from '../digest.ts'
import {
  formatVerifierKey,
  generateSigner,
  openNote,
  openSigner,
  parseVerifierKey,
  type Signer,
  signNote,
  type VerifierKey,
} from './note.ts'

/** The keys and notes of golang.org/x/mod's own tests (sumdb/note/note_test.go), where the format comes from. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const PETER_SEED = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'
const TEXT =
  'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replace(
    '’',
    "'",
  )
const PETER_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
const ENOCH_LINE =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n'

/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, 7). */
const PKCS8_PREFIX = '302e020100300506032b657004220420'

let peter: VerifierKey
let enoch: VerifierKey
let peterSigns: Signer
beforeAll(async () => {
  peter = await keyOf(PETER)
  enoch = await keyOf(ENOCH)
  const seed = (fromBase64(PETER_SEED) ?? new Uint8Array()).slice(1)
  const signer = await openSigner('PeterNeumann', new Uint8Array([...(decodeHex(PKCS8_PREFIX) ?? []), ...seed]))
  if (!signer.ok) throw new Error(signer.why)
  peterSigns = signer.key
})

describe('a public key as text', () => {
  it('is read, and written again, as Go’s', async () => {
    expect(peter).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3' })
    expect(peter.publicKey.length).toBe(32)
    expect(formatVerifierKey(peter)).toBe(PETER)
  })

  it('is that of the Go checksum database', async () => {
    const text = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'
    expect(formatVerifierKey(await keyOf(text))).toBe(text)
  })

  it('is refused where any part of it is missing', async () => {
    for (let start = 0; start <= PETER.length; start++) {
      for (let end = start + 1; end <= PETER.length; end += 1 + (end % 5)) {
        if (start === 0 && end === PETER.length) continue
        expect((await parseVerifierKey(PETER.slice(start, end))).ok).toBe(false)
      }
    }
  })

  it('is refused where any letter of it is another', async () => {
    for (let i = 0; i < PETER.length; i++) {
      const changed = PETER.slice(0, i) + String.fromCharCode(PETER.charCodeAt(i) + 1) + PETER.slice(i + 1)
      expect((await parseVerifierKey(changed)).ok).toBe(false)
    }
  })

  it.each([
    [
      'a key too long, with the digits that fit',
      'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
    ],
    [
      'a kind of key that is unknown, with the digits that fit',
      'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    ],
    ['no name', '+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['digits in capitals', PETER.replace('c74f20a3', 'C74F20A3')],
    ['a line break', `${PETER}\n`],
    ['nothing', ''],
  ])('is refused with %s', async (_, text) => {
    expect((await parseVerifierKey(text)).ok).toBe(false)
  })

  it('says what is wrong', async () => {
    expect(await parseVerifierKey('x')).toEqual({ ok: false, why: 'a key is <name>+<8 hex digits>+<base 64>' })
    expect(await parseVerifierKey(PETER.replace('P', 'Q'))).toEqual({
      ok: false,
      why: 'its 8 hex digits do not fit its name and its last part: a letter was changed',
    })
  })
})

describe('a signed note', () => {
  it('is what Go’s implementation writes with the same key', async () => {
    expect(await signNote(TEXT, [peterSigns])).toBe(`${TEXT}\n${PETER_LINE}`)
  })

  it('opens with one known signer beside an unknown one, and with both', async () => {
    const note = `${TEXT}\n${PETER_LINE}${ENOCH_LINE}`
    expect(await openNote(note, [peter])).toEqual({ ok: true, text: TEXT, signers: [peter] })
    expect(await openNote(note, [enoch, peter])).toEqual({ ok: true, text: TEXT, signers: [peter, enoch] })
  })

  it('without a known signer names those that it has', async () => {
    expect(await openNote(`${TEXT}\n${PETER_LINE}${ENOCH_LINE}${PETER_LINE}`, [])).toEqual({
      ok: false,
      fault: { reason: 'unknown_signers', signers: ['PeterNeumann+c74f20a3', 'EnochRoot+af0cfe78'] },
    })
  })

  it('with a bad signature of a known key is refused, also behind a good one of the same key', async () => {
    const bad = PETER_LINE.replace('ZJku', 'ZJkv')
    const longer = `${PETER_LINE.slice(0, 60)}ABCD${PETER_LINE.slice(60)}`
    for (const lines of [bad, longer, ENOCH_LINE + bad, bad + PETER_LINE, PETER_LINE + bad]) {
      const opened = await openNote(`${TEXT}\n${lines}`, [peter, enoch])
      expect(opened).toEqual({ ok: false, fault: { reason: 'bad_signature', key: peter } })
    }
    expect(await openNote(`${TEXT}\n${bad}${ENOCH_LINE}`, [enoch])).toMatchObject({ ok: true, signers: [enoch] })
  })

  it('by another of the same name, or with the same id under another name, is by an unknown signer', async () => {
    for (const line of [PETER_LINE.replace('PeterNeumann', 'CarmenSandiego'), PETER_LINE.replace('x08g', 'xxxx')]) {
      expect(await openNote(`${TEXT}\n${line}`, [peter])).toMatchObject({ fault: { reason: 'unknown_signers' } })
      expect(await openNote(`${TEXT}\n${line}${PETER_LINE}`, [peter])).toMatchObject({ ok: true, signers: [peter] })
    }
  })

  it('of the specification opens at its last empty line', async () => {
    const note = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`
    expect(await openNote(note, [peter])).toEqual({
      ok: false,
      fault: { reason: 'unknown_signers', signers: ['quasimodo.example/salvatore+367ba04b'] },
    })
  })

  it('of the Go checksum database opens with its published key', async () => {
    const key = await keyOf('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8')
    // The signature of the example in tlog-checkpoint, under the names that it was made with.
    const text = 'go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
    const line =
      '— sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n'
    expect(await openNote(`${text}\n${line}`, [key])).toEqual({ ok: true, text, signers: [key] })
    const changed = await openNote(`${text.replace('20852163', '20852164')}\n${line}`, [key])
    expect(changed).toEqual({ ok: false, fault: { reason: 'bad_signature', key } })
  })

  it.each([
    ['no signatures', TEXT],
    ['nothing behind the empty line', `${TEXT}\n`],
    ['no line break at its end', `${TEXT}\n${PETER_LINE.slice(0, -1)}`],
    ['a control character', `\u0001${TEXT}\n${PETER_LINE}`],
    ['a tab', `\t${TEXT}\n${PETER_LINE}`],
    ['line breaks of another kind', `${TEXT}\n${PETER_LINE}`.replaceAll('\n', '\r\n')],
    ['what is not Unicode', `\ud800${TEXT}\n${PETER_LINE}`],
    ['a name with a space', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', 'Bad Name')}`],
    ['a name with a space that is not ASCII', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', 'Bad\u0085Name')}`],
    ['a name with a plus', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', 'Bad+Name')}`],
    ['no name', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', '')}`],
    ['a hyphen for the dash', `${TEXT}\n${PETER_LINE.replace('—', '-')}`],
    ['a signature that is no base 64', `${TEXT}\n${PETER_LINE.replace('=', '')}`],
    ['a signature of nothing but the id', `${TEXT}\n— PeterNeumann x08gow==\n`],
    ['another line behind the signatures', `${TEXT}\n${PETER_LINE}Unexpected line.\n`],
    ['an empty line behind the signatures', `${TEXT}\n${PETER_LINE}\n`],
    ['an empty line between the signatures, and no signature before it', `${PETER_LINE}\n${PETER_LINE}\n`],
    ['101 signatures', `${TEXT}\n${PETER_LINE.repeat(101)}`],
    ['nothing at all', ''],
  ])('with %s is malformed', async (_, note) => {
    expect(await openNote(note, [peter])).toMatchObject({ ok: false, fault: { reason: 'malformed' } })
  })

  it('may have 100 signatures', async () => {
    expect(await openNote(`${TEXT}\n${PETER_LINE.repeat(100)}`, [peter])).toEqual({
      ok: true,
      text: TEXT,
      signers: [peter],
    })
  })

  it('opens as it was signed, whatever its text: also with empty lines, and with a note inside', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 10 }).filter((text) => [...text].every((letter) => letter >= ' ')),
      fc.constantFrom('', '— PeterNeumann x08gow==', PETER_LINE.slice(0, -1)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), async (lines) => {
        const text = `${lines.join('\n')}\n`
        const note = await signNote(text, [peterSigns])
        expect(await openNote(note, [peter])).toEqual({ ok: true, text, signers: [peter] })
      }),
    )
  })

  it('does not open as signed with any one bit of it changed', async () => {
    const note = new TextEncoder().encode(`${TEXT}\n${PETER_LINE}`)
    await fc.assert(
      fc.asyncProperty(fc.nat(note.length * 8 - 1), async (bit) => {
        const changed = note.with(bit >> 3, (note[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
        expect(
          (await openNote(new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(changed), [peter])).ok,
        ).toBe(false)
      }),
      { numRuns: 400 },
    )
  })

  it('is not made of what would not open', async () => {
    for (const text of ['', 'no line break', 'a\tb\n', 'a\rb\n', '\ud800\n']) {
      await expect(signNote(text, [peterSigns])).rejects.toThrow(TypeError)
    }
    await expect(signNote('text\n', [])).rejects.toThrow(TypeError)
  })
})

describe('a new signing key', () => {
  it('signs what its public key opens, also after it was stored', async () => {
    const { signer, pkcs8 } = await generateSigner('pawl/0a1b2c3d')
    const stored = await openSigner('pawl/0a1b2c3d', pkcs8)
    if (!stored.ok) throw new Error(stored.why)
    const vkey = formatVerifierKey(signer.verifier)
    expect(vkey).toMatch(/^pawl\/0a1b2c3d\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/)
    expect(formatVerifierKey(stored.key.verifier)).toBe(vkey)
    const key = await keyOf(vkey)
    const note = await signNote('text\n', [signer, peterSigns])
    expect(await openNote(note, [key, peter])).toEqual({ ok: true, text: 'text\n', signers: [key, peter] })
    expect(await signNote('text\n', [stored.key, peterSigns])).toBe(note)
  })

  it('does not give away its private half', async () => {
    const { signer } = await generateSigner('pawl/0a1b2c3d')
    expect(signer.key.extractable).toBe(false)
    expect(peterSigns.key.extractable).toBe(false)
  })

  it('is different each time, under the same name', async () => {
    const [one, other] = [await generateSigner('pawl/0a1b2c3d'), await generateSigner('pawl/0a1b2c3d')]
    expect(formatVerifierKey(one.signer.verifier)).not.toBe(formatVerifierKey(other.signer.verifier))
  })

  it('is refused where it is none, or its name is none', async () => {
    const { pkcs8 } = await generateSigner('pawl/0a1b2c3d')
    expect((await openSigner('pawl/0a1b2c3d', pkcs8.slice(1))).ok).toBe(false)
    expect((await openSigner('pawl/0a1b2c3d', new Uint8Array())).ok).toBe(false)
    for (const name of ['', 'a b', 'a+b', 'a\nb', '\ud800']) expect((await openSigner(name, pkcs8)).ok).toBe(false)
    await expect(generateSigner('a b')).rejects.toThrow(TypeError)
    expect(toBase64(pkcs8).startsWith(toBase64(decodeHex(PKCS8_PREFIX) ?? new Uint8Array()).slice(0, 20))).toBe(true)
  })
})

async function keyOf(text: string): Promise<VerifierKey> {
  const parsed = await parseVerifierKey(text)
  if (!parsed.ok) throw new Error(parsed.why)
  return parsed.key
}
