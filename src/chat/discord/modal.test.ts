import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Field, Form } from '../../form/form.ts'
import { anyForm } from '../form.arbitrary.ts'
import { continueReply, problemsReply } from '../form-shown.ts'
import { discordModal, fieldValue } from './modal.ts'
import { renderDiscord } from './render.ts'

const FIELD: Field = { name: 'service', label: 'Service', hint: '', kind: 'text', list: false, required: true }
const FORM: Form = {
  id: 'f_0123456789abcdef',
  title: 'deploy',
  intro: null,
  step: 2,
  steps: 3,
  fields: [FIELD],
  submit: 'Run',
}

const inputOf = (over: Partial<Field>) => {
  const [label] = discordModal({ ...FORM, fields: [{ ...FIELD, ...over }] }).components
  return label && 'component' in label ? label.component : null
}

describe('a form in Discord', () => {
  it('is a modal that carries its id and step, and a label for each field', () => {
    expect(discordModal({ ...FORM, fields: [{ ...FIELD, hint: 'Which one' }] })).toEqual({
      custom_id: 'form:f_0123456789abcdef:2',
      title: 'deploy (2/3)',
      components: [
        {
          type: 18,
          label: 'Service',
          description: 'Which one',
          component: { type: 4, custom_id: 'text:service', style: 1, required: true, max_length: 4_000 },
        },
      ],
    })
  })

  it('has its introduction where there is room for it', () => {
    const fields = (n: number) => Array.from({ length: n }, (_, i) => ({ ...FIELD, name: `f${i}` }))
    const types = (n: number) =>
      discordModal({ ...FORM, intro: 'Deploys', fields: fields(n) }).components.map(({ type }) => type)
    expect(types(4)).toEqual([10, 18, 18, 18, 18])
    expect(types(5)).toEqual([18, 18, 18, 18, 18])
  })

  it.each([
    [{ kind: 'lines' }, { type: 4, style: 2 }],
    [
      { kind: 'secret', value: 'hunter2' },
      { type: 4, style: 1 },
    ],
    [
      { kind: 'text', list: true, value: ['a', 'b'] },
      { type: 4, style: 2, value: 'a\nb' },
    ],
    [
      { kind: 'completed', value: 'web' },
      { type: 4, value: 'web' },
    ],
    [
      { kind: 'number', value: '7' },
      { type: 4, value: '7' },
    ],
    [
      { kind: 'boolean', value: false },
      { type: 3, custom_id: 'boolean:service', options: [{}, { value: 'false', default: true }] },
    ],
    [
      { kind: 'choice', choices: ['a', 'b'], value: 'b' },
      { type: 3, custom_id: 'one:service', options: [{}, { value: 'b', default: true }] },
    ],
    [
      { kind: 'choice', choices: ['a', 'b'], list: true },
      { type: 3, custom_id: 'list:service', min_values: 1, max_values: 2 },
    ],
    [
      { kind: 'user', value: '123' },
      { type: 5, default_values: [{ id: '123', type: 'user' }] },
    ],
    [
      { kind: 'channel', list: true, required: false },
      { type: 8, min_values: 0, max_values: 25, required: false },
    ],
  ] as const)('a field of %j is a %j', (over, shown) => {
    const input = inputOf(over as Partial<Field>)
    expect(input).toMatchObject(shown)
    expect(JSON.stringify(input)).not.toContain('hunter2')
  })

  it('shows 25 choices of 100 characters, and takes more or longer ones as text', () => {
    const choices = (n: number, length: number) => Array.from({ length: n }, (_, i) => String(i).padEnd(length, 'x'))
    expect(inputOf({ kind: 'choice', choices: choices(25, 100) })?.type).toBe(3)
    expect(inputOf({ kind: 'choice', choices: choices(26, 100) })?.type).toBe(4)
    expect(inputOf({ kind: 'choice', choices: choices(25, 101) })?.type).toBe(4)
  })

  it.each([
    ['text:service', { value: 'web' }, ['service', 'web']],
    ['text:service', {}, ['service', null]],
    ['one:service', { values: ['web'] }, ['service', 'web']],
    ['one:service', { values: [] }, ['service', null]],
    ['list:service', { values: ['a', 'b'] }, ['service', ['a', 'b']]],
    ['boolean:service', { values: ['true'] }, ['service', true]],
    ['boolean:service', { values: ['false'] }, ['service', false]],
    ['boolean:service', {}, ['service', null]],
    ['service', { value: 'web' }, null],
    ['other:service', { value: 'web' }, null],
  ])('%s filled in with %j is read as %j', (id, filled, value) => {
    expect(fieldValue(id, filled)).toEqual(value)
  })

  it('is gone on with, or corrected, by a button', () => {
    expect(JSON.stringify(renderDiscord(continueReply(FORM)))).toContain('"label":"Continue (2/3)"')
    const wrong = JSON.stringify(renderDiscord(problemsReply(FORM, new Map([['service', 'no such service']]))))
    expect(wrong).toContain('**Service: **no such service')
    const twice = JSON.stringify(renderDiscord(problemsReply(FORM, new Map([['service', 'service is missing']]))))
    expect(twice).toContain('**Service: **is missing')
    expect(wrong).toContain('"custom_id":"form.open:f_0123456789abcdef"')
  })

  it('of any shape is within what Discord takes', () => {
    fc.assert(
      fc.property(anyForm(5), (form) => {
        const { custom_id, title, components } = discordModal(form)
        expect(custom_id.length).toBeLessThanOrEqual(100)
        expect(title.length).toBeLessThanOrEqual(45)
        expect(components.length).toBeGreaterThanOrEqual(1)
        expect(components.length).toBeLessThanOrEqual(5)
        for (const one of components) {
          if (!('component' in one)) continue
          expect(one.label.length).toBeGreaterThan(0)
          expect(one.label.length).toBeLessThanOrEqual(45)
          expect((one.description ?? 'x').length).toBeGreaterThan(0)
          expect((one.description ?? 'x').length).toBeLessThanOrEqual(100)
          const { value = '', options = [], max_length = 0, max_values = 1, default_values = [] } = one.component
          expect(value.length).toBeLessThanOrEqual(max_length)
          expect(max_length).toBeLessThanOrEqual(4_000)
          expect(options.length).toBeLessThanOrEqual(25)
          expect(max_values).toBeLessThanOrEqual(25)
          expect(max_values).toBeGreaterThanOrEqual(1)
          if (one.component.type === 3) expect(max_values).toBeLessThanOrEqual(options.length)
          expect(
            Math.max(options.filter((option) => option.default).length, default_values.length),
          ).toBeLessThanOrEqual(max_values)
          for (const option of options) expect(option.value.length).toBeLessThanOrEqual(100)
        }
      }),
      { numRuns: 300 },
    )
  })
})
