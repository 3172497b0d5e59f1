import { describe, expect, it } from 'vitest'
import { textOf } from '../../chat/markdown.ts'
import date from './date.ts'
import { failureOf, run } from './line.kit.ts'

describe('date', () => {
  it("tells the context's now, in UTC unless told", async () => {
    expect(await run('date')).toEqual([
      {
        iso: '2026-05-01T12:00:00Z',
        date: '2026-05-01',
        time: '12:00:00',
        weekday: 'Friday',
        zone: 'UTC',
        offset: '+00:00',
        unix: 1_777_636_800,
      },
    ])
    expect(await run('date -z Asia/Tokyo | echo "$time $offset"')).toEqual([{ value: '21:00:00 +09:00' }])
  })

  it.each([
    ['date -3d', '2026-04-28T12:00:00Z'],
    ['date +90m', '2026-05-01T13:30:00Z'],
    ['date 0', '1970-01-01T00:00:00Z'],
    [`seed '{"t":60}' | date $t`, '1970-01-01T00:01:00Z'],
    ['date 2026-05-01T14:00+02:00', '2026-05-01T12:00:00Z'],
  ])('%s is %s', async (line, iso) => {
    expect(await run(line)).toMatchObject([{ iso }])
  })

  it('says how to write a time and a zone', async () => {
    expect(await failureOf('date soon')).toContain('that is not a time: write 2026-05-01')
    expect(await failureOf('date now --zone Mars')).toContain('write it as Europe/Berlin')
  })

  it('shows one as a line and several as a list', () => {
    const one = { weekday: 'Friday', date: '2026-05-01', time: '12:00:00', zone: 'UTC' }
    const view = date.view([one])
    expect(view && 'spans' in view && textOf(view)).toBe('Friday 2026-05-01 12:00:00 UTC')
    expect(date.view([one, one])).toMatchObject([{ kind: 'code' }])
  })
})
