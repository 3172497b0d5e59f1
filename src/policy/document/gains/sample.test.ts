import { describe, expect, it } from 'vitest'
import { sampleOf } from './sample.ts'

describe('a sample of a pattern', () => {
  it.each([
    ['prod', 'prod'],
    ['web-.*', 'web-x'],
    ['(?i)prod', 'prod'],
    ['(web|api)-[0-9]+', 'web-0'],
    ['staging|prod', 'staging'],
    ['a\\.b\\/c', 'a.b/c'],
    ['[^x]y', '~y'],
    ['\\d{3}', null],
    ['', ''],
    ['(', null],
  ])('of %j is %j', (pattern, sample) => {
    expect(sampleOf(pattern)[0] ?? null).toBe(sample)
  })
})
