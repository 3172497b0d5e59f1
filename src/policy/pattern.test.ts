import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { sizeOf } from '../pattern-size.ts'
import { compileWhole, PATTERN_MAX, PATTERN_SIZE_MAX } from './pattern.ts'

describe('the size of a pattern', () => {
  it.each([
    ['web-.*', 5],
    ['a{3}', 3],
    ['a{2,5}b', 6],
    ['a{3,}', 4],
    ['(a{10}b){3}', 33],
    ['(?:ab|c){4}', 12],
    ['[a-z]{2,40}-[0-9]{1,3}', 44],
    ['[]a]{3}', 3],
    ['[[:alpha:]]{3}', 3],
    ['\\p{Greek}{2}', 2],
    ['\\pL{10}', 10],
    ['\\x{1000}', 1],
    ['\\{5}', 3],
    ['((a{10}){10}){10}', 1_000],
    ['(a{100}){100}', 10_000],
    ['(a{0}){1000}', 1_000],
  ])('of %s is %d', (source, size) => {
    expect(sizeOf(source)).toBeGreaterThanOrEqual(size)
    expect(sizeOf(source)).toBeLessThanOrEqual(size + 2)
  })

  it('is never less than what is compiled', () => {
    const atom = fc.constantFrom('a', '.', '[ab]', '[^]x]', '\\d', '\\pL', '\\{', '(?i)b', '[[:digit:]]', '\\x{41}')
    const pattern = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { maxDepth: 3 },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a}${b}`),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(${a}|${b})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('{3}', '{2,5}', '{2,}', '*', '+', '?'))
          .map(([a, count]) => `(?:${a})${count}`),
      ),
    })).pattern
    fc.assert(
      fc.property(pattern, (source) => {
        // Beside each step of a pattern the program has jumps and captures: fewer than four.
        expect(RE2JS.compile(source).programSize()).toBeLessThanOrEqual(4 * sizeOf(source) + 8)
      }),
    )
  })
})

describe('a pattern', () => {
  it('has as many characters, and as many steps, as may be, and not one more', () => {
    expect(compileWhole('a'.repeat(PATTERN_MAX)).ok).toBe(true)
    expect(compileWhole('a'.repeat(PATTERN_MAX + 1))).toMatchObject({ ok: false })
    expect(compileWhole(`(a{${PATTERN_SIZE_MAX / 10}}){10}`).ok).toBe(true)
    expect(compileWhole(`(a{${PATTERN_SIZE_MAX / 10}}){10}b`)).toMatchObject({
      ok: false,
      message: expect.stringContaining(`${PATTERN_SIZE_MAX + 1} steps`),
    })
    expect(compileWhole('((a{50}){50}){50}')).toMatchObject({ ok: false })
  })
})
