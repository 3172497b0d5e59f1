import { describe, expect, it } from 'vitest'
import { columnsOf, textTable } from './text-table.ts'

describe('textTable', () => {
  it('aligns text to the left and numbers to the right, and leaves gaps', () => {
    const records = [
      { app: 'web', size: 3 },
      { app: 'a longer one', size: 120 },
      { app: 'x', more: true },
    ]
    expect(textTable(records, columnsOf(records))).toBe(
      ['app           size  more', 'web              3', 'a longer one   120', 'x                   true'].join('\n'),
    )
  })

  it('shows a cell of 40 characters whole and cuts one of 41', () => {
    const show = (length: number) =>
      textTable([{ a: 'x'.repeat(length) }], [{ title: 'a', path: ['a'] }]).split('\n')[1]
    expect(show(40)).toBe('x'.repeat(40))
    expect(show(41)).toBe(`${'x'.repeat(39)}…`)
  })

  it('keeps a cell on one line and writes objects as JSON', () => {
    expect(textTable([{ a: 'one\ntwo', b: { c: 1 } }], columnsOf([{ a: 0, b: 0 }]))).toBe(
      'a        b\none two  {"c":1}',
    )
  })
})
