import { describe, expect, it } from 'vitest'
import { inline, literal } from './d1.ts'

describe('literal', () => {
  it.each([
    [7, '7'],
    [null, 'NULL'],
    ["it's; -- a 'trap'", "'it''s; -- a ''trap'''"],
    ["a\r\nb's", `('"a\\r\\nb''s"' ->> '$')`],
  ])('writes %j so that SQLite reads it back', (value, sql) => {
    expect(literal(value)).toBe(sql)
  })

  it('refuses what SQLite would cut', () => {
    expect(() => literal('a\0b')).toThrow('NUL')
  })
})

describe('inline', () => {
  it('puts each parameter into its place, and reads none of them again', () => {
    expect(inline({ sql: 'SELECT ?2, ?1, ?10, ?1', params: ["?2 $& '", 5, ...Array(7).fill(0), null] })).toBe(
      "SELECT 5, '?2 $& ''', NULL, '?2 $& '''",
    )
  })
})
