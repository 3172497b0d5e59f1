import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandWordProblem, edits, nameProblem, nearest } from './names.ts'

describe('nameProblem', () => {
  it.each(['deploy', 'dry-run', 'a_b', '2fa', 'größe', 'जाँच', 'x'.repeat(32)])('accepts %s', (name) => {
    expect(nameProblem(name)).toBeNull()
  })
  it.each(['', 'a b', 'a.b', 'x'.repeat(33), 'Deploy', '-a', '_a', "it's", "'a", '__proto__', 'a:b', 'a\u200bb'])(
    'refuses "%s"',
    (name) => {
      expect(nameProblem(name)).not.toBeNull()
    },
  )
})

describe('commandWordProblem', () => {
  it.each(['deploy', 'dry-run', 'a_b', 'x'.repeat(32)])('accepts %s', (word) =>
    expect(commandWordProblem(word)).toBeNull(),
  )
  it.each(['2fa', 'größe', ':tada:', '🎉', '!!', 'a:b', 'Deploy', '', 'x'.repeat(33)])(
    'refuses "%s", which a line could not name',
    (word) => {
      expect(commandWordProblem(word)).not.toBeNull()
    },
  )
})

describe('edits', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['deploy', 'depoly', 1],
    ['deploy', 'deplooy', 1],
    ['kitten', 'sitting', 3],
  ])('counts %s to %s as %i', (a, b, n) => expect(edits(a, b)).toBe(n))

  it('is symmetric, zero only for equal words, and no more than the longer word', () => {
    const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') })
    fc.assert(
      fc.property(word, word, (a, b) => {
        const d = edits(a, b)
        return d === edits(b, a) && (d === 0) === (a === b) && d <= Math.max(a.length, b.length)
      }),
    )
  })
})

describe('nearest', () => {
  it('takes two edits of a long word and one of a short one', () => {
    expect(nearest('deplyo', ['deploy', 'echo'])).toBe('deploy')
    expect(nearest('dploi', ['deploy'])).toBe('deploy')
    expect(nearest('dplio', ['deploy'])).toBeNull()
    expect(nearest('evn', ['env'])).toBe('env')
    expect(nearest('abc', ['env'])).toBeNull()
  })
  it('prefers the nearer one wherever it stands', () => {
    expect(nearest('stagin', ['staving', 'staging'])).toBe('staging')
  })
})
