import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutToWidth, padToWidth, widthOf } from './width.ts'

describe('widthOf', () => {
  it.each([
    ['plain text', 10],
    ['é', 1],
    ['e\u0301', 1],
    ['日本語', 6],
    ['ｶﾅ', 2],
    ['ＡＢ', 4],
    ['한국', 4],
    ['👍', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['✅', 2],
    ['❤️', 2],
    ['→', 1],
    ['\u200b', 0],
    ['', 0],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width)
  })
})

describe('cutToWidth', () => {
  it('shows what fits exactly, and cuts one column more', () => {
    expect(cutToWidth('abcd', 4)).toBe('abcd')
    expect(cutToWidth('abcde', 4)).toBe('abc…')
    expect(cutToWidth('日本', 4)).toBe('日本')
    expect(cutToWidth('日本語', 4)).toBe('日…')
  })

  it('never cuts a picture in two', () => {
    expect(cutToWidth('a👩‍👩‍👧‍👦b', 4)).toBe('a👩‍👩‍👧‍👦b')
    expect(cutToWidth('a👩‍👩‍👧‍👦b', 3)).toBe('a…')
  })

  it('shows a heap of marks as one sign', () => {
    expect(cutToWidth(`a${'\u0301'.repeat(500)}b`, 20).length).toBeLessThan(30)
  })

  it('fills exactly the columns it is given, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        const cell = cutToWidth(text, columns)
        expect(widthOf(cell)).toBeLessThanOrEqual(columns)
        expect(widthOf(padToWidth(cell, columns, 'left'))).toBe(columns)
        expect(widthOf(padToWidth(cell, columns, 'right'))).toBe(columns)
        if (widthOf(text) <= columns) expect(cell).toBe(text)
      }),
    )
  })
})
