import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern } from './pattern.ts'

function finds(pattern: string, text: string): boolean {
  const reading = compilePattern(pattern)
  if (!reading.ok) throw new Error(reading.message)
  return reading.finds(text)
}

describe('compilePattern', () => {
  it('is found anywhere unless it says ^ and $', () => {
    expect(finds('oba', 'foobar')).toBe(true)
    expect(finds('^oba', 'foobar')).toBe(false)
    expect(finds('^5$', '55')).toBe(false)
    expect(finds('^5$', '5')).toBe(true)
  })

  it('reads /pattern/ with the flags i, m and s', () => {
    expect(finds('/foo/', 'FOO')).toBe(false)
    expect(finds('/foo/i', 'FOO')).toBe(true)
    expect(finds('/^b/m', 'a\nb')).toBe(true)
    expect(finds('/a.b/s', 'a\nb')).toBe(true)
    expect(finds('/a\\/b/', 'a/b')).toBe(true)
    expect(compilePattern('/a/g')).toMatchObject({ ok: false, message: expect.stringContaining('flag g') })
  })

  it.each(['st[uff', '(', '*', '(?=a)'])('refuses %s with advice', (pattern) => {
    expect(compilePattern(pattern)).toMatchObject({ ok: false, message: expect.stringContaining('backslash') })
  })

  it('takes 500 characters and not one more', () => {
    expect(compilePattern('a'.repeat(500)).ok).toBe(true)
    expect(compilePattern('a'.repeat(501))).toMatchObject({ ok: false, message: expect.stringContaining('501') })
  })

  it('takes 1,000 steps with repeats written out, and not one more', () => {
    expect(compilePattern('a{1000}').ok).toBe(true)
    expect(compilePattern('a{1000}b')).toMatchObject({ ok: false, message: expect.stringContaining('1001 steps') })
  })

  it('is not held up by a pattern that holds a backtracking engine up for ever', () => {
    expect(finds('^(a+)+$', `${'a'.repeat(20_000)}!`)).toBe(false)
  })

  it('never throws while reading', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof compilePattern(text).ok === 'boolean'))
  })
})
