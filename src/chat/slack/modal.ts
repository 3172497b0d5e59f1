/**
 * A form as a Slack modal. Pure. https://docs.slack.dev/reference/views/modal-views
 *
 * `private_metadata` carries the form's id and nothing else; `callback_id` the step that is shown. Both come back with what was
 * filled in, and mean nothing without the check that the form is the sender's own.
 */
import type { InputBlock, ModalView, PlainTextElement, SectionBlock } from '@slack/types'
import type { Field, Form } from '../../form/form.ts'
import { withoutButtons } from '../button.ts'
import { ANSWERS, chosenIn, hintOf, textIn, titleOf } from '../form-shown.ts'
import { shorten } from '../pieces.ts'
import type { Reply } from '../reply.ts'
import { IDS, renderSlack, type SlackMessage } from './render.ts'

/** https://docs.slack.dev/reference/block-kit */
const TITLE_MAX = 24
const LABEL_MAX = 2_000
export const TEXT_MAX = 3_000
/** What is longer is no line any more: it would take the room of all other fields of the step (form-limits.ts). */
const LINE_MAX = 1_000
/** Longer than any number that can be read. */
export const NUMBER_MAX = 400
export const OPTIONS_MAX = 100
export const OPTION_TEXT_MAX = 75
/** Slack takes 2,000: a longer one is read by nobody, and all fields share the room of one modal. */
export const HINT_MAX = 500
/** Suggestions chosen in one field, and what choices may weigh as JSON: each of them stands in a submission up to three times. */
const SUGGESTED_MAX = 50
const CHOICES_MAX = 25_000

type Element = InputBlock['element']

export interface SlackModal extends Omit<ModalView, 'blocks'> {
  readonly blocks: (SectionBlock | InputBlock)[]
}

/** The modal of one step. */
export function slackModal(form: Form): SlackModal {
  return {
    type: 'modal',
    callback_id: `form:${form.step}`,
    private_metadata: form.id,
    title: words(titleOf(form, TITLE_MAX)),
    submit: words(shorten(form.submit, TITLE_MAX)),
    close: words('Close'),
    blocks: [
      ...(form.intro === null ? [] : [{ type: 'section' as const, text: words(shorten(form.intro, TEXT_MAX)) }]),
      ...form.fields.map((field) => inputOf(field, form.step)),
    ],
  }
}

/** A modal that only tells something, in place of the one that was submitted. */
export function slackNotice(reply: Reply): Omit<ModalView, 'blocks'> & Pick<SlackMessage, 'blocks'> {
  return {
    type: 'modal',
    title: words('Pawl'),
    close: words('Close'),
    // What is pressed in a modal belongs to no room.
    blocks: renderSlack(withoutButtons(reply)).blocks,
  }
}

/** The block in which a field stands; another step or another kind of field must not take over what stood there before. */
export function blockIdOf({ name, kind }: Pick<Field, 'name' | 'kind'>, step: number): string {
  return `${step}:${kind}:${name}`
}

/** What was in a block: the name of the field. */
export function fieldOfBlock(blockId: string): string {
  return blockId.slice(blockId.lastIndexOf(':') + 1)
}

/** The block in which a field is filled in. */
export function inputOf(field: Field, step: number): InputBlock {
  const hint = hintOf(field)
  return {
    type: 'input',
    block_id: blockIdOf(field, step),
    label: words(shorten(field.label, LABEL_MAX)),
    ...(hint !== '' && { hint: words(shorten(hint, HINT_MAX)) }),
    optional: !field.required,
    element: elementOf(field),
  }
}

function elementOf(field: Field): Element {
  const { name: action_id, kind, list, value } = field
  switch (kind) {
    case 'choice':
      return choiceOf(field) ?? textOf(field)
    case 'boolean': {
      const options = ANSWERS.map(({ label, value: answer }) => ({ text: words(label), value: answer }))
      const initial = options.find((option) => option.value === chosenIn(value)[0])
      return { type: 'radio_buttons', action_id, options, ...(initial && { initial_option: initial }) }
    }
    case 'number':
      return list ? textOf(field) : numberOf(field)
    case 'user': {
      const users = shownOf(chosenIn(value).filter((id) => IDS.user.test(id)))
      if (list) return { type: 'multi_users_select', action_id, ...(users.length > 0 && { initial_users: users }) }
      return { type: 'users_select', action_id, ...(users[0] !== undefined && { initial_user: users[0] }) }
    }
    case 'channel': {
      const rooms = shownOf(chosenIn(value).filter((id) => IDS.channel.test(id)))
      const base = { action_id, filter: { include: ['public', 'private'] as ['public', 'private'] } }
      if (list)
        return {
          ...base,
          type: 'multi_conversations_select',
          ...(rooms.length > 0 && { initial_conversations: rooms }),
        }
      return {
        ...base,
        type: 'conversations_select',
        ...(rooms[0] !== undefined && { initial_conversation: rooms[0] }),
      }
    }
    case 'completed': {
      const chosen = shownOf(chosenIn(value).flatMap(optionOf), SUGGESTED_MAX)
      const base = { action_id, min_query_length: 0 }
      if (list)
        return {
          ...base,
          type: 'multi_external_select',
          max_selected_items: SUGGESTED_MAX,
          ...(chosen.length > 0 && { initial_options: chosen }),
        }
      return { ...base, type: 'external_select', ...(chosen[0] && { initial_option: chosen[0] }) }
    }
    default:
      return textOf(field)
  }
}

/** What is chosen already; nothing where it is more than Slack shows, for a part of it is something else. */
function shownOf<T>(chosen: T[], most = OPTIONS_MAX): T[] {
  return chosen.length > most ? [] : chosen
}

/** Null when Slack could not show all of them: then it is text, checked when it arrives. */
function choiceOf({ name: action_id, choices = [], list, value }: Field): Element | null {
  const options = choices.flatMap(optionOf)
  if (options.length === 0 || options.length !== choices.length || options.length > OPTIONS_MAX) return null
  if (new TextEncoder().encode(JSON.stringify(options)).length > CHOICES_MAX) return null
  const chosen = chosenIn(value)
  const initial = options.filter((option) => chosen.includes(option.value))
  if (list)
    return { type: 'multi_static_select', action_id, options, ...(initial.length > 0 && { initial_options: initial }) }
  return { type: 'static_select', action_id, options, ...(initial[0] && { initial_option: initial[0] }) }
}

interface SlackOption {
  readonly text: PlainTextElement
  readonly value: string
}

/** What Slack can show to the letter; nothing for what it would refuse, or show cut or changed. */
export function optionOf(value: string): SlackOption[] {
  return value !== '' && shorten(value, OPTION_TEXT_MAX) === value ? [{ text: words(value), value }] : []
}

function numberOf({ name: action_id, value, min, max, whole }: Field): Element {
  const text = textIn(value, NUMBER_MAX)
  return {
    type: 'number_input',
    action_id,
    is_decimal_allowed: !whole,
    ...(min !== undefined && { min_value: String(min) }),
    ...(max !== undefined && { max_value: String(max) }),
    // Slack opens no modal whose number is none.
    ...(/^-?\d+(?:\.\d+)?$/.test(text) && { initial_value: text }),
  }
}

function textOf({ name: action_id, kind, list, value, length }: Field): Element {
  const most = list || kind === 'lines' || kind === 'secret' || length !== undefined ? TEXT_MAX : LINE_MAX
  const max_length = list ? most : Math.min(Math.max(length ?? most, 1), most)
  // A secret is never put in again, whoever asks for it.
  const text = kind === 'secret' ? '' : textIn(value, max_length)
  return {
    type: 'plain_text_input',
    action_id,
    multiline: list || kind === 'lines',
    max_length,
    ...(text !== '' && { initial_value: text }),
  }
}

function words(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false }
}
