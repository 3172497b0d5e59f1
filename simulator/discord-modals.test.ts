import { describe, expect, it } from 'vitest'
import { label, MODAL, select, text, withModal } from './discord-forms.kit.ts'

describe('what Discord does not take in a modal', () => {
  const one = (component: object) => ({ ...MODAL, components: [component] })
  const field = (more: object) => one(label('L', text('a', more)))
  const menu = (more: object) => one(label('L', select('a', more)))
  const options = (n: number) => Array.from({ length: n }, (_, i) => ({ label: `${i}`, value: `${i}` }))
  const many = (n: number) => ({ ...MODAL, components: Array.from({ length: n }, (_, i) => label('L', text(`${i}`))) })

  it.each([
    ['a title of 45', 'of 46', { ...MODAL, title: 'x'.repeat(45) }, { ...MODAL, title: 'x'.repeat(46) }],
    [
      'a custom_id of 100',
      'of 101',
      { ...MODAL, custom_id: 'x'.repeat(100) },
      { ...MODAL, custom_id: 'x'.repeat(101) },
    ],
    ['five components', 'six', many(5), many(6)],
    ['one component', 'none', many(1), many(0)],
    ['a label of 45', 'of 46', one(label('x'.repeat(45), text('a'))), one(label('x'.repeat(46), text('a')))],
    [
      'a description of 100',
      'of 101',
      one(label('L', text('a'), { description: 'x'.repeat(100) })),
      one(label('L', text('a'), { description: 'x'.repeat(101) })),
    ],
    [
      'distinct custom_ids',
      'the same twice',
      many(2),
      { ...MODAL, components: [label('A', text('a')), label('B', text('a'))] },
    ],
    [
      'the custom_id of a field of 100',
      'of 101',
      one(label('L', text('x'.repeat(100)))),
      one(label('L', text('x'.repeat(101)))),
    ],
    ['a label around an input', 'an input without', many(1), one(text('a'))],
    [
      'an input in a label',
      'a button in one',
      many(1),
      one(label('L', { type: 2, style: 1, label: 'x', custom_id: 'a' })),
    ],
    ['a label outside', 'one inside too', many(1), field({ label: 'x' })],
    ['max_length 4,000', '4,001', field({ max_length: 4_000 }), field({ max_length: 4_001 })],
    ['a value of 4,000', 'of 4,001', field({ value: 'x'.repeat(4_000) }), field({ value: 'x'.repeat(4_001) })],
    [
      'a placeholder of 100',
      'of 101',
      field({ placeholder: 'x'.repeat(100) }),
      field({ placeholder: 'x'.repeat(101) }),
    ],
    ['style 2', 'style 3', field({ style: 2 }), field({ style: 3 })],
    ['25 options', '26', menu({ options: options(25) }), menu({ options: options(26) })],
    [
      'an option of 100',
      'of 101',
      menu({ options: [{ label: 'x'.repeat(100), value: 'x' }] }),
      menu({ options: [{ label: 'x'.repeat(101), value: 'x' }] }),
    ],
    [
      'a placeholder of a menu of 150',
      'of 151',
      menu({ placeholder: 'x'.repeat(150) }),
      menu({ placeholder: 'x'.repeat(151) }),
    ],
    ['distinct values', 'one twice', menu({ options: options(2) }), menu({ options: [...options(1), ...options(1)] })],
    ['as many values as options', 'more', menu({ max_values: 2 }), menu({ max_values: 3 })],
    ['an enabled menu', 'a disabled one', menu({}), menu({ disabled: true })],
  ])('%s is taken, %s is not', async (_, __, good, bad) => {
    const taken = await withModal(good)
    expect(taken.simulator.violations).toEqual([])
    expect(taken.seat.form()).not.toBeNull()
    const refused = await withModal(bad)
    expect(refused.simulator.violations).toHaveLength(1)
    expect(refused.opened.failure).not.toBeNull()
    expect(refused.seat.form()).toBeNull()
  })
})
