import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PawlRecord } from '../json.ts'
import { differences } from './difference.ts'

const ids = (found: ReturnType<typeof differences>) =>
  found.ok ? found.differences.map(({ change, before, after }) => `${change} ${(after ?? before)?.id}`) : found

describe('differences', () => {
  it('tells what was removed, changed and added, by a key', () => {
    const before = [
      { id: 1, v: 1, same: 0 },
      { id: 2, v: 1 },
      { id: 3, v: 1 },
    ]
    const after = [
      { id: 4, v: 1 },
      { v: 2, id: 1, same: 0 },
      { v: 1, id: 3 },
    ]
    expect(differences(before, after, ['id'])).toEqual({
      ok: true,
      differences: [
        { change: 'changed', key: 1, before: { v: 1 }, after: { v: 2 } },
        { change: 'removed', key: 2, before: { id: 2, v: 1 }, after: null },
        { change: 'added', key: 4, before: null, after: { id: 4, v: 1 } },
      ],
    })
  })

  it('shows a field that came or went in a changed record', () => {
    expect(differences([{ id: 1, old: null }], [{ id: 1, new: 2 }], ['id'])).toMatchObject({
      differences: [{ before: { old: null }, after: { new: 2 } }],
    })
  })

  it('counts equal records when it compares wholes', () => {
    const [a, b] = [{ id: 'a' }, { id: 'b' }]
    expect(ids(differences([a, a, b], [a, b, b], null))).toEqual(['removed a', 'added b'])
  })

  it('names a record without the key, and a key that stands twice', () => {
    expect(differences([{ id: 1 }, {}], [], ['id'])).toMatchObject({
      ok: false,
      list: 'before',
      problem: 'missing',
      at: 1,
    })
    expect(differences([], [{ id: 1 }, { id: 1 }], ['id'])).toMatchObject({
      ok: false,
      list: 'after',
      problem: 'twice',
    })
  })

  it('turns the old list into the new one', () => {
    const list = fc.array(fc.record({ id: fc.nat(5) })) as fc.Arbitrary<PawlRecord[]>
    fc.assert(
      fc.property(list, list, (before, after) => {
        const found = differences(before, after, null)
        const ofKind = (kind: string) =>
          found.ok
            ? found.differences.filter(({ change }) => change === kind).map((one) => (one.after ?? one.before)?.id)
            : []
        const result = before.map(({ id }) => id)
        for (const id of ofKind('removed')) result.splice(result.indexOf(id ?? null), 1)
        expect([...result, ...ofKind('added')].sort()).toEqual(after.map(({ id }) => id).sort())
      }),
    )
  })
})
