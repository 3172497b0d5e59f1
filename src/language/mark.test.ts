import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markError, markPlace } from './mark.ts'

describe('markPlace', () => {
  it('puts the carets under the place', () => {
    expect(markPlace('echo a && b', { at: 7, end: 9 })).toBe('echo a && b\n       ^^')
  })

  it('points behind the last character when the place is the end', () => {
    expect(markPlace('echo', { at: 4, end: 4 })).toBe('echo\n    ^')
    expect(markPlace('', { at: 0, end: 0 })).toBe('\n^')
  })

  it('counts wide characters as two columns and combined ones as one grapheme', () => {
    expect(markPlace('日本 ;', { at: 3, end: 4 })).toBe('日本 ;\n     ^')
    expect(markPlace('😀 e\u0301 ;', { at: 6, end: 7 })).toBe('😀 e\u0301 ;\n     ^')
  })

  it('shows tabs, line breaks and invisible characters as one column each', () => {
    expect(markPlace('a\tb\n\u202ec ;', { at: 7, end: 8 })).toBe('a b⏎·c ;\n       ^')
  })

  it('cuts a long line around the place, from both sides', () => {
    const [row, carets] = markPlace(`${'a'.repeat(200)};${'b'.repeat(200)}`, { at: 200, end: 201 }).split('\n')
    expect(row).toBe(`…${'a'.repeat(30)};${'b'.repeat(41)}…`)
    expect(carets).toBe(`${' '.repeat(31)}^`)
  })

  it('always draws a caret, in two rows that fit, whatever the text and the place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(300), fc.nat(300), (line, a, length) => {
        const at = Math.min(a, line.length)
        const rows = markPlace(line, { at, end: Math.min(at + length, line.length) }).split('\n')
        expect(rows).toHaveLength(2)
        expect(rows[1]).toMatch(/^ *\^+/)
        expect(rows[1]?.length).toBeLessThanOrEqual(74)
      }),
    )
  })
})

it('markError says what is wrong above the marked line', () => {
  expect(markError('a ;', { message: 'No.', at: 2, end: 3 })).toBe('No.\n\na ;\n  ^')
})
