import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AUDIT_CODES } from './event.ts'
import { type FilterWords, readFilter } from './filter.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const HOUR = 3_600_000

const read = (words: FilterWords) => {
  const reading = readFilter(words, NOW)
  return reading.ok ? reading.filter : reading.why
}

describe('readFilter', () => {
  it('asks for everything where nothing is said', () => {
    expect(readFilter({}, NOW)).toEqual({ ok: true, filter: {}, told: {} })
  })

  it.each([
    ['2h', NOW - 2 * HOUR],
    ['-2h', NOW - 2 * HOUR],
    ['1d2h', NOW - 26 * HOUR],
    ['2026-11-20', Date.UTC(2026, 10, 20)],
    ['2026-11-20T10:00:00Z', Date.UTC(2026, 10, 20, 10)],
    ['2026-11-20T10:00+02:00', Date.UTC(2026, 10, 20, 8)],
  ])('reads %s as a moment', (since, at) => {
    expect(read({ since })).toEqual({ since: at })
    expect(readFilter({ since }, NOW)).toMatchObject({ told: { since: new Date(at).toISOString() } })
  })

  it.each(['soon', '2026-02-30', '2 hours', ''])('refuses %j as a moment', (until) => {
    expect(read({ until })).toMatch(/^--until is a date as .* a length of time ago as 2h or 7d, not /)
  })

  it('refuses a time that ends before it begins', () => {
    expect(read({ since: '2h', until: '1h' })).toEqual({ since: NOW - 2 * HOUR, until: NOW - HOUR })
    expect(read({ since: '1h', until: '1h' })).toContain('nothing lies between them')
    expect(read({ since: '1h', until: '2h' })).toContain('nothing lies between them')
  })

  it('knows every code, its family, and its outcome', () => {
    for (const code of AUDIT_CODES) {
      const [family, outcome] = code.split('.')
      expect(read({ code })).toEqual({ code })
      expect(read({ code: `${family}.*` })).toEqual({ code: `${family}.` })
      expect(read({ outcome })).toEqual({ outcome })
    }
  })

  it.each([
    [{ code: 'run.denid' }, 'did you mean run.denied?'],
    [{ code: 'run' }, 'there is no code run'],
    [{ code: '*' }, 'there is no code'],
    [{ outcome: 'succeded' }, 'did you mean succeeded?'],
    [{ outcome: 'splendid' }, 'allowed, denied, succeeded'],
    [{ run: 'r_1' }, '--run is a run id'],
    [{ command: 'a b c d' }, '--command is the name of a command'],
    [{ command: `deploy' OR 1` }, '--command is the name of a command'],
  ])('says what is wrong with %j', (words, why) => {
    expect(read(words)).toContain(why)
  })

  it('takes a command with spaces or colons', () => {
    expect(read({ command: ' pack  install ' })).toEqual({ command: 'pack:install' })
    expect(read({ command: 'pack:install' })).toEqual({ command: 'pack:install' })
  })

  it('answers anything that people type, and never throws', () => {
    const word = fc.option(fc.string({ unit: 'binary' }), { nil: undefined })
    const words = fc.record({ command: word, run: word, code: word, outcome: word, since: word, until: word })
    fc.assert(
      fc.property(words, (typed) => {
        const reading = readFilter(typed, NOW)
        if (reading.ok) expect(Object.keys(reading.told).sort()).toEqual(Object.keys(reading.filter).sort())
        else expect(reading.why).not.toBe('')
      }),
    )
  })
})
