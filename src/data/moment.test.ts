import { describe, expect, it } from 'vitest'
import { momentAt, readMoment } from './moment.ts'
import { isZone } from './zone.ts'

const NOW = Date.UTC(2026, 4, 1, 12)

describe('readMoment', () => {
  it.each([
    ['now', NOW],
    ['2026-05-01', Date.UTC(2026, 4, 1)],
    ['2026-05-01T14:30', Date.UTC(2026, 4, 1, 14, 30)],
    ['2026-05-01 14:30:05.250Z', Date.UTC(2026, 4, 1, 14, 30, 5, 250)],
    ['2026-05-01T14:30+02:00', Date.UTC(2026, 4, 1, 12, 30)],
    ['2026-05-01T14:30-0530', Date.UTC(2026, 4, 1, 20)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['0001-01-01', new Date('0001-01-01T00:00:00Z').getTime()],
    ['1777636800', 1_777_636_800_000],
    [1_777_636_800.5, 1_777_636_800_500],
    ['+2h', NOW + 7_200_000],
    ['-3d', NOW - 3 * 86_400_000],
  ])('reads %j', (when, ms) => {
    expect(readMoment(when, NOW)).toBe(ms)
  })

  it.each([
    '',
    'tomorrow',
    '2026-02-29',
    '2026-13-01',
    '2026-05-01T24:00',
    '2026-05-01T12:60',
    '2h',
    '01.05.2026',
    '2026-05-01T12:00+24:00',
    1e300,
    true,
    null,
  ])('does not read %j', (when) => {
    expect(readMoment(when, NOW)).toBeNull()
  })
})

describe('momentAt', () => {
  it('tells a moment in a zone, with its offset', () => {
    expect(momentAt(NOW, 'Europe/Berlin')).toEqual({
      iso: '2026-05-01T14:00:00+02:00',
      date: '2026-05-01',
      time: '14:00:00',
      weekday: 'Friday',
      zone: 'Europe/Berlin',
      offset: '+02:00',
      unix: 1_777_636_800,
    })
  })

  it('knows winter time, UTC and midnight', () => {
    expect(momentAt(Date.UTC(2026, 0, 1, 23), 'Europe/Berlin').iso).toBe('2026-01-02T00:00:00+01:00')
    expect(momentAt(NOW, 'UTC').iso).toBe('2026-05-01T12:00:00Z')
  })

  it('is read back as the same second', () => {
    for (const zone of ['UTC', 'Asia/Kathmandu', 'America/St_Johns'])
      expect(readMoment(momentAt(NOW, zone).iso, 0)).toBe(NOW)
  })
})

describe('isZone', () => {
  it('knows what ICU knows', () => {
    expect(['UTC', 'Europe/Berlin', 'Mars/Phobos', ''].map(isZone)).toEqual([true, true, false, false])
  })
})
