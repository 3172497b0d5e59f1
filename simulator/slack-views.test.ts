import { describe, expect, it } from 'vitest'
import { createFixture, type Fixture } from './fixture.ts'
import { input, offers, option, plain, VIEW, withBlock, withForm } from './slack-forms.kit.ts'

describe('a trigger', () => {
  const opens = async (fixture: Fixture, trigger_id: string | undefined, method = 'views.open') =>
    (await fixture.slack(method, { trigger_id, view: VIEW })).error

  it('opens one view within 3 s, and none after', async () => {
    const fixture = await createFixture()
    for (const ms of [3_000, 3_001]) {
      const { deliveryId } = await fixture.simulator.slack.user('ada').in('#ops').says('/deploy')
      fixture.pass(ms)
      expect(await opens(fixture, deliveryId)).toBe(ms > 3_000 ? 'expired_trigger_id' : undefined)
    }
    expect(fixture.simulator.violations).toEqual([])
  })

  it('is a violation when it is used twice, or was never handed out, or has nothing to be pushed on', async () => {
    const fixture = await createFixture()
    const { deliveryId } = await fixture.simulator.slack.user('ada').in('#ops').says('/deploy')
    expect(await opens(fixture, deliveryId, 'views.push')).toBe('push_limit_reached')
    expect(await opens(fixture, deliveryId)).toBeUndefined()
    expect(await opens(fixture, deliveryId)).toBe('exchanged_trigger_id')
    expect(await opens(fixture, '1.2.3')).toBe('invalid_trigger_id')
    expect(fixture.simulator.violations).toHaveLength(3)
  })
})

describe('what Slack does not take', () => {
  const text = (element: object) => withBlock(input('b', { type: 'plain_text_input', action_id: 'a', ...element }))
  const menu = (element: object) =>
    withBlock(input('b', { type: 'static_select', action_id: 'a', options: [option('x')], ...element }))

  it.each([
    [
      'a title of 24',
      'and of 25 characters',
      { ...VIEW, title: plain('x'.repeat(24)) },
      { ...VIEW, title: plain('x'.repeat(25)) },
    ],
    [
      'a submit label of 24',
      'and of 25',
      { ...VIEW, submit: plain('x'.repeat(24)) },
      { ...VIEW, submit: plain('x'.repeat(25)) },
    ],
    [
      'a close label of 24',
      'and of 25',
      { ...VIEW, close: plain('x'.repeat(24)) },
      { ...VIEW, close: plain('x'.repeat(25)) },
    ],
    [
      '100 blocks',
      'and 101',
      { ...VIEW, blocks: Array(100).fill({ type: 'divider' }) },
      { ...VIEW, blocks: Array(101).fill({ type: 'divider' }) },
    ],
    [
      '3,000 characters of private_metadata',
      'and 3,001',
      { ...VIEW, private_metadata: 'x'.repeat(3_000) },
      { ...VIEW, private_metadata: 'x'.repeat(3_001) },
    ],
    [
      '255 characters of callback_id',
      'and 256',
      { ...VIEW, callback_id: 'x'.repeat(255) },
      { ...VIEW, callback_id: 'x'.repeat(256) },
    ],
    ['an input with submit', 'and without', VIEW, { ...VIEW, submit: undefined }],
    ['a modal', 'and something else', VIEW, { ...VIEW, type: 'dialog' }],
    ['distinct block ids', 'and the same twice', VIEW, { ...VIEW, blocks: [VIEW.blocks[1], VIEW.blocks[1]] }],
    [
      'a label of 2,000',
      'and of 2,001',
      withBlock(input('b', { type: 'plain_text_input' }, { label: plain('x'.repeat(2_000)) })),
      withBlock(input('b', { type: 'plain_text_input' }, { label: plain('x'.repeat(2_001)) })),
    ],
    [
      'a hint of 2,000',
      'and of 2,001',
      withBlock(input('b', { type: 'plain_text_input' }, { hint: plain('x'.repeat(2_000)) })),
      withBlock(input('b', { type: 'plain_text_input' }, { hint: plain('x'.repeat(2_001)) })),
    ],
    ['an action_id of 255', 'and of 256', text({ action_id: 'x'.repeat(255) }), text({ action_id: 'x'.repeat(256) })],
    [
      'a placeholder of 150',
      'and of 151',
      text({ placeholder: plain('x'.repeat(150)) }),
      text({ placeholder: plain('x'.repeat(151)) }),
    ],
    ['max_length 3,000', 'and 3,001', text({ max_length: 3_000 }), text({ max_length: 3_001 })],
    [
      'a value as long as allowed',
      'and longer',
      text({ max_length: 3, initial_value: 'xxx' }),
      text({ max_length: 3, initial_value: 'xxxx' }),
    ],
    [
      '100 options',
      'and 101',
      menu({ options: Array.from({ length: 100 }, (_, i) => option(`${i}`)) }),
      menu({ options: Array.from({ length: 101 }, (_, i) => option(`${i}`)) }),
    ],
    ['one option', 'and none', menu({}), menu({ options: [] })],
    [
      'an option of 75',
      'and of 76',
      menu({ options: [option('x'.repeat(75))] }),
      menu({ options: [option('x'.repeat(76))] }),
    ],
    [
      'an initial option that is there',
      'and one that is not',
      menu({ initial_option: option('x') }),
      menu({ initial_option: option('y') }),
    ],
    [
      '10 checkboxes',
      'and 11',
      menu({ type: 'checkboxes', options: Array.from({ length: 10 }, (_, i) => option(`${i}`)) }),
      menu({ type: 'checkboxes', options: Array.from({ length: 11 }, (_, i) => option(`${i}`)) }),
    ],
    ['a text input', 'and a button as an input', text({}), text({ type: 'button', text: plain('x') })],
  ])('%s is taken, %s is not', async (_, __, good, bad) => {
    for (const [view, ok] of [
      [good, true],
      [bad, false],
    ] as const) {
      const { seat, simulator } = await withForm(() => null, view)
      expect(simulator.violations.map(({ where }) => where)).toEqual(ok ? [] : ['views.open'])
      expect(seat.form() !== null).toBe(ok)
    }
  })

  it('takes a view of 250 KB and none beyond', async () => {
    const blocks = (n: number) => Array.from({ length: n }, () => ({ type: 'section', text: plain('ä'.repeat(2_900)) }))
    const small = await withForm(() => null, { ...VIEW, blocks: blocks(42) })
    expect(small.seat.form()).not.toBeNull()
    const large = await withForm(() => null, { ...VIEW, blocks: blocks(43) })
    expect(large.simulator.violations).toMatchObject([{ what: 'view_too_large' }])
  })

  it.each([
    ['errors for a block that is not there', { response_action: 'errors', errors: { nobody: 'x' } }],
    ['errors without any', { response_action: 'errors', errors: {} }],
    ['an error without words', { response_action: 'errors', errors: { note: '' } }],
    ['an update with an invalid view', { response_action: 'update', view: { type: 'modal' } }],
    ['an unknown action', { response_action: 'shout' }],
  ])('a submission answered with %s', async (_, answer) => {
    const { seat, simulator } = await withForm(() => answer, { ...VIEW, blocks: VIEW.blocks.slice(3, 4) })
    expect((await seat.submits()).failure).not.toBeNull()
    expect(simulator.violations).toMatchObject([{ where: 'view_submission' }])
  })

  it('lets three views stand on each other, and no fourth', async () => {
    const { seat, simulator } = await withForm(
      () => ({ response_action: 'push', view: { ...VIEW, blocks: VIEW.blocks.slice(3, 4) } }),
      { ...VIEW, blocks: VIEW.blocks.slice(3, 4) },
    )
    await seat.submits()
    await seat.submits()
    expect(simulator.violations).toEqual([])
    expect((await seat.submits()).failure).toContain('push_limit_reached')
  })

  it.each([
    ['101 suggestions', { options: Array.from({ length: 101 }, (_, i) => option(`${i}`)) }],
    ['a suggestion of 76 characters', { options: [option('x'.repeat(76))] }],
    ['a suggestion without a value', { options: [{ text: plain('x') }] }],
    ['no list of options', { choices: [] }],
  ])('%s', async (_, answer) => {
    const { seat, simulator } = await withForm(() => answer)
    expect(await seat.searches('service', 'x')).toEqual([])
    expect(simulator.violations).toMatchObject([{ where: 'block_suggestion' }])
  })

  it('takes 100 suggestions, and none at all', async () => {
    for (const n of [100, 0]) {
      const { seat, simulator } = await withForm(offers(Array.from({ length: n }, (_, i) => `${i}`)))
      expect(await seat.searches('service', '')).toHaveLength(n)
      expect(simulator.violations).toEqual([])
    }
  })
})
