import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Option } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { type Draft, NEW_DRAFT } from '../../form/draft.ts'
import type { Form } from '../../form/form.ts'
import { formOf, stepsOf } from '../../form/steps.ts'
import { anyForm } from '../form.arbitrary.ts'
import { BODY_LIMIT } from '../http.ts'
import { SLACK_FORMS } from './form-limits.ts'
import { slackModal } from './modal.ts'

const bytes = (json: unknown) => new URLSearchParams({ '': JSON.stringify(json) }).toString().length

/** The steps of a command with options of these schemas; more of them, and longer, than a module may have. */
function stepsFor(schemas: readonly z.ZodType[]) {
  const options = schemas.map((schema, i) => ({ ...optionOf(schema), name: `o${i}` }))
  const command = { ...commandOf({}), options }
  const steps = stepsOf(command, SLACK_FORMS) ?? []
  const modal = (step: number, draft: Partial<Draft>) =>
    slackModal(formOf({ id: 'f_0123456789abcdef', command, draft: { ...NEW_DRAFT, ...draft, step }, steps }))
  return { steps, modal }
}

const commandOf = (options: { readonly [name: string]: z.ZodType }) =>
  defineCommand({
    name: 'wide',
    summary: 'Ask for very much',
    options,
    effects: 'read',
    rules: ['when command is wide allow'],
    handler: () => null,
  })

function optionOf(schema: z.ZodType): Option {
  const [option] = commandOf({ o: schema }).options
  if (!option) throw new Error('it has one option')
  return option
}

const text = (max: number) => z.string().max(max).optional().describe('界'.repeat(100))
const repeat = <T>(n: number, one: T): T[] => Array.from({ length: n }, () => one)

/** What is sent of a modal in which everything stands that was shown in it, with what Slack puts around it. */
function submitted(modal: ReturnType<typeof slackModal>, typed: string): number {
  const elements = modal.blocks.flatMap((block) => (block.type === 'input' ? [block] : []))
  const values = Object.fromEntries(
    elements.map(({ block_id = '', element }) => {
      const chosen = 'initial_options' in element ? { selected_options: element.initial_options } : { value: typed }
      return [block_id, { [element.action_id ?? '']: { type: element.type, ...chosen } }]
    }),
  )
  const around = { type: 'view_submission', team: { id: 'T'.repeat(20) }, token: 'x'.repeat(200) }
  const payload = JSON.stringify({ ...around, view: { ...modal, state: { values } } })
  return new URLSearchParams({ payload }).toString().length
}

describe('a step of a form in Slack', () => {
  it('holds as many options as a command has, and fewer where the door would not take what may be typed into them', () => {
    expect(stepsFor(repeat(25, text(100))).steps).toHaveLength(1)
    expect(stepsFor(repeat(10, z.string().describe('Which'))).steps).toHaveLength(1)
    const { steps, modal } = stepsFor(repeat(25, text(3_000)))
    expect(steps.map((options) => options.length)).toEqual([4, 4, 4, 4, 4, 4, 1])
    const names = steps.flat().map(({ name }) => name)
    expect(names).toEqual(repeat(25, 'o').map((o, i) => `${o}${i}`))
    const longest = '界'.repeat(3_000)
    const values = Object.fromEntries(names.map((name) => [name, longest]))
    const problems = names.map((name) => [name, '界'.repeat(9_000)] as const)
    for (const i of steps.keys())
      expect(submitted(modal(i + 1, { values, problems }), longest)).toBeLessThanOrEqual(BODY_LIMIT)
    // Not so careful that a form of many fields becomes one of many steps.
    expect(submitted(modal(1, { values, problems }), longest)).toBeGreaterThan(BODY_LIMIT * 0.8)
  })

  it('holds lists of choices, with all of them chosen, as far as there is room', () => {
    const choices = Array.from({ length: 100 }, (_, i) => `${'c'.repeat(70)}${i}`)
    const { steps, modal } = stepsFor(repeat(5, z.array(z.enum(choices)).default([]).describe('Which')))
    expect(steps.map((options) => options.length)).toEqual([2, 2, 1])
    const values = Object.fromEntries(steps.flat().map(({ name }) => [name, choices]))
    for (const i of steps.keys()) expect(submitted(modal(i + 1, { values }), '')).toBeLessThanOrEqual(BODY_LIMIT)
  })

  it('has no single field that would be too much for a step of its own', () => {
    const heavy = Array.from({ length: 100 }, (_, i) => `${'界'.repeat(70)}${i}`)
    const weigh = SLACK_FORMS.weight?.of ?? (() => 0)
    for (const kind of [
      'text',
      'lines',
      'secret',
      'choice',
      'boolean',
      'number',
      'user',
      'channel',
      'completed',
    ] as const)
      for (const list of [true, false]) {
        const field = { name: 'f', label: 'f', hint: 'f', kind, list, required: true, choices: heavy }
        expect(weigh(field)).toBeLessThanOrEqual(SLACK_FORMS.weight?.most ?? 0)
      }
  })

  it('is none where its secrets alone are too many', () => {
    const secret = z.string().meta({ secret: true }).describe('S')
    expect(stepsFor(repeat(7, secret)).steps).toHaveLength(1)
    expect(stepsFor(repeat(8, secret)).steps).toEqual([])
  })

  it('counts no field for less than it weighs, whatever is in it', () => {
    const weigh = SLACK_FORMS.weight?.of ?? (() => 0)
    fc.assert(
      fc.property(anyForm(1), (form: Form) => {
        const [field] = form.fields
        const block = slackModal({ ...form, intro: null }).blocks[0]
        expect(field && weigh(field)).toBeGreaterThanOrEqual(bytes(block))
      }),
      { numRuns: 300 },
    )
  })
})
