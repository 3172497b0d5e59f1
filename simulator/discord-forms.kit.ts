/** For the tests of Discord's forms: commands, modals with a component of each kind, and somebody for whom a line opens one. */
import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10'
import { expect } from 'vitest'
import { createFixture, type Fixture, jsonAnswer } from './fixture.ts'

export const APP = '/applications/1180000000000000090'
export const COMMANDS = [
  { name: 'form', description: 'Opens a form' },
  {
    name: 'deploy',
    description: 'Deploy',
    options: [
      { type: 3, name: 'service', description: 'Service', required: true, autocomplete: true },
      { type: 3, name: 'env', description: 'Where', choices: [{ name: 'staging', value: 's' }] },
      { type: 4, name: 'count', description: 'How many', autocomplete: true },
    ],
  },
  {
    name: 'user',
    description: 'Users',
    options: [{ type: 1, name: 'add', description: 'Add', options: [{ type: 6, name: 'who', description: 'Who' }] }],
  },
  {
    name: 'pawl',
    description: 'Pawl',
    options: [{ type: 3, name: 'run', description: 'Line', required: true, autocomplete: true }],
  },
  { type: 3, name: 'Run with Pawl…' },
]
export const label = (name: string, component: object, more: object = {}) => ({
  type: 18,
  label: name,
  component,
  ...more,
})
export const text = (custom_id: string, more: object = {}) => ({ type: 4, style: 1, custom_id, ...more })
export const select = (custom_id: string, more: object = {}) => ({
  type: 3,
  custom_id,
  options: [
    { label: 'Staging', value: 'staging' },
    { label: 'Production', value: 'prod' },
  ],
  ...more,
})
export const MODAL = {
  custom_id: 'form:f_1:0',
  title: 'Deploy',
  components: [
    { type: 10, content: 'What **goes** where' },
    label('Service', text('service', { max_length: 5 }), { description: 'its name' }),
    label('Environment', select('env')),
    label('Who', { type: 5, custom_id: 'who', max_values: 2, required: false }),
    label('Room', { type: 8, custom_id: 'room', required: false }),
  ],
} as APIModalInteractionResponseCallbackData
export const ticks = {
  ...MODAL,
  components: [
    label('Force', { type: 23, custom_id: 'force' }),
    label('How', { type: 21, custom_id: 'how', options: select('').options }),
    label('Which', { type: 22, custom_id: 'which', options: select('').options, required: false }),
    { type: 1, components: [text('old', { label: 'In a row' })] },
  ],
}
export const sent = (fixture: Fixture, n: number) => JSON.parse(fixture.heard[n]?.body ?? '{}')

export async function withAnswers(answer: (body: { type: number; data: { name?: string } }, n: number) => object) {
  const fixture = await createFixture(({ body }) => jsonAnswer(answer(JSON.parse(body), fixture.heard.length)))
  expect((await fixture.discord('PUT', `${APP}/commands`, COMMANDS)).status).toBe(200)
  return { fixture, simulator: fixture.simulator, seat: fixture.simulator.discord.user('ada').in('#ops') }
}
/** A line has opened this modal; submissions are answered with `answer`. */
export async function withModal(data: object = MODAL, answer: object = { type: 4, data: { content: 'done' } }) {
  const made = await withAnswers((body) => (body.type === 5 ? answer : { type: 9, data }))
  return { ...made, opened: await made.seat.says('/form') }
}
