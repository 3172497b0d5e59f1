/** Who counts, and how far the needs are met. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Care } from '../command/care.ts'
import type { Subject } from '../policy/request.ts'
import { approvalMs, type CountedVote, heldOf, isMet, personOf, standingOf } from './needs.ts'

const need = (permission: string, count: number, expiresMs = 60_000) => ({
  permission,
  count,
  expiresMs,
  reason: false,
})
const care = (...approvals: Care['approvals']): Care => ({ confirmation: null, approvals })
const vote = (person: string, permissions: string[], said: CountedVote['vote'] = 'approve'): CountedVote => ({
  person,
  vote: said,
  permissions: JSON.stringify(permissions),
})
const nobody: Subject = { user: null, administrator: false, groups: [], permissions: new Set() }
const actor = { platform: 'slack', workspace: 'T1', id: 'U1' }

describe('a person', () => {
  it('is the user, with whatever account; an administrator who is none is the account; else nobody', () => {
    expect(personOf({ ...nobody, user: { id: 3, name: 'ada' } }, actor)).toBe('user:3')
    expect(personOf({ ...nobody, user: { id: 3, name: 'ada' }, administrator: true }, actor)).toBe('user:3')
    expect(personOf({ ...nobody, administrator: true }, actor)).toBe('slack:T1:U1')
    expect(personOf({ ...nobody, permissions: new Set(['a:b']) }, actor)).toBeNull()
  })

  it('holds what was granted; an administrator everything', () => {
    const both = care(need('a:b', 1), need('c:d', 1))
    expect(heldOf(both, { ...nobody, permissions: new Set(['c:d', 'e:f']) })).toEqual(['c:d'])
    expect(heldOf(both, { ...nobody, administrator: true })).toEqual(['a:b', 'c:d'])
    expect(heldOf(both, nobody)).toEqual([])
  })
})

describe('the needs', () => {
  it('are met by as many people as each wants, of whom one may count for several', () => {
    const both = care(need('a:b', 2), need('c:d', 1))
    const first = vote('user:1', ['a:b', 'c:d'])
    expect(isMet(standingOf(both, [first]))).toBe(false)
    expect(standingOf(both, [first]).map(({ given }) => given)).toEqual([1, 1])
    expect(isMet(standingOf(both, [first, vote('user:2', ['c:d'])]))).toBe(false)
    expect(isMet(standingOf(both, [first, vote('user:2', ['a:b'])]))).toBe(true)
  })

  it('are met by nobody who says it twice, or refuses', () => {
    const two = care(need('a:b', 2))
    expect(isMet(standingOf(two, [vote('user:1', ['a:b']), vote('user:1', ['a:b'])]))).toBe(false)
    expect(isMet(standingOf(two, [vote('user:1', ['a:b']), vote('user:2', ['a:b'], 'refuse')]))).toBe(false)
  })

  it('have the shortest time of all', () => {
    expect(approvalMs(care(need('a:b', 1, 900_000), need('c:d', 1, 300_000)))).toBe(300_000)
  })

  it('are never met by fewer different people than one of them wants', () => {
    const people = fc.constantFrom('user:1', 'user:2', 'user:3', 'slack:T1:U1')
    const permissions = fc.subarray(['a:b', 'c:d'])
    fc.assert(
      fc.property(
        fc.array(fc.tuple(people, permissions), { maxLength: 8 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (said, ab, cd) => {
          const votes = said.map(([person, held]) => vote(person, held))
          const counts = (permission: 'a:b' | 'c:d') =>
            new Set(said.filter(([, held]) => held.includes(permission)).map(([person]) => person)).size
          expect(isMet(standingOf(care(need('a:b', ab), need('c:d', cd)), votes))).toBe(
            counts('a:b') >= ab && counts('c:d') >= cd,
          )
        },
      ),
    )
  })
})
