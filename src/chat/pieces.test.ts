import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText, readableSpans, splitSpans } from './pieces.ts'

const LENGTH = { character: (c: string) => c.length, marks: () => 0 }
const texts = (pieces: { text: string }[][]) => pieces.map((piece) => piece.map((span) => span.text).join(''))

const IDS = { user: /^U\d+$/, channel: /^C\d+$/, typed: /(?<!\w)(?:#(?<room>C\d+)|@(?<person>U\d+))(?!\w)/g }

describe('splitting', () => {
  it('text of exactly the limit is one piece, one more is two', () => {
    expect(texts(splitSpans([{ text: 'x'.repeat(10) }], 10, LENGTH))).toEqual(['x'.repeat(10)])
    expect(texts(splitSpans([{ text: 'x'.repeat(11) }], 10, LENGTH))).toEqual(['x'.repeat(10), 'x'])
  })

  it('breaks at a line in the second half, and not at one in the first', () => {
    expect(texts(splitSpans([{ text: 'aaaaaaa\nbbbbb' }], 10, LENGTH))).toEqual(['aaaaaaa', 'bbbbb'])
    expect(texts(splitSpans([{ text: 'a\nbbbbbbbbbbb' }], 10, LENGTH))).toEqual(['a\nbbbbbbbb', 'bbb'])
  })

  it('never cuts a character or a name in two', () => {
    expect(texts(splitSpans([{ text: '😀😀😀' }], 5, LENGTH))).toEqual(['😀😀', '😀'])
    const name = { text: 'somebody', user: 'U1' }
    expect(splitSpans([{ text: 'aaaa' }, name], 10, { ...LENGTH, marks: (s) => (s.user ? 8 : 0) })).toEqual([
      [{ text: 'aaaa' }],
      [name],
    ])
  })

  it('loses nothing but line breaks, and exceeds nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.integer({ min: 40, max: 200 }), (parts, limit) => {
        const pieces = texts(
          splitSpans(
            parts.map((text) => ({ text })),
            limit,
            LENGTH,
          ),
        )
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(limit)
        expect(pieces.join('').replaceAll('\n', '')).toBe(parts.join('').replaceAll('\n', ''))
      }),
    )
  })
})

describe('text on its way out', () => {
  it('shows what nobody would see', () => {
    expect(cleanText('a\u0000b\u001b[31mc\u202ed\ud800\r\ne\tf')).toBe('a\ufffdb\ufffd[31mc\ufffdd\ufffd\ne\tf')
  })

  it('has its addresses made links to what they say', () => {
    expect(readableSpans([{ text: 'see https://x.test/a?b=c, now', bold: true }], IDS)).toEqual([
      { text: 'see ', bold: true },
      { text: 'https://x.test/a?b=c', bold: true, link: 'https://x.test/a?b=c' },
      { text: ', now', bold: true },
    ])
  })

  it('drops a link that is no address of the web', () => {
    for (const link of ['javascript:alert(1)', 'https://x.test/>|<!here', `https://x.test/${'a'.repeat(600)}`])
      expect(readableSpans([{ text: 'x', link }], IDS)).toEqual([{ text: 'x' }])
  })

  it('has rooms and people named again that were typed into it, in code as well, but not in an address', () => {
    expect(
      readableSpans(
        [
          { text: 'in #C1, by @U2', bold: true },
          { text: 'say hi > #C1', code: true },
        ],
        IDS,
      ),
    ).toEqual([
      { text: 'in ', bold: true },
      { text: '#C1', channel: 'C1' },
      { text: ', by ', bold: true },
      { text: '@U2', user: 'U2' },
      { text: 'say hi > ', code: true },
      { text: '#C1', channel: 'C1' },
    ])
    const address = 'https://x.test/?a=#C1'
    expect(readableSpans([{ text: address }], IDS)).toEqual([{ text: address, link: address }])
    for (const text of ['issue#C1 and #C1x', 'ada@U1 and @U1x'])
      expect(readableSpans([{ text }], IDS)).toEqual([{ text }])
  })

  it('names whom it cannot name as text', () => {
    expect(
      readableSpans(
        [
          { text: 'ada', user: 'U1' },
          { text: 'x', user: '<!here>' },
        ],
        IDS,
      ),
    ).toEqual([{ text: 'ada', user: 'U1' }, { text: 'x' }])
  })
})
