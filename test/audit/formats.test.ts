/** Exports for spreadsheets and SIEMs. */
import { describe, expect, it } from 'vitest'
import { csvLines } from '../../cli/audit/format-csv.ts'
import { ocsfOf } from '../../cli/audit/format-ocsf.ts'

const cells = (line: string) => csvLines([{ seq: 1, event: { line } }], false)

describe('CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠1'])(
    'makes text of %j, which a spreadsheet would execute',
    (line) => {
      expect(cells(line)).toContain(`"'${line}"`)
    },
  )

  it.each(['a=1', 'deploy web', "'=1", ''])('leaves %j as it is', (line) => {
    expect(cells(line)).toContain(`,"${line}",`)
  })

  it('quotes quotation marks, commas and line breaks, and ends its lines with CR and LF', () => {
    expect(
      csvLines([{ seq: 7, event: { v: 2, code: 'run.admitted', line: 'a "b",\nc', latency_ms: -5, stage: 1 } }], true),
    ).toBe(
      `"seq","at","code","platform","workspace","actor","channel","run","command","line","args","decision","outcome","reason","latency_ms","more"\r\n` +
        `7,,"run.admitted",,,,,,,"a ""b"",\nc",,,,,-5,"{""stage"":1}"\r\n`,
    )
  })
})

describe('OCSF', () => {
  const at = '2026-11-21T10:00:00.123Z'
  const who = { v: 2, at, platform: 'slack', workspace: 'T1', actor: 'U1', run: 'r_1' }

  it.each([
    [
      {
        ...who,
        code: 'policy.denied',
        command: 'deploy',
        decision: 'deny',
        reason: 'missing_permission',
        policy: '1/ab',
        rules: ['r'],
      },
      99,
      2,
    ],
    [{ ...who, code: 'policy.allowed', decision: 'allow' }, 99, 1],
    [{ ...who, code: 'run.succeeded', outcome: 'succeeded', latency_ms: 5 }, 99, 1],
    [{ ...who, code: 'run.failed', outcome: 'failed' }, 99, 2],
    [{ ...who, code: 'admin.changed', target: 'user:ada', before: null, after: ['x'] }, 1, 0],
    [{ ...who, code: 'admin.changed', target: 'user:ada', before: ['x'], after: ['y'] }, 3, 0],
    [{ ...who, code: 'admin.changed', target: 'user:ada', before: ['x'], after: null }, 4, 0],
    [{ ...who, code: 'audit.read', limit: 20 }, 2, 0],
    [{ v: 2, at, code: 'log.started', origin: 'pawl/1' }, 99, 0],
    [{ v: 2, at, code: 'delivery.refused', source: 'slack.commands' }, 99, 2],
  ])('has for %j all that API Activity asks for', (event, activity, status) => {
    const made = ocsfOf({ seq: 3, event })
    expect(made).toMatchObject({
      category_uid: 6,
      class_uid: 6003,
      activity_id: activity,
      type_uid: 600_300 + activity,
      time: Date.parse(at),
      status_id: status,
      severity_id: expect.any(Number),
      metadata: { version: '1.5.0', product: { name: 'Pawl', vendor_name: 'Pawl' }, uid: '3', event_code: event.code },
      api: { operation: expect.any(String) },
      src_endpoint: { svc_name: expect.any(String) },
    })
    // At least one of them must be there.
    expect(Object.keys(made.actor as object)).toEqual(expect.arrayContaining(['app_name']))
    // Nothing is lost: what has no place stands in `unmapped`.
    const text = JSON.stringify(made)
    for (const value of Object.values(event)) if (typeof value === 'string') expect(text).toContain(value)
  })
})
