import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countsOf, DEFAULT_MIX, readMix } from './mix.ts'
import { mapCounts } from './usage.ts'

const none = mapCounts(() => 0)

describe('a mix', () => {
  it('is read as parts, and what it does not name is none', () => {
    expect(readMix('read=70, write=29.5,job=1')).toEqual({ ok: true, mix: { ...none, read: 70, write: 29.5, job: 1 } })
  })

  it.each(['', 'read', 'read=', 'read=-1', 'read=1e3', 'red=1', 'read=1,', 'read=1;write=1', 'constructor=1'])(
    'is refused as %j, with the kinds that there are',
    (text) => {
      expect(readMix(text)).toEqual({ ok: false, why: expect.stringContaining('locked') })
    },
  )

  it('is refused when it names a kind twice', () => {
    expect(readMix('read=1,read=2')).toEqual({ ok: false, why: '--mix names read twice.' })
  })

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof readMix(text).ok).toBe('boolean')
      }),
    )
  })
})

describe('commands by their kind', () => {
  const mix = { ...none, read: 3, write: 1, job: 1, locked: 1 }

  it('are as many jobs as asked for, and of the others the parts of the mix', () => {
    expect(countsOf(100, 20, mix)).toEqual({ ok: true, counts: { ...none, read: 60, write: 20, job: 10, locked: 10 } })
  })

  it('can all be jobs, or none of them, whatever else the mix has', () => {
    expect(countsOf(10, 10, { ...none, job: 1 })).toMatchObject({ ok: true, counts: { job: 10 } })
    expect(countsOf(10, 0, { ...none, read: 1 })).toMatchObject({ ok: true, counts: { read: 10, job: 0 } })
    expect(countsOf(0, 0, none)).toEqual({ ok: true, counts: none })
  })

  it.each([
    ['there are more jobs than commands', 10, 11, mix, '--jobs 11'],
    ['there are jobs, and the mix has none', 10, 1, { ...none, read: 1 }, '--jobs 0'],
    ['not all are jobs, and the mix has nothing else', 10, 9, { ...none, job: 1 }, 'read=1'],
  ])('are refused when %s', (_, commands, jobs, asked, why) => {
    expect(countsOf(commands, jobs, asked)).toEqual({ ok: false, why: expect.stringContaining(why) })
  })

  it('are as many as asked for', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), (others, jobs) => {
        const asked = countsOf(others + jobs, jobs, DEFAULT_MIX)
        const counts = asked.ok ? Object.values(asked.counts) : []
        expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(others + jobs, 3)
      }),
    )
  })
})
