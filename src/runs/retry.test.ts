import { describe, expect, it } from 'vitest'
import { MASK } from '../command/redact.ts'
import { isKeptWhole } from './retry.ts'

describe('a line that began with "!"', () => {
  const kept = (line: string) => isKeptWhole({ history: 'repeat', mode: 'job', line })
  const long = (length: number) => `${'x'.repeat(length - 1)}…`

  it.each([
    ['deploy web', true],
    ['deploy web…', true],
    [long(499), true],
    [long(500), false],
    [`login ${MASK}`, false],
  ])('can be run again where all of it was kept: %s', (line, whole) => {
    expect(kept(line)).toBe(whole)
  })

  it('and did not become a job may not have been understood', () => {
    expect(isKeptWhole({ history: 'repeat', mode: 'inline', line: 'deploy web' })).toBe(false)
  })
})
