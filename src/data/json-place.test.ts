import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenAt, placeInText } from './json-place.ts'

describe('brokenAt', () => {
  it.each([
    ['', 0],
    ['{"a": b}', 6],
    ['[1,]', 3],
    ['{"a":1,}', 7],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['[1}', 2],
    ['1 2', 2],
    ['01', 1],
    ['"a', 0],
    ['"\t"', 0],
    ['[1', 2],
    ['{"a":', 5],
    ['nul', 0],
    [']', 0],
  ])('%j breaks at %i', (text, at) => {
    expect(brokenAt(text)).toBe(at)
  })

  it('agrees with JSON.parse on what is JSON', () => {
    const isJson = (text: string) => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-0.5e3',
      'true',
      'null',
      ' ',
      '\\',
      '"',
      'x',
      '0',
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((all) => all.join('')),
      fc.json(),
      fc.json().map((json) => json.slice(0, -1)),
    )
    fc.assert(
      fc.property(text, (one) => {
        expect(brokenAt(one) === null).toBe(isJson(one))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('placeInText', () => {
  it('shows 20 characters from the place on', () => {
    expect(placeInText(`[${'x'.repeat(20)}`)).toBe(`, at character 2 ("${'x'.repeat(20)}")`)
    expect(placeInText(`[${'x'.repeat(21)}`)).toBe(`, at character 2 ("${'x'.repeat(20)}…")`)
    expect(placeInText('[1')).toBe(', it ends too early')
    expect(placeInText('[]')).toBe('')
  })
})
