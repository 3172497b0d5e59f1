import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { readCanonical } from './canonical.ts'
import { auditEvent, PERSONAL_FIELDS, partsOf } from './event.ts'

const actor = { platform: 'slack', workspace: 'T1', id: 'U1' }

describe('an audit event', () => {
  it('says when, what and who, leaves out what is undefined and keeps what is null', () => {
    expect(auditEvent(0, 'audit.read', actor, { run: 'r_1', limit: undefined, note: null })).toEqual({
      v: 2,
      at: '1970-01-01T00:00:00.000Z',
      code: 'audit.read',
      platform: 'slack',
      workspace: 'T1',
      actor: 'U1',
      run: 'r_1',
      note: null,
    })
    expect(auditEvent(0, 'audit.read', null)).not.toHaveProperty('actor')
  })

  it('holds no token, however deep', () => {
    const token = ['npm', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')
    const event = auditEvent(0, 'policy.allowed', actor, {
      line: `publish ${token}`,
      args: { list: [{ [token]: token }] },
      reason: `not with ${token}`,
    })
    expect(event).toMatchObject({ line: 'publish [secret]', args: { list: [{ '[secret]': '[secret]' }] } })
    expect(JSON.stringify(event)).not.toContain(token)
  })

  it('is, in two canonical texts, the same again: what stays, and what people wrote', () => {
    const name = fc.oneof(fc.constantFrom(...PERSONAL_FIELDS, 'run', 'lock'), fc.string({ minLength: 1, maxLength: 5 }))
    const details = fc.dictionary(name, fc.jsonValue() as fc.Arbitrary<Json>, { maxKeys: 6 })
    fc.assert(
      fc.property(details, (fields) => {
        const whole = auditEvent(0, 'admin.changed', actor, fields)
        const { event, personal } = partsOf(whole)
        const [stays, words] = [readCanonical(event), personal === null ? {} : readCanonical(personal)]
        expect({ ...(stays as object), ...(words as object) }).toEqual(JSON.parse(JSON.stringify(whole)))
        for (const field of PERSONAL_FIELDS) expect(stays).not.toHaveProperty([field])
        const others = Object.keys(words as object).filter((field) => !PERSONAL_FIELDS.some((one) => one === field))
        expect(others).toEqual([])
        expect(personal === null).toBe(Object.keys(words as object).length === 0)
      }),
    )
  })
})
