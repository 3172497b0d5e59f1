/**
 * A person at Slack with a modal in front of them, or at a message's menu: submission, closing, searching in a menu, shortcuts. Clock
 * and door come with the desk.
 */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Answer, Delivery, DeliverySpec } from '../delivery.ts'
import type { Desk } from '../desk.ts'
import type { Choice, Form, FormField } from '../form.ts'
import { SLACK } from '../limits.ts'
import { list, parseJson, text } from '../wire.ts'
import { findRoom, type Person, type Room, roomKey } from '../world.ts'
import { checkOptions, optionsOf } from './check-elements.ts'
import { choiceOf } from './form.ts'
import { channelPart, interactionBase, messagePart, viewPart } from './payload.ts'
import type { Shortcut, SlackState, View } from './state.ts'
import { closeView, depthOf, showView, wrongView } from './views.ts'

export interface SlackForms {
  submit(form: Form): Promise<Delivery>
  /** The delivery of `view_closed`; null where the view does not want one. */
  close(form: Form): Promise<Delivery | null>
  /** Asks what an external menu offers for the words typed; the answer is passed on. */
  search(form: Form, field: FormField, typed: string, offered: (choices: readonly Choice[]) => void): Promise<Delivery>
  shortcut(person: Person, room: Room, shortcut: Shortcut, message: ChatMessage | null): Promise<Delivery>
}

/** Sends a payload to the address for interactions. */
export type Interact = (
  spec: Pick<DeliverySpec, 'id' | 'person' | 'room' | 'line' | 'receive'> & Partial<Pick<DeliverySpec, 'silent'>>,
  payload: PawlRecord,
) => Promise<Delivery>

export function createSlackForms(
  desk: Desk,
  state: SlackState,
  interact: Interact,
  grant: (delivery: string, person: Person, room: Room) => string,
): SlackForms {
  const { chat, ids, forms, violations } = desk
  const bad = (where: string, what: string): string => {
    violations.add('slack', where, what)
    return what
  }
  const viewOf = (form: Form): View => {
    const view = state.views.get(form.id)
    if (view) return view
    throw new Error(`the view ${form.id} is closed`)
  }
  const press = (person: Person, room: Room, line: string, id: string) =>
    chat.note({ platform: 'slack', room: roomKey(room), kind: 'press', by: person.name, text: line, delivery: id })

  /** What the client does with the answer to a submission. */
  const submitted = (view: View, id: string, answer: Answer): string | null => {
    const where = 'view_submission'
    const { form } = view
    const payload = answer.text.trim() === '' ? {} : parseJson(answer.text)
    if (!isRecord(payload)) return bad(where, 'the answer is not a JSON object')
    switch (payload.response_action) {
      case undefined:
        closeView(desk, state, form, id, false)
        return null
      case 'clear':
        closeView(desk, state, form, id, true)
        return null
      case 'errors': {
        const errors = isRecord(payload.errors) ? Object.entries(payload.errors) : []
        const known = errors.filter(([block]) => form.fields.some((field) => field.id === block))
        if (errors.length === 0) return bad(where, 'errors without any')
        if (known.length < errors.length) return bad(where, 'errors for a block that is no input of this view')
        if (known.some(([, words]) => typeof words !== 'string' || words === ''))
          return bad(where, 'an error without words')
        forms.complain(form, new Map(known.map(([block, words]) => [block, String(words)])), id)
        return null
      }
      case 'update':
      case 'push': {
        if (wrongView(desk, payload.view, where)) return 'the view is invalid'
        const isPush = payload.response_action === 'push'
        if (isPush && depthOf(state, view) >= SLACK.viewStack) return bad(where, 'push_limit_reached')
        const place = isPush ? { person: view.person, room: view.room, below: view } : { ...view, below: null }
        showView(desk, state, place, payload.view as PawlRecord, id)
        return null
      }
      default:
        return bad(where, `unknown response_action: ${String(payload.response_action)}`)
    }
  }

  const suggested = (answer: Answer, offered: (choices: readonly Choice[]) => void): string | null => {
    const payload = parseJson(answer.text)
    if (!isRecord(payload) || (list(payload, 'options') ?? list(payload, 'option_groups')) === undefined)
      return bad('block_suggestion', 'the answer has neither options nor option_groups')
    const problems: string[] = []
    checkOptions(payload, SLACK.selectOptions, '', problems, 0)
    if (problems.length > 0) return bad('block_suggestion', problems.join('; '))
    offered(optionsOf(payload).map(choiceOf))
    return null
  }

  return {
    submit(form) {
      const view = viewOf(form)
      const id = ids.slackTrigger()
      grant(id, form.person, form.room)
      press(form.person, form.room, `[${form.submit}] in "${form.title}"`, id)
      const payload = {
        type: 'view_submission',
        ...interactionBase(form.person),
        trigger_id: id,
        view: viewPart(view),
        response_urls: [],
      }
      const receive = (answer: Answer) => submitted(view, id, answer)
      return interact({ id, person: form.person, room: form.room, line: `${form.submit}`, receive }, payload)
    },
    async close(form) {
      const view = viewOf(form)
      const id = ids.slackTrigger()
      press(form.person, form.room, `[Close] in "${form.title}"`, id)
      const all = view.json.clear_on_close === true
      closeView(desk, state, form, id, all)
      if (view.json.notify_on_close !== true) return null
      const payload = {
        type: 'view_closed',
        ...interactionBase(form.person),
        view: viewPart(view, false),
        is_cleared: all,
        response_urls: [],
      }
      const spec = {
        id,
        person: form.person,
        room: form.room,
        line: 'Close',
        silent: true,
        receive: () => null,
      } as const
      return interact(spec, payload)
    },
    search(form, field, typed, offered) {
      const payload = {
        type: 'block_suggestion',
        ...interactionBase(form.person),
        container: { type: 'view', view_id: form.id },
        action_id: text(field.raw, 'action_id') ?? '',
        block_id: field.id,
        value: typed,
        view: viewPart(viewOf(form)),
      }
      const receive = (answer: Answer) => suggested(answer, offered)
      const spec = {
        id: ids.slackTrigger(),
        person: form.person,
        room: form.room,
        line: field.label,
        silent: true,
      } as const
      return interact({ ...spec, receive }, payload)
    },
    shortcut(person, where, { name, type, callback_id }, message) {
      // A global one is used nowhere: what comes of it is between the person and the app.
      const room = message === null ? (findRoom('dm', person) ?? where) : where
      const id = ids.slackTrigger()
      const address = grant(id, person, room)
      press(person, room, message === null ? name : `"${name}" on: ${message.text}`, id)
      const about: PawlRecord =
        message === null
          ? {}
          : {
              channel: channelPart(room),
              message_ts: message.id,
              message: messagePart(message),
              response_url: address,
            }
      const payload: { [key: string]: Json } = {
        type: type === 'message' ? 'message_action' : 'shortcut',
        ...interactionBase(person),
        action_ts: ids.slackTs(),
        callback_id,
        trigger_id: id,
        ...about,
      }
      return interact({ id, person, room, line: name, receive: () => null }, payload)
    },
  }
}
