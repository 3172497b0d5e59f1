import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeHex, hex } from '../digest.ts'
import { canonical } from './canonical.ts'
import { PERSONAL_FIELDS } from './event.ts'
import { commitmentOf, type HmacSha256, type LeafRow, leafDataOf, sealedForm } from './leaf.ts'

const hmacSha256: HmacSha256 = (key, message) => hmac(sha256, key, message)

const EVENT = '{"at":"2026-11-21T10:00:00.000Z","code":"run.admitted","run":"r_1","v":2}'
const PERSONAL = '{"line":"deploy wéb"}'
const SALT = '000102030405060708090a0b0c0d0e0f'
/** Computed with Python's hmac. */
const COMMITMENT = '7f25d96c121655ff99d922e9a46065788827d81a73d9ab935d5f6eada53766f8'

const whole: LeafRow = { event: EVENT, personal: PERSONAL, salt: SALT, erased: null }
const erased: LeafRow = { event: EVENT, personal: null, salt: null, erased: COMMITMENT }
const bare: LeafRow = { event: EVENT, personal: null, salt: null, erased: null }

describe('the commitment to the words of people', () => {
  it('is the HMAC of their text under the salt', () => {
    expect(commitmentOf(SALT, PERSONAL, hmacSha256)).toEqual({ ok: true, value: COMMITMENT })
  })

  it('is what WebCrypto says, whatever the salt and the words', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.string({ unit: 'grapheme' }),
        async (salt, words) => {
          const key = await crypto.subtle.importKey('raw', salt, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
          const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(words))
          expect(commitmentOf(hex(salt), words, hmacSha256)).toEqual({ ok: true, value: hex(new Uint8Array(mac)) })
        },
      ),
    )
  })

  it.each([
    ['31 digits', SALT.slice(1)],
    ['30 digits', SALT.slice(2)],
    ['34 digits', `${SALT}00`],
    ['capitals', SALT.toUpperCase()],
    ['letters that are none', SALT.replace('f', 'g')],
    ['nothing', ''],
  ])('has no salt of %s', (_, salt) => {
    expect(commitmentOf(salt, PERSONAL, hmacSha256)).toEqual({ ok: false, why: 'its salt is not 32 hex digits' })
  })

  // RFC 4231's own vectors have no key of 16 bytes, so they go to the function that is handed in.
  it.each([
    ['0b'.repeat(20), '4869205468657265', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      '4a656665',
      '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    ['aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  ])('is made with the HMAC of RFC 4231: key %s', (key, message, mac) => {
    const bytes = (digits: string) => decodeHex(digits) ?? new Uint8Array()
    expect(hex(hmacSha256(bytes(key), bytes(message)))).toBe(mac)
  })
})

describe('the sealed form of a line', () => {
  it('is its event with the commitment in its place, in canonical order', () => {
    const form = `{"at":"2026-11-21T10:00:00.000Z","code":"run.admitted","personal":"${COMMITMENT}","run":"r_1","v":2}`
    expect(sealedForm(EVENT, COMMITMENT)).toEqual({ ok: true, value: form })
  })

  it('is its event where nobody’s words belong to it', () => {
    expect(sealedForm(EVENT, null)).toEqual({ ok: true, value: EVENT })
  })

  it.each([
    ['not canonical', '{"v":2, "at":""}'],
    ['not an object', '[1]'],
    ['null', 'null'],
    ['not JSON', 'hello'],
  ])('is none of an event that is %s', (_, event) => {
    expect(sealedForm(event, null)).toEqual({ ok: false, why: 'its event is not the canonical text of an object' })
  })

  it.each(['leaf', 'personal', 'salt', 'sealed', 'seq'])('is none of an event with a field %s', (field) => {
    const why = `its event has a field ${field}, which the log keeps for itself`
    expect(sealedForm(canonical({ code: 'x', [field]: 1 }), null)).toEqual({ ok: false, why })
    expect(sealedForm(canonical({ code: 'x', [field]: 1 }), COMMITMENT)).toEqual({ ok: false, why })
  })

  it.each(PERSONAL_FIELDS)('is none of an event with words of people under %s', (field) => {
    const why = `its event has a field ${field}, which is for words of people`
    expect(sealedForm(canonical({ [field]: 'x' }), null)).toEqual({ ok: false, why })
  })

  it('is none of an event whose field would be a prototype', () => {
    const why = 'its event has a field __proto__, which no event has'
    expect(sealedForm('{"__proto__":{"v":1},"code":"x"}', null)).toEqual({ ok: false, why })
    expect(sealedForm('{"code":"x","deeper":{"__proto__":1}}', null)).toMatchObject({ ok: true })
  })

  it.each([COMMITMENT.slice(1), `${COMMITMENT}0`, COMMITMENT.toUpperCase(), `${COMMITMENT}\n`, ''])(
    'has no commitment like %j',
    (commitment) => {
      expect(sealedForm(EVENT, commitment)).toEqual({ ok: false, why: 'its commitment is not 64 hex digits' })
    },
  )
})

describe('the leaf of a row', () => {
  it('is the same before and after the words of people were erased', () => {
    const before = leafDataOf(whole, hmacSha256)
    expect(before).toMatchObject({ ok: true })
    expect(leafDataOf(erased, hmacSha256)).toEqual(before)
    const form = sealedForm(EVENT, COMMITMENT)
    expect(before.ok && new TextDecoder().decode(before.value)).toBe(form.ok && form.value)
  })

  it('is the event alone where there never were any', () => {
    expect(leafDataOf(bare, hmacSha256)).toEqual({ ok: true, value: new TextEncoder().encode(EVENT) })
  })

  it('is another with any other word, salt, commitment or event', () => {
    const data = [
      whole,
      { ...whole, personal: '{"line":"deploy wéc"}' },
      { ...whole, salt: SALT.replace('0f', '0e') },
      { ...whole, event: EVENT.replace('r_1', 'r_2') },
      { ...erased, erased: COMMITMENT.replace('7f', '7e') },
      bare,
    ].map((row) => leafDataOf(row, hmacSha256))
    expect(data.every(({ ok }) => ok)).toBe(true)
    expect(new Set(data.map((leaf) => leaf.ok && hex(leaf.value))).size).toBe(data.length)
  })

  it.each<readonly [string, LeafRow, string]>([
    ['words without a salt', { ...whole, salt: null }, 'it has a personal part or a salt, and not both'],
    ['a salt without words', { ...whole, personal: null }, 'it has a personal part or a salt, and not both'],
    [
      'words that are said to be erased',
      { ...whole, erased: COMMITMENT },
      'it has a personal part, and says that it was erased',
    ],
    ['a salt that is none', { ...whole, salt: 'x' }, 'its salt is not 32 hex digits'],
    [
      'words that are not canonical',
      { ...whole, personal: '{ }' },
      'its personal part is not the canonical text of an object',
    ],
    [
      'words that are no object',
      { ...whole, personal: '"a"' },
      'its personal part is not the canonical text of an object',
    ],
    [
      'words under a name of the event',
      { ...whole, personal: '{"run":"x"}' },
      'its personal part has a field run, which is not for words of people',
    ],
    [
      'words under a name of the line',
      { ...whole, personal: '{"seq":"x"}' },
      'its personal part has a field seq, which is not for words of people',
    ],
    ['no words at all', { ...whole, personal: '{}' }, 'its personal part has no words'],
    ['an event that is not canonical', { ...whole, event: '{ }' }, 'its event is not the canonical text of an object'],
    [
      'an event with a commitment of its own',
      { ...bare, event: `{"personal":"${COMMITMENT}"}` },
      'its event has a field personal, which the log keeps for itself',
    ],
    ['a commitment that is none', { ...erased, erased: 'x' }, 'its commitment is not 64 hex digits'],
  ])('is none with %s', (_, row, why) => {
    expect(leafDataOf(row, hmacSha256)).toEqual({ ok: false, why })
  })
})
