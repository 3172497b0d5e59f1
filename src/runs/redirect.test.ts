import { describe, expect, it } from 'vitest'
import { inputToJson } from '../engine/plan.ts'
import { visibilityOf } from './redirect.ts'

const queued = (text: string, platform = 'slack') => ({
  platform,
  input: JSON.stringify(inputToJson({ kind: 'line', text })),
})

describe('the end of a queued or running job that gives no answer', () => {
  it.each([
    ['deploy web', 'channel'],
    ['deploy web &gt; #ops', 'private'],
    ['deploy web &gt; <#C1|ops>', 'private'],
    ['deploy web &gt; me', 'private'],
    ['deploy web *&gt; #ops here', 'channel'],
    ['deploy web &gt; here', 'channel'],
    ["deploy '&gt; #ops'", 'channel'],
  ])('is told for %j to: %s', (text, visibility) => {
    expect(visibilityOf(queued(text))).toBe(visibility)
  })

  it('is for the room where a platform typed the arguments, which has no redirects', () => {
    const input = JSON.stringify(inputToJson({ kind: 'command', path: ['deploy'], options: new Map([['x', '> me']]) }))
    expect(visibilityOf({ platform: 'discord', input })).toBe('channel')
  })

  it('is for the room of a run whose input is no longer kept', () => {
    expect(visibilityOf({ platform: 'slack', input: null })).toBe('channel')
  })
})
