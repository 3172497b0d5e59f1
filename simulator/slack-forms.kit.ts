/** For the tests of Slack's forms: a view with a field of each kind, and somebody for whom a line opens one. */
import type { ModalView } from '@slack/types'
import { createFixture, type Fixture, jsonAnswer } from './fixture.ts'

export const plain = (text: string) => ({ type: 'plain_text' as const, text })
export const option = (value: string) => ({ text: plain(value), value })
export const input = (block_id: string, element: object, more: object = {}) =>
  ({ type: 'input', block_id, label: plain(block_id), element, ...more }) as ModalView['blocks'][number]

export const VIEW: ModalView = {
  type: 'modal',
  title: plain('Deploy'),
  submit: plain('Run'),
  callback_id: 'form:0',
  private_metadata: 'f_1',
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: 'What *goes* where' } },
    input('service', { type: 'external_select', action_id: 'service', min_query_length: 0 }),
    input('env', { type: 'static_select', action_id: 'env', options: [option('staging'), option('prod')] }),
    input('note', { type: 'plain_text_input', action_id: 'note', multiline: true, max_length: 20 }, { optional: true }),
    input('who', { type: 'multi_users_select', action_id: 'who' }, { optional: true }),
    input('force', { type: 'checkboxes', action_id: 'force', options: [option('yes')] }, { optional: true }),
  ],
}
export const withBlock = (block: object): object => ({ ...VIEW, blocks: [block] })
export const form = (body: string) => Object.fromEntries(new URLSearchParams(body))
export const payloadOf = (fixture: Fixture, n: number) =>
  JSON.parse(form(fixture.heard[n]?.body ?? '').payload ?? 'null')

/** Somebody for whom a line opens a view, and what the application answers to interactions. */
export async function withForm(
  answers: (payload: { type: string }) => object | null = () => null,
  view: object = VIEW,
) {
  const fixture: Fixture = await createFixture(async ({ path, body }) => {
    if (path === '/slack/commands') {
      await fixture.slack('views.open', { trigger_id: form(body).trigger_id, view })
      return new Response(null)
    }
    const answer = answers(JSON.parse(form(body).payload ?? '{}'))
    return answer === null ? new Response(null) : jsonAnswer(answer)
  })
  const seat = fixture.simulator.slack.user('ada').in('#ops')
  await seat.says('/deploy')
  return { ...fixture, fixture, seat }
}
export const offers = (names: string[]) => (payload: { type: string }) =>
  payload.type === 'block_suggestion' ? { options: names.map(option) } : null
