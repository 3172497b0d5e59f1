import { describe, expect, it } from 'vitest'
import { parseConfig } from '../config.ts'
import { readAuditSettings } from './sink-settings.ts'

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`
const URL = 'https://siem.test/in?token=t'
const problemsOf = (settings: object, archive = true) => readAuditSettings(settings, archive).problems

describe('the webhook', () => {
  it('is not there when its address is not set', () => {
    expect(readAuditSettings({ PAWL_AUDIT_WEBHOOK_SECRET: secretOf(32) }, false)).toMatchObject({
      audit: { webhook: null },
      problems: [],
    })
  })

  it.each([24, 32, 64])('takes a secret of %i bytes', (bytes) => {
    const settings = { PAWL_AUDIT_WEBHOOK: URL, PAWL_AUDIT_WEBHOOK_SECRET: secretOf(bytes) }
    expect(readAuditSettings(settings, false)).toMatchObject({
      audit: { webhook: { url: URL, key: new Uint8Array(bytes).fill(1) } },
      problems: [],
    })
  })

  it.each([undefined, secretOf(23), secretOf(65), secretOf(32).slice('whsec_'.length), 'whsec_ a b', 'whpk_AAAA'])(
    'with the secret %s is a problem that says how to make one, and is sent nothing',
    (PAWL_AUDIT_WEBHOOK_SECRET) => {
      const { audit, problems } = readAuditSettings({ PAWL_AUDIT_WEBHOOK: URL, PAWL_AUDIT_WEBHOOK_SECRET }, false)
      expect(audit.webhook).toBeNull()
      expect(problems).toEqual([expect.stringContaining('`echo whsec_$(openssl rand -base64 32)`')])
    },
  )

  it.each(['http://siem.test/', 'siem.test', 'file:///etc/passwd'])(
    'at %s is a problem that does not repeat the address, and is sent nothing',
    (PAWL_AUDIT_WEBHOOK) => {
      const settings = { PAWL_AUDIT_WEBHOOK, PAWL_AUDIT_WEBHOOK_SECRET: secretOf(32) }
      expect(readAuditSettings(settings, false)).toMatchObject({
        audit: { webhook: null },
        problems: ['PAWL_AUDIT_WEBHOOK is not an address that begins with https://'],
      })
    },
  )
})

describe('PAWL_AUDIT_KEEP_DAYS', () => {
  it.each([
    ['1', 1],
    ['36500', 36_500],
  ])('may be %s', (PAWL_AUDIT_KEEP_DAYS, keepDays) => {
    expect(readAuditSettings({ PAWL_AUDIT_KEEP_DAYS }, true)).toMatchObject({ audit: { keepDays }, problems: [] })
  })

  it.each(['0', '36501', '-1', '1.5', '30d', '9999999'])('is a problem as %s, and all lines stay', (written) => {
    expect(readAuditSettings({ PAWL_AUDIT_KEEP_DAYS: written }, true)).toMatchObject({
      audit: { keepDays: null },
      problems: ['PAWL_AUDIT_KEEP_DAYS is not a whole number of days from 1 to 36500'],
    })
  })

  it('without a bucket is a problem', () => {
    expect(problemsOf({ PAWL_AUDIT_KEEP_DAYS: '30' }, false)).toEqual([expect.stringContaining('AUDIT_ARCHIVE')])
  })
})

describe('PAWL_D1_LIMIT_MB', () => {
  it.each([
    [undefined, 10_000_000_000],
    ['500', 500_000_000],
    ['10000', 10_000_000_000],
  ])('%s is a limit of %i bytes', (PAWL_D1_LIMIT_MB, databaseLimit) => {
    expect(readAuditSettings({ PAWL_D1_LIMIT_MB }, false)).toMatchObject({ audit: { databaseLimit }, problems: [] })
  })

  it('above what D1 can hold is a problem', () => {
    expect(problemsOf({ PAWL_D1_LIMIT_MB: '10001' })).toEqual([
      'PAWL_D1_LIMIT_MB is not a whole number of megabytes from 1 to 10000',
    ])
  })
})

describe('the environment', () => {
  it('may have numbers as wrangler.toml writes them, and the bucket', () => {
    const served = { SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef', PAWL_WORKSPACES: 'slack:T1' }
    expect(
      parseConfig({ ...served, PAWL_AUDIT_KEEP_DAYS: 30, PAWL_D1_LIMIT_MB: 500, AUDIT_ARCHIVE: {} }),
    ).toMatchObject({
      audit: { keepDays: 30, databaseLimit: 500_000_000, archive: true },
      problems: [],
    })
    expect(parseConfig({ ...served, PAWL_AUDIT_KEEP_DAYS: '', PAWL_D1_LIMIT_MB: ' ' }).problems).toEqual([])
  })
})
