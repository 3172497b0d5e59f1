import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Field, Form } from '../../form/form.ts'
import { anyForm } from '../form.arbitrary.ts'
import { md } from '../markdown.ts'
import { textReply } from '../reply.ts'
import { fieldOfBlock, optionOf, slackModal, slackNotice } from './modal.ts'

const FIELD: Field = { name: 'service', label: 'Service', hint: '', kind: 'text', list: false, required: true }
const FORM: Form = {
  id: 'f_0123456789abcdef',
  title: 'deploy',
  intro: null,
  step: 1,
  steps: 1,
  fields: [FIELD],
  submit: 'Run',
}

const element = (over: Partial<Field>) => {
  const [block] = slackModal({ ...FORM, fields: [{ ...FIELD, ...over }] }).blocks
  return block?.type === 'input' ? block.element : null
}

describe('a form in Slack', () => {
  it('is a modal that carries its id, its step, and an input for each field', () => {
    expect(slackModal({ ...FORM, step: 2, steps: 3, intro: 'Deploys a service' })).toEqual({
      type: 'modal',
      callback_id: 'form:2',
      private_metadata: FORM.id,
      title: { type: 'plain_text', text: 'deploy (2/3)', emoji: false },
      submit: { type: 'plain_text', text: 'Run', emoji: false },
      close: { type: 'plain_text', text: 'Close', emoji: false },
      blocks: [
        { type: 'section', text: { type: 'plain_text', text: 'Deploys a service', emoji: false } },
        {
          type: 'input',
          block_id: '2:text:service',
          label: { type: 'plain_text', text: 'Service', emoji: false },
          optional: false,
          element: { type: 'plain_text_input', action_id: 'service', multiline: false, max_length: 1_000 },
        },
      ],
    })
  })

  it.each([
    ['lines', {}, 'plain_text_input'],
    ['secret', {}, 'plain_text_input'],
    ['choice', { choices: ['a'] }, 'static_select'],
    ['choice', { choices: ['a'], list: true }, 'multi_static_select'],
    ['choice', {}, 'plain_text_input'],
    ['boolean', {}, 'radio_buttons'],
    ['number', {}, 'number_input'],
    ['number', { list: true }, 'plain_text_input'],
    ['user', {}, 'users_select'],
    ['user', { list: true }, 'multi_users_select'],
    ['channel', {}, 'conversations_select'],
    ['channel', { list: true }, 'multi_conversations_select'],
    ['completed', {}, 'external_select'],
    ['completed', { list: true }, 'multi_external_select'],
  ] as const)('%s with %j is a %s', (kind, over, type) => {
    expect(element({ kind, ...over })?.type).toBe(type)
  })

  it.each([
    [{ kind: 'text', value: 'web' }, { initial_value: 'web' }],
    [
      { kind: 'lines', list: true, value: ['a', 'b'] },
      { initial_value: 'a\nb', multiline: true },
    ],
    [{ kind: 'choice', choices: ['a', 'b'], value: 'b' }, { initial_option: { value: 'b' } }],
    [{ kind: 'choice', choices: ['a', 'b'], list: true, value: ['b'] }, { initial_options: [{ value: 'b' }] }],
    [{ kind: 'boolean', value: false }, { initial_option: { value: 'false' } }],
    [
      { kind: 'number', value: '1.5', min: 1, whole: true },
      { initial_value: '1.5', min_value: '1', is_decimal_allowed: false },
    ],
    [{ kind: 'user', value: 'U123' }, { initial_user: 'U123' }],
    [{ kind: 'channel', value: 'C123' }, { initial_conversation: 'C123' }],
    [{ kind: 'completed', value: 'web' }, { initial_option: { value: 'web' } }],
  ] as const)('what was typed stands in it: %j', (over, shown) => {
    expect(element(over)).toMatchObject(shown)
  })

  it.each([
    [{ kind: 'secret', value: 'hunter2' }],
    [{ kind: 'choice', choices: ['a'], value: 'b' }],
    [{ kind: 'number', value: 'many' }],
    [{ kind: 'user', value: '@ada' }],
    [{ kind: 'channel', value: '#ops' }],
  ] as const)('what cannot stand in it, or must not, does not: %j', (over) => {
    expect(JSON.stringify(element(over))).not.toContain('initial')
  })

  it('a text that fits to the character stands in it, and one more does not, for half of it is another text', () => {
    for (const [kind, most] of [
      ['text', 1_000],
      ['lines', 3_000],
    ] as const) {
      expect(element({ kind, value: 'x'.repeat(most) })).toMatchObject({ initial_value: 'x'.repeat(most) })
      expect(element({ kind, value: 'x'.repeat(most + 1) })).not.toHaveProperty('initial_value')
    }
    expect(element({ value: 'x'.repeat(11), length: 10 })).not.toHaveProperty('initial_value')
  })

  it('shows a hundred choices of 75 characters, and takes more or longer ones as text', () => {
    const choices = (n: number, length: number) => Array.from({ length: n }, (_, i) => String(i).padEnd(length, 'x'))
    expect(element({ kind: 'choice', choices: choices(100, 75) })?.type).toBe('static_select')
    expect(element({ kind: 'choice', choices: choices(101, 75) })?.type).toBe('plain_text_input')
    expect(element({ kind: 'choice', choices: choices(100, 76) })?.type).toBe('plain_text_input')
    expect([optionOf('x'.repeat(75)).length, optionOf('x'.repeat(76)).length, optionOf('').length]).toEqual([1, 0, 0])
  })

  it('says what is wrong before what a field is for', () => {
    const [block] = slackModal({
      ...FORM,
      fields: [{ ...FIELD, hint: 'Which one', problem: 'no such service' }],
    }).blocks
    expect(block).toMatchObject({ hint: { text: '⚠️ no such service\nWhich one' } })
  })

  it('a notice has nothing to press or to send off', () => {
    const reply = textReply(md`was sent already`)
    const notice = slackNotice({
      ...reply,
      blocks: [...reply.blocks, { kind: 'buttons', buttons: [{ id: 'x', label: 'x' }] }],
    })
    expect(notice).not.toHaveProperty('submit')
    expect(JSON.stringify(notice)).not.toContain('actions')
  })

  it('of any shape is within what Slack takes', () => {
    fc.assert(
      fc.property(anyForm(20), (form) => {
        const view = slackModal(form)
        expect(view.title.text.length).toBeLessThanOrEqual(24)
        expect(view.submit?.text.length).toBeLessThanOrEqual(24)
        expect(view.blocks.length).toBeLessThanOrEqual(100)
        expect(view.private_metadata).toBe(form.id)
        const ids = view.blocks.flatMap((block) => (block.type === 'input' ? [block.block_id ?? ''] : []))
        expect(ids.map(fieldOfBlock)).toEqual(form.fields.map(({ name }) => name))
        for (const id of ids) expect(id.length).toBeLessThanOrEqual(255)
        for (const text of plainTexts(view)) {
          expect(text.length).toBeGreaterThan(0)
          expect(text.length).toBeLessThanOrEqual(3_000)
          expect(text.isWellFormed()).toBe(true)
        }
        for (const block of view.blocks) {
          if (block.type !== 'input') continue
          expect(block.label.text.length).toBeLessThanOrEqual(2_000)
          expect(block.hint?.text.length ?? 0).toBeLessThanOrEqual(2_000)
          checkElement(block.element)
        }
      }),
      { numRuns: 200 },
    )
  })
})

function checkElement(element: object): void {
  if ('options' in element && Array.isArray(element.options)) {
    expect(element.options.length).toBeGreaterThan(0)
    expect(element.options.length).toBeLessThanOrEqual(100)
    const values = element.options.map(({ value }) => value)
    if ('initial_option' in element) expect(values).toContain(Object(element.initial_option).value)
    for (const { text, value } of element.options) {
      expect(text.text.length).toBeLessThanOrEqual(75)
      expect(value.length).toBeLessThanOrEqual(150)
    }
  }
  if ('max_length' in element && 'initial_value' in element)
    expect(String(element.initial_value).length).toBeLessThanOrEqual(Number(element.max_length))
}

function plainTexts(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(plainTexts)
  if (typeof node !== 'object' || node === null) return []
  if ('type' in node && node.type === 'plain_text' && 'text' in node) return [String(node.text)]
  return Object.values(node).flatMap(plainTexts)
}
