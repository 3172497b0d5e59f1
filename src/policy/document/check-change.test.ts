import { describe, expect, it } from 'vitest'
import { checkChange } from './check-change.ts'
import { context, DEPLOY, deployPolicy, documentOf } from './lint.kit.ts'

const more = (text: string) => documentOf(DEPLOY + text)
const broken = (id: number) => ({ id, text: `when command is apps must have a${id}`, names: {}, enabled: true })

describe('a change of the policy', () => {
  it('is made with what is odd about it, and who gains and loses', () => {
    expect(checkChange(deployPolicy, more('rule when command is deploy allow\n'), context)).toEqual({
      ok: true,
      warnings: [expect.stringContaining('rule "when command is deploy allow": it changes nothing')],
      gains: [],
      losses: [],
    })
    expect(checkChange(deployPolicy, more('rule when command is apps forbid\n'), context)).toEqual({
      ok: true,
      warnings: [],
      gains: [],
      losses: ['everybody, also from outside: apps'],
    })
  })

  it('is refused when an expectation that held breaks, which is named', () => {
    const expecting = 'expect @ada: deploy web prod => denied because deploy:prod\n'
    const wider = (text: string) =>
      documentOf((DEPLOY + text).replace('role developer\n', 'role developer\n  permission deploy:prod\n'))
    expect(checkChange(more(expecting), wider(expecting), context)).toEqual({
      ok: false,
      message: expect.stringContaining(
        'expectation "@ada: deploy web prod => denied because deploy:prod": expected denied',
      ),
      discreet: 'the policy: an administrator has laid down otherwise: ask one of them',
    })
    expect(checkChange(deployPolicy, wider(''), context).ok).toBe(true)
  })

  it('is made although an expectation fails that failed before, for whatever reason', () => {
    const expecting = 'expect @ada: deploy web staging => denied because forbidden\n'
    const wider = more(`${expecting}rule when command is deploy must have deploy:prod\n`)
    expect(checkChange(more(expecting), wider, context).ok).toBe(true)
  })

  it('is refused for a new error, and not for one that was there', () => {
    const one = { ...deployPolicy, rules: [broken(1)] }
    const two = { ...deployPolicy, rules: [broken(1), broken(2)] }
    expect(checkChange(deployPolicy, one, context)).toMatchObject({
      ok: false,
      message: expect.stringContaining('cannot be read'),
    })
    expect(checkChange(one, one, context).ok).toBe(true)
    expect(checkChange(one, two, context)).toMatchObject({ ok: false, message: expect.not.stringContaining('a1') })
    expect(checkChange(two, one, context).ok).toBe(true)
  })

  it('tells five errors and counts the rest', () => {
    const many = (count: number) => ({ ...deployPolicy, rules: Array.from({ length: count }, (_, i) => broken(i)) })
    const message = (count: number) => {
      const checked = checkChange(deployPolicy, many(count), context)
      return checked.ok ? '' : checked.message
    }
    expect(message(5)).not.toContain('more')
    expect(message(6)).toMatch(/\nand 1 more$/)
  })

  it('never takes away the last administrator', () => {
    const alone = { ...context, admins: new Set<string>() }
    const admin = more('role admin\n  permission pawl:admin\ngroup admins\n  member ada\n  role admin\n')
    const refused = { ok: false, message: expect.stringContaining('nobody could run "rule disable"') }
    expect(checkChange(admin, deployPolicy, alone)).toMatchObject(refused)
    expect(checkChange(admin, deployPolicy, context).ok).toBe(true)
    // Nobody was there who could lose it.
    expect(checkChange(deployPolicy, more('group lonely\n'), alone).ok).toBe(true)
    const { rules } = more('rule when command is rule:disable forbid\n')
    expect(checkChange(admin, { ...admin, rules }, alone)).toMatchObject(refused)
    expect(checkChange(deployPolicy, { ...deployPolicy, rules }, context)).toMatchObject(refused)
  })
})
