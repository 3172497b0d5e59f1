import { describe, expect, it } from 'vitest'
import type { PawlRecord } from '../json.ts'
import { type AuditCode, auditEvent } from './event.ts'
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

  it('begins with the run and what was asked, however the fields are kept', () => {
    const kept =
      '{"args_digest":"d","at":"a","channel":"C1","code":"c","command":"deploy","run":"r_1","args":{},"line":"x"}'
    expect(lineOf(kept)).toBe('a c - run=r_1 command=deploy line=x args={} args_digest=d channel=C1')
  })

  it('has the telling ones in chat', () => {
    expect(briefLineOf(event)).toBe('10:00:00 run.admitted U1 r_0123456789abcdef line="deploy web"')
  })

  it('names the stage and the command in chat, where the typed line does not', () => {
    const of = (code: AuditCode, details: PawlRecord) =>
      briefLineOf(JSON.stringify(auditEvent(0, code, null, { run: 'r_1', command: 'echo', ...details })))
    expect(of('policy.allowed', { stage: 2 })).toBe('00:00:00 policy.allowed - r_1 stage=2 command=echo')
    expect(of('policy.denied', { missing: ['a:b'], reason: 'missing_permission' })).toBe(
      '00:00:00 policy.denied - r_1 command=echo missing=["a:b"] reason=missing_permission',
    )
    expect(of('stage.failed', { stage: 1 })).toBe('00:00:00 stage.failed - r_1 stage=1 command=echo')
    expect(of('run.admitted', { line: 'echo a' })).toBe('00:00:00 run.admitted - r_1 line="echo a"')
    expect(of('run.admitted', { erased: true })).toBe('00:00:00 run.admitted - r_1 command=echo erased=true')
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
