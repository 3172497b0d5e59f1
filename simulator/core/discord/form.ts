/** A Discord modal as the form that a person has in front of them, and back: the components of a submission. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import type { Choice, Form, FormField } from '../form.ts'
import { DISCORD } from '../limits.ts'
import { records, text } from '../wire.ts'
import { DISCORD_GUILD, memberFacts, type Person, personById, type Room, roomById } from '../world.ts'
import { PART } from './check-modal.ts'
import { markdown } from './view.ts'

export function formOfModal(data: PawlRecord, person: Person, room: Room): Form {
  const parts = records(data.components)
  const inputs = parts.flatMap((part) => (part.type === PART.text ? [] : [inputOf(part)]))
  return {
    platform: 'discord',
    person,
    room,
    id: text(data, 'custom_id') ?? '',
    title: text(data, 'title') ?? '',
    words: parts.flatMap((part) => (part.type === PART.text ? [markdown(text(part, 'content') ?? '', [])] : [])),
    submit: 'Submit',
    fields: inputs.map(({ part, input }, i) => fieldOf(part, input, i + 1)),
  }
}

/** A label with what it holds, or a row with its text input, which carries the label itself. */
function inputOf(part: PawlRecord): { part: PawlRecord; input: PawlRecord } {
  const [inRow] = records(part.components)
  return part.type === PART.row
    ? { part: inRow ?? {}, input: inRow ?? {} }
    : { part, input: isRecord(part.component) ? part.component : {} }
}

const KINDS: ReadonlyMap<Json, FormField['kind']> = new Map<Json, FormField['kind']>([
  [PART.stringSelect, 'choice'],
  [PART.radio, 'choice'],
  [PART.userSelect, 'person'],
  [PART.mentionableSelect, 'person'],
  [PART.channelSelect, 'room'],
  [PART.checkboxes, 'tick'],
  [PART.checkbox, 'tick'],
])

function fieldOf(part: PawlRecord, input: PawlRecord, number: number): FormField {
  const kind = KINDS.get(input.type ?? null) ?? (input.style === 2 ? 'lines' : 'text')
  const options = records(input.options)
  return {
    number,
    id: text(input, 'custom_id') ?? '',
    label: text(part, 'label') ?? '',
    hint: text(part, 'description') ?? null,
    kind,
    most: Number(input.max_values ?? (input.type === PART.checkboxes ? options.length : 1)),
    // A single checkbox is on or off, and never required.
    required: input.required !== false && input.type !== PART.checkbox,
    min: Number(input.min_length ?? 0),
    max: Number(input.max_length ?? DISCORD.inputText),
    choices: options.map(choiceOf),
    chosen: initially(input, options, kind),
    problem: null,
    raw: input,
  }
}

function choiceOf(option: PawlRecord): Choice {
  return { text: text(option, 'label') ?? '', value: text(option, 'value') ?? '' }
}

function initially(input: PawlRecord, options: PawlRecord[], kind: FormField['kind']): Choice[] {
  if (kind === 'text' || kind === 'lines') {
    const value = text(input, 'value') ?? ''
    return value === '' ? [] : [{ text: value, value }]
  }
  if (input.type === PART.checkbox) return input.default === true ? [{ text: 'true', value: 'true' }] : []
  if (options.length > 0) return options.filter((option) => option.default === true).map(choiceOf)
  return records(input.default_values).map((value) => {
    const id = text(value, 'id') ?? ''
    const shown =
      kind === 'room' ? `#${roomById('discord', id)?.name ?? id}` : `@${personById('discord', id)?.name ?? id}`
    return { text: shown, value: id }
  })
}

/** `data` of a submission. */
export function submissionOf(modal: PawlRecord, form: Form): PawlRecord {
  const users: PawlRecord = {}
  const members: PawlRecord = {}
  const channels: PawlRecord = {}
  for (const { kind, chosen } of form.fields) {
    for (const { value } of chosen) {
      const person = kind === 'person' ? personById('discord', value) : undefined
      const room = kind === 'room' ? roomById('discord', value) : undefined
      if (person) {
        users[value] = { id: value, username: person.name, global_name: person.name, discriminator: '0', avatar: null }
        members[value] = { roles: [], joined_at: '2024-01-01T00:00:00+00:00', permissions: '0', ...memberFacts(person) }
      }
      if (room) channels[value] = { id: value, name: room.name, type: 0, guild_id: DISCORD_GUILD.id, permissions: '0' }
    }
  }
  const resolved: PawlRecord = {
    ...(Object.keys(users).length > 0 && { users, members }),
    ...(Object.keys(channels).length > 0 && { channels }),
  }
  return {
    custom_id: form.id,
    components: records(modal.components).map((part, i) => answered(part, i + 1, form)),
    ...(Object.keys(resolved).length > 0 && { resolved }),
  }
}

function answered(part: PawlRecord, id: number, form: Form): PawlRecord {
  if (part.type === PART.text) return { type: PART.text, id }
  const { input } = inputOf(part)
  const field = form.fields.find((it) => it.id === text(input, 'custom_id'))
  const values = (field?.chosen ?? []).map(({ value }) => value)
  const component: PawlRecord = {
    type: input.type ?? PART.textInput,
    id: id + DISCORD.modalParts,
    custom_id: text(input, 'custom_id') ?? '',
  }
  if (input.type === PART.textInput) component.value = values[0] ?? ''
  else if (input.type === PART.checkbox) component.value = values.length > 0
  else if (input.type === PART.radio) component.value = values[0] ?? null
  else component.values = values
  return part.type === PART.row ? { type: PART.row, id, components: [component] } : { type: PART.label, id, component }
}
