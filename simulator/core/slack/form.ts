/** A Slack view as the form that a person has in front of them, and back: `view.state.values`. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import type { Choice, Form, FormField } from '../form.ts'
import { SLACK } from '../limits.ts'
import { list, records, text } from '../wire.ts'
import { personById, roomById } from '../world.ts'
import { initialOptions, optionsOf } from './check-elements.ts'
import type { View } from './state.ts'
import { slackLook } from './view.ts'

/** The form of a view. What was in the fields of the view that it replaces stays in those with the same ids, as in Slack. */
export function formOfView(
  { id, json, person, room }: Omit<View, 'form' | 'root' | 'previous'>,
  before: Form | null,
): Form {
  const blocks = records(json.blocks)
  const label = (value: Json | undefined) => (isRecord(value) ? (text(value, 'text') ?? '') : '')
  const inputs = blocks.filter((block) => text(block, 'type') === 'input')
  return {
    platform: 'slack',
    person,
    room,
    id,
    title: label(json.title),
    words: slackLook({ blocks: blocks.filter((block) => !inputs.includes(block)) })
      .text.split('\n')
      .filter((line) => line !== ''),
    submit: isRecord(json.submit) ? label(json.submit) : null,
    fields: inputs.map((block, i) => {
      const field = fieldOf(block, i + 1)
      const old = before?.fields.find((it) => it.id === field.id && it.raw.action_id === field.raw.action_id)
      if (old && old.raw.type === field.raw.type) field.chosen = old.chosen
      return field
    }),
  }
}

/** Kinds of elements, without `multi_`. */
const KINDS: ReadonlyMap<string, FormField['kind']> = new Map([
  ['static_select', 'choice'],
  ['radio_buttons', 'choice'],
  ['external_select', 'search'],
  ['users_select', 'person'],
  ['conversations_select', 'room'],
  ['channels_select', 'room'],
  ['checkboxes', 'tick'],
])

function fieldOf(block: PawlRecord, number: number): FormField {
  const raw = isRecord(block.element) ? block.element : {}
  const type = text(raw, 'type') ?? ''
  const kind = KINDS.get(type.replace(/^multi_/, '')) ?? (raw.multiline === true ? 'lines' : 'text')
  const choices = optionsOf(raw).map(choiceOf)
  const several = type.startsWith('multi_') || type === 'checkboxes'
  return {
    number,
    id: text(block, 'block_id') ?? '',
    label: isRecord(block.label) ? (text(block.label, 'text') ?? '') : '',
    hint: isRecord(block.hint) ? (text(block.hint, 'text') ?? null) : null,
    kind,
    most: several ? Number(raw.max_selected_items ?? SLACK.selectOptions) : 1,
    required: block.optional !== true,
    min: Number(raw.min_length ?? (kind === 'search' ? (raw.min_query_length ?? SLACK.queryLength) : 0)),
    max: Number(raw.max_length ?? SLACK.inputText),
    choices,
    chosen: initially(raw, kind),
    problem: null,
    raw,
  }
}

export function choiceOf(option: PawlRecord): Choice {
  const shown = isRecord(option.text) ? (text(option.text, 'text') ?? '') : ''
  return { text: shown, value: text(option, 'value') ?? '' }
}

function initially(raw: PawlRecord, kind: FormField['kind']): Choice[] {
  const ids = (...names: string[]) =>
    names.flatMap((name) => [text(raw, name), ...(list(raw, `${name}s`) ?? [])]).filter((id) => typeof id === 'string')
  switch (kind) {
    case 'person':
      return ids('initial_user').map((id) => ({ text: `@${personById('slack', id)?.name ?? id}`, value: id }))
    case 'room':
      return ids('initial_conversation', 'initial_channel').map((id) => ({
        text: `#${roomById('slack', id)?.name ?? id}`,
        value: id,
      }))
    case 'text':
    case 'lines': {
      const value = text(raw, 'initial_value') ?? ''
      return value === '' ? [] : [{ text: value, value }]
    }
    default:
      return initialOptions(raw).map(choiceOf)
  }
}

/** `state.values` of a submission: by block, by action. */
export function stateOf(form: Form): PawlRecord {
  return Object.fromEntries(
    form.fields.map((field) => [field.id, { [text(field.raw, 'action_id') ?? '']: sentOf(field) }]),
  )
}

function sentOf({ raw, kind, chosen }: FormField): PawlRecord {
  const type = text(raw, 'type') ?? ''
  const values = chosen.map(({ value }) => value)
  const one = (name: string) => ({ type, [`selected_${name}`]: values[0] ?? null })
  const several = (name: string) => ({ type, [`selected_${name}`]: values })
  const options: PawlRecord[] = chosen.map((choice) => ({
    text: { type: 'plain_text', text: choice.text, emoji: true },
    value: choice.value,
  }))
  const isMulti = type.startsWith('multi_')
  switch (kind) {
    case 'person':
      return isMulti ? several('users') : one('user')
    case 'room': {
      const name = type.includes('channels') ? 'channel' : 'conversation'
      return isMulti ? several(`${name}s`) : one(name)
    }
    case 'text':
    case 'lines':
      return { type, value: values[0] ?? null }
    default:
      return isMulti || type === 'checkboxes'
        ? { type, selected_options: options }
        : { type, selected_option: options[0] ?? null }
  }
}
