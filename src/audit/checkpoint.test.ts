import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toBase64 } from '../base64.ts'
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { merkle } from './merkle.kit.ts'

/** The tree of golang.org/x/mod's own test (sumdb/tlog/note_test.go), with the time that the log of Pawl adds. */
const GO: Checkpoint = {
  origin: 'go.sum database tree',
  size: 123_456_789_012,
  root: merkle.leafHash(new TextEncoder().encode('hello world')),
  time: Date.UTC(2026, 10, 21, 10),
}
const ROOT = 'TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0='
const GO_TEXT = `go.sum database tree\n123456789012\n${ROOT}\ntime 2026-11-21T10:00:00.000Z\n`

describe('a checkpoint', () => {
  it('is written, and read, as Go’s, with the time behind it', () => {
    expect(formatCheckpoint(GO)).toBe(GO_TEXT)
    expect(parseCheckpoint(GO_TEXT)).toEqual({ ok: true, checkpoint: GO })
  })

  it('is read as it was written', () => {
    const checkpoint = fc.record({
      origin: fc.string({ unit: 'grapheme', minLength: 1 }).filter((origin) => !origin.includes('\n')),
      size: fc.maxSafeNat(),
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      time: fc.nat(Date.UTC(9999, 11, 31)),
    })
    fc.assert(
      fc.property(checkpoint, (some) => {
        expect(parseCheckpoint(formatCheckpoint(some))).toEqual({ ok: true, checkpoint: some })
      }),
    )
  })

  it('may have lines behind it, as the specification allows', () => {
    expect(parseCheckpoint(`${GO_TEXT}one\ntwo\n`)).toEqual({ ok: true, checkpoint: GO })
  })

  it('of an empty log has the size 0', () => {
    expect(parseCheckpoint(GO_TEXT.replace('123456789012', '0'))).toMatchObject({ checkpoint: { size: 0 } })
  })

  it.each([
    ['no origin', GO_TEXT.replace('go.sum database tree', ''), 'it is not at least four lines'],
    ['no line break at its end', GO_TEXT.slice(0, -1), 'it is not at least four lines'],
    ['an empty line behind it', `${GO_TEXT}\n`, 'it is not at least four lines'],
    ['an empty line, and one behind it', `${GO_TEXT}\nmore\n`, 'it is not at least four lines'],
    ['nothing', '', 'it is not at least four lines'],
    ['a line before it', `not\n${GO_TEXT}`, 'its second line is not a size'],
    ['a size in hex', GO_TEXT.replace('123456789012', '0xabcdef'), 'its second line is not a size'],
    ['a size that begins with 0', GO_TEXT.replace('123456789012', '01'), 'its second line is not a size'],
    ['a size with a sign', GO_TEXT.replace('123456789012', '+1'), 'its second line is not a size'],
    ['a size below 0', GO_TEXT.replace('123456789012', '-1'), 'its second line is not a size'],
    ['a size that is no whole number', GO_TEXT.replace('123456789012', '1.5'), 'its second line is not a size'],
    ['a size that is not exact', GO_TEXT.replace('123456789012', '9007199254740992'), 'its second line is not a size'],
    ['no size', GO_TEXT.replace('123456789012', ''), 'its second line is not a size'],
    ['a root too long', GO_TEXT.replace(ROOT, toBase64(new Uint8Array(33))), 'its third line is not a root hash'],
    ['a root too short', GO_TEXT.replace(ROOT, toBase64(new Uint8Array(31))), 'its third line is not a root hash'],
    ['a root with a spare bit', GO_TEXT.replace('Bb0=', 'Bb1='), 'its third line is not a root hash'],
    ['no time', GO_TEXT.replace('time ', 'date '), 'its fourth line is not the time of sealing'],
    ['a time in another form', GO_TEXT.replace('.000Z', 'Z'), 'its fourth line is not the time of sealing'],
    ['a time of another zone', GO_TEXT.replace('.000Z', '.000+00:00'), 'its fourth line is not the time of sealing'],
    ['a time that never was', GO_TEXT.replace('11-21', '02-30'), 'its fourth line is not the time of sealing'],
    ['space before the time', GO_TEXT.replace('time ', 'time  '), 'its fourth line is not the time of sealing'],
  ])('with %s is refused', (_, text, why) => {
    expect(parseCheckpoint(text)).toEqual({ ok: false, why })
  })

  it('without the fourth line, as of another log, is refused', () => {
    expect(parseCheckpoint(GO_TEXT.split('\n').slice(0, 3).join('\n').concat('\n'))).toEqual({
      ok: false,
      why: 'it is not at least four lines',
    })
  })

  it('with any one letter of it changed is another, or none', () => {
    fc.assert(
      fc.property(fc.nat(GO_TEXT.length - 1), fc.constantFrom(...'0aZ+\n '), (place, letter) => {
        const changed = GO_TEXT.slice(0, place) + letter + GO_TEXT.slice(place + 1)
        const parsed = parseCheckpoint(changed)
        if (parsed.ok) expect(formatCheckpoint(parsed.checkpoint)).toBe(changed)
      }),
    )
  })
})
