import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CommandFailure } from '../../command/failure.ts'
import { readRule, textOfWords } from './rule-text.ts'

describe('the words of a line as one text', () => {
  it('are joined, and what was quoted as a whole stays as it is', () => {
    expect(textOfWords(['when', 'command', 'is', 'deploy', 'allow'])).toBe('when command is deploy allow')
    expect(textOfWords(['when command is "deploy" allow'])).toBe('when command is "deploy" allow')
    expect(textOfWords([])).toBe('')
  })

  it('give back every word that had to be quoted, whatever is in it', () => {
    const reason = fc.string({ unit: 'grapheme', maxLength: 100 }).map((text) => `a ${text.replaceAll('<', '')}`)
    fc.assert(
      fc.property(reason, (because) => {
        const rule = readRule(textOfWords(['when', 'command', 'is', 'deploy', 'forbid', 'because', because]))
        expect(rule.verdict).toEqual({ kind: 'forbid', because })
      }),
    )
  })
})

it('a rule that cannot be read is refused with the place under it', () => {
  const refusal = () => readRule('when command is deploy mst have x:y')
  expect(refusal).toThrow(CommandFailure)
  try {
    refusal()
  } catch (error) {
    expect((error as CommandFailure).shown).toBe('when command is deploy mst have x:y\n                       ^^^')
  }
})
