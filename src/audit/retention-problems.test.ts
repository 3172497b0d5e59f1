import { describe, expect, it } from 'vitest'
import { filledTo, outsideProblems } from './retention-problems.ts'
import { NO_ARCHIVE } from './sink-settings.ts'

const AUDIT = { webhook: null, archive: true, keepDays: null, databaseLimit: 1_000 }
const sink = (reason: string | null) => ({ name: 'webhook', cursor: 5, failures: 1, reason })

describe('how full the database is', () => {
  it.each([
    [0, null],
    [700, null],
    [701, 70],
    [900, 70],
    [901, 90],
    [5_000, 90],
  ])('%i of 1,000 bytes is over the threshold %s', (bytes, threshold) => {
    expect(filledTo(bytes, 1_000)).toBe(threshold)
  })

  it('is a problem that names the setting that helps next', () => {
    expect(outsideProblems(AUDIT, [], 950)).toEqual([
      'the database is over 90 % of PAWL_D1_LIMIT_MB: archive the audit log and set PAWL_AUDIT_KEEP_DAYS (docs/deploy.md); when it is full, nothing runs',
    ])
    expect(outsideProblems({ ...AUDIT, keepDays: 90 }, [], 750)).toEqual([
      'the database is over 70 % of PAWL_D1_LIMIT_MB: set PAWL_AUDIT_KEEP_DAYS lower; when it is full, nothing runs',
    ])
  })
})

describe('the sinks', () => {
  it('are a problem only when they are stopped for good: a failure is tried again', () => {
    expect(outsideProblems(AUDIT, [sink(null), sink('http_503')], 0)).toEqual([])
    expect(outsideProblems(AUDIT, [sink('stopped:1a2b3c4d')], 0)).toEqual([
      'the sink webhook is stopped, its receiver answered 410: set PAWL_AUDIT_WEBHOOK or its secret anew',
    ])
  })
})

it('a time to keep lines without an archive is a problem', () => {
  expect(outsideProblems({ ...AUDIT, archive: false, keepDays: 90 }, [], 0)).toEqual([NO_ARCHIVE])
  expect(outsideProblems({ ...AUDIT, archive: false }, [], 0)).toEqual([])
})
