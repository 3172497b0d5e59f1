import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1h30m', 5_400_000],
    ['0s', 0],
  ])('reads %s as %i ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', '10', 's', '10 m', '-1s', '1.5h', '1m1h', '1m1m', '10M', '1234567s'])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeNull()
  })

  it('reads back what formatDuration wrote, for any number of seconds', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (seconds) => parseDuration(formatDuration(seconds * 1_000)) === seconds * 1_000),
    )
  })
})

describe('formatDuration', () => {
  it('rounds a part of a second up', () => expect(formatDuration(1_001)).toBe('2s'))
  it('never goes below zero', () => expect(formatDuration(-5)).toBe('0s'))
})
