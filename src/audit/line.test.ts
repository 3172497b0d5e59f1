import { describe, expect, it } from 'vitest'
import { auditEvent } from './event.ts'
import { briefLineOf, lineOf } from './line.ts'

const event = JSON.stringify(
  auditEvent(
    Date.UTC(2026, 10, 21, 10),
    'run.admitted',
    { platform: 'slack', workspace: 'T1', id: 'U1' },
    {
      run: 'r_0123456789abcdef',
      line: 'deploy web',
      args: { service: 'web' },
      left: undefined,
    },
  ),
)

describe('a line of the audit log', () => {
  it('has every field on the command line', () => {
    expect(lineOf(event)).toBe(
      '2026-11-21T10:00:00.000Z run.admitted slack:T1:U1 run=r_0123456789abcdef line="deploy web" args={"service":"web"}',
    )
  })

  it('has the telling ones in chat', () => {
    expect(briefLineOf(event)).toBe('10:00:00 run.admitted U1 r_0123456789abcdef line="deploy web"')
  })

  it('is cut to one row in chat, at 140 characters and not one earlier', () => {
    const of = (length: number) => JSON.stringify({ at: 'x'.repeat(20), code: 'c', line: 'y'.repeat(length) })
    const base = briefLineOf(of(1)).length - 1
    expect(briefLineOf(of(140 - base))).toHaveLength(140)
    expect(briefLineOf(of(140 - base)).endsWith('…')).toBe(false)
    expect(briefLineOf(of(141 - base))).toHaveLength(140)
    expect(briefLineOf(of(141 - base)).endsWith('…')).toBe(true)
  })

  it('shows a line break as text, so that one event stays one line', () => {
    expect(lineOf(JSON.stringify({ at: 'a', code: 'c', line: 'x\ny' }))).not.toContain('\n')
  })
})
