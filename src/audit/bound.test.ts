import { describe, expect, it } from 'vitest'
import { chunked, cutEvent, EVENTS_MAX_BYTES, FIELD_MAX, fittingEvents } from './bound.ts'
import { type AuditEvent, auditEvent } from './event.ts'

const event = (args: string | string[]): AuditEvent => auditEvent(0, 'policy.allowed', null, { run: 'r_1', args })

describe('an audit event', () => {
  it('keeps a field of 20,000 characters and cuts one of 20,001, saying how long it was', () => {
    const fits = event('x'.repeat(FIELD_MAX))
    expect(cutEvent(fits)).toEqual(fits)
    const { args, ...rest } = cutEvent(event('x'.repeat(FIELD_MAX + 1)))
    expect(args).toBe(`${'x'.repeat(FIELD_MAX)}… (20001 characters)`)
    expect(rest).toEqual({ v: 2, at: '1970-01-01T00:00:00.000Z', code: 'policy.allowed', run: 'r_1' })
  })

  it('keeps the beginning of a list that is too long as text', () => {
    const { args } = cutEvent(event(Array.from({ length: 10_000 }, () => 'ab')))
    expect(String(args)).toMatch(/^\["ab","ab".*… \(50001 characters\)$/)
    expect(String(args).length).toBeLessThan(FIELD_MAX + 50)
  })

  it('is never cut inside a character', () => {
    expect(JSON.stringify(cutEvent(event('😀'.repeat(FIELD_MAX))))).not.toMatch(/\\ud/)
  })
})

describe('the events of a run', () => {
  it('are all written while they fit, and the others counted', () => {
    const one = event('x'.repeat(FIELD_MAX))
    const most = Math.floor(EVENTS_MAX_BYTES / JSON.stringify(one).length)
    const of = (length: number) => fittingEvents(Array.from({ length }, () => one))
    expect(of(most)).toMatchObject({ events: { length: most }, leftOut: 0 })
    expect(of(most + 3)).toMatchObject({ events: { length: most }, leftOut: 3 })
  })

  it('are put into lists that D1 takes, counted in bytes, in order', () => {
    const lines = Array.from({ length: 7 }, (_, i) => JSON.stringify(`${i}${'€'.repeat(100_000)}`))
    const lists = chunked(lines)
    expect(lists.length).toBeGreaterThan(1)
    for (const list of lists) expect(new TextEncoder().encode(list).length).toBeLessThan(910_000)
    expect(lists.flatMap((list) => JSON.parse(list))).toEqual(lines.map((line) => JSON.parse(line)))
  })

  it('are one list when there are none', () => {
    expect(chunked([])).toEqual(['[]'])
  })
})
