import { describe, expect, it } from 'vitest'
import { EDITS_APART_MS, PROGRESS_INTERVAL_MS } from './limits.ts'
import { joinPace } from './pace.ts'

describe('the pause between two edits', () => {
  it('is the usual one while two jobs are at work, and grows with the third', () => {
    const house = {}
    const first = joinPace(house, 'slack:T1')
    joinPace(house, 'slack:T1')
    expect(first.interval()).toBe(PROGRESS_INTERVAL_MS)
    joinPace(house, 'slack:T1')
    expect(first.interval()).toBe(3 * EDITS_APART_MS)
    expect(3 * EDITS_APART_MS).toBeGreaterThan(PROGRESS_INTERVAL_MS)
  })

  it('counts nobody of another workspace, nor of another house', () => {
    const house = {}
    const first = joinPace(house, 'slack:T1')
    for (let i = 0; i < 9; i++) joinPace(house, 'slack:T2')
    for (let i = 0; i < 9; i++) joinPace({}, 'slack:T1')
    expect(first.interval()).toBe(PROGRESS_INTERVAL_MS)
  })

  it('is the usual one again when the others have left, each of whom counts once', () => {
    const house = {}
    const first = joinPace(house, 'slack:T1')
    const others = Array.from({ length: 4 }, () => joinPace(house, 'slack:T1'))
    expect(first.interval()).toBe(5 * EDITS_APART_MS)
    others[0]?.leave()
    others[0]?.leave()
    expect(first.interval()).toBe(4 * EDITS_APART_MS)
    for (const other of others) other.leave()
    expect(first.interval()).toBe(PROGRESS_INTERVAL_MS)
  })
})
