/**
 * How much of a form one modal holds. Pure. https://docs.slack.dev/reference/methods/views.open
 *
 * What is sent comes as URL-encoded JSON that carries the modal as it was shown and, beside it, what stands in it now: it has to pass the
 * door. Steps are the same whatever is typed, so a field counts with as much in it as it can hold, twice.
 */
import type { Field, FormLimits } from '../../form/form.ts'
import { BODY_LIMIT } from '../http.ts'
import { HINT_MAX, inputOf, NUMBER_MAX, OPTION_TEXT_MAX, OPTIONS_MAX, TEXT_MAX } from './modal.ts'

/** Title, introduction, ids, tokens and addresses around the fields; 2 KB in practice. */
const FRAME_BYTES = 12_000

/** No text weighs more: three bytes of UTF-8 for each unit of a JavaScript text, each written as `%E7`. */
const HEAVIEST = 9

/** Around a text, a choice or an id in JSON, encoded: its quotes, names and braces. */
const AROUND_BYTES = 250

/** As long as an id may be. */
const ID_LENGTH = 21

/**
 * 100 blocks, of which one may be the introduction. Slack itself takes 250 KB for a modal, not encoded: what passes the door is less.
 */
export const SLACK_FORMS: FormLimits = { fields: 99, weight: { most: BODY_LIMIT - FRAME_BYTES, of: weightOf } }

/** What a field adds to a submission at most, in bytes. */
function weightOf(field: Field): number {
  const { value, problem, ...empty } = field
  const block = inputOf(empty, 1)
  // A secret is never shown again.
  const times = field.kind === 'secret' ? 1 : 2
  return encodedSize(block) + HINT_MAX * HEAVIEST + times * contentOf(block.element) + AROUND_BYTES
}

/** What may stand in an element at most. */
function contentOf(element: ReturnType<typeof inputOf>['element']): number {
  switch (element.type) {
    case 'plain_text_input':
      return (element.max_length ?? TEXT_MAX) * HEAVIEST
    case 'number_input':
      return NUMBER_MAX + AROUND_BYTES
    case 'static_select':
      return Math.max(0, ...(element.options ?? []).map(encodedSize)) + AROUND_BYTES
    case 'multi_static_select':
      return encodedSize(element.options) + AROUND_BYTES
    case 'external_select':
      return OPTION_BYTES
    case 'multi_external_select':
      return OPTION_BYTES * (element.max_selected_items ?? OPTIONS_MAX)
    case 'multi_users_select':
    case 'multi_conversations_select':
      // Quotes and a comma around each.
      return OPTIONS_MAX * (ID_LENGTH + 9) + AROUND_BYTES
    default:
      return ID_LENGTH + AROUND_BYTES
  }
}

/** An option says its value twice: as what is shown, and as what is sent. */
const OPTION_BYTES = 2 * OPTION_TEXT_MAX * HEAVIEST + AROUND_BYTES

/** As JSON in a form's encoding. */
function encodedSize(json: unknown): number {
  return new URLSearchParams({ '': JSON.stringify(json) }).toString().length
}
