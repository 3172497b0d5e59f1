/**
 * A form as a Discord modal. Pure. https://docs.discord.com/developers/components/reference#label
 *
 * Its `custom_id` carries the form's id and the step that is shown, and that of a field says how what was filled in is read. All
 * of it comes back, and means nothing without the check that the form is the sender's own.
 */
import type { Field, FieldValue, Form, FormLimits } from '../../form/form.ts'
import { ANSWERS, chosenIn, hintOf, textIn, titleOf } from '../form-shown.ts'
import { shorten } from '../pieces.ts'
import { SNOWFLAKE } from './render.ts'

/** "Between 1 and 5 (inclusive) components that make up the modal." */
export const DISCORD_FORMS: FormLimits = { fields: 5 }

const TITLE_MAX = 45
const LABEL_MAX = 45
const HINT_MAX = 100
const TEXT_MAX = 4_000
const OPTIONS_MAX = 25
const OPTION_MAX = 100
/** Of a text display, in which the introduction stands where there is room for it. */
const INTRO_MAX = 2_000

const TEXT_DISPLAY = 10 as const
const LABEL = 18
const TEXT_INPUT = 4
const STRING_SELECT = 3
const USER_SELECT = 5
const CHANNEL_SELECT = 8

interface SelectOption {
  readonly label: string
  readonly value: string
  readonly default?: true
}

/** What is filled in; which of these is there depends on its type. */
interface Input {
  readonly type: typeof TEXT_INPUT | typeof STRING_SELECT | typeof USER_SELECT | typeof CHANNEL_SELECT
  readonly custom_id: string
  readonly required: boolean
  readonly style?: 1 | 2
  readonly max_length?: number
  readonly value?: string
  readonly options?: readonly SelectOption[]
  readonly min_values?: number
  readonly max_values?: number
  readonly default_values?: readonly { readonly id: string; readonly type: 'user' | 'channel' }[]
}

interface Label {
  readonly type: typeof LABEL
  readonly label: string
  readonly description?: string
  readonly component: Input
}

export interface DiscordModal {
  readonly custom_id: string
  readonly title: string
  readonly components: readonly (Label | { readonly type: typeof TEXT_DISPLAY; readonly content: string })[]
}

/** The data of the answer that opens the modal of one step. */
export function discordModal(form: Form): DiscordModal {
  const room = form.intro !== null && form.fields.length < DISCORD_FORMS.fields
  return {
    custom_id: `form:${form.id}:${form.step}`,
    title: titleOf(form, TITLE_MAX),
    components: [
      ...(room ? [{ type: TEXT_DISPLAY, content: shorten(form.intro ?? '', INTRO_MAX) }] : []),
      ...form.fields.map(labelOf),
    ],
  }
}

function labelOf(field: Field): Label {
  const hint = hintOf(field)
  return {
    type: LABEL,
    label: shorten(field.label, LABEL_MAX),
    ...(hint !== '' && { description: shorten(hint, HINT_MAX) }),
    component: componentOf(field),
  }
}

function componentOf(field: Field): Input {
  const { name, kind, list, required, value } = field
  const select = { custom_id: `${list ? 'list' : 'one'}:${name}`, required, ...howMany(field) }
  switch (kind) {
    case 'boolean': {
      const options = ANSWERS.map((one) => ({ ...one, ...(String(value) === one.value && { default: true as const }) }))
      return { ...select, type: STRING_SELECT, custom_id: `boolean:${name}`, max_values: 1, options }
    }
    case 'choice': {
      const options = optionsOf(field)
      return options ? { ...select, type: STRING_SELECT, options } : textOf(field)
    }
    case 'user':
      return { ...select, type: USER_SELECT, ...defaults(field, 'user') }
    case 'channel':
      return { ...select, type: CHANNEL_SELECT, ...defaults(field, 'channel') }
    default:
      return textOf(field)
  }
}

/** One; of a list, as many as there are or Discord takes. */
function howMany({ kind, list, required, choices = [] }: Field): { min_values: number; max_values: number } {
  const most = kind === 'choice' ? choices.length : OPTIONS_MAX
  return { min_values: required ? 1 : 0, max_values: list ? most : 1 }
}

/** Null when Discord could not show all of them: then it is text, checked when it arrives. */
function optionsOf({ choices = [], value, list }: Field): SelectOption[] | null {
  const fit = choices.every((choice) => shorten(choice, OPTION_MAX) === choice)
  if (!fit || choices.length === 0 || choices.length > OPTIONS_MAX) return null
  const chosen = chosenIn(value).slice(0, list ? OPTIONS_MAX : 1)
  return choices.map((choice) => ({
    label: choice,
    value: choice,
    ...(chosen.includes(choice) && { default: true as const }),
  }))
}

function defaults({ value, list }: Field, type: 'user' | 'channel'): Pick<Input, 'default_values'> {
  const ids = chosenIn(value).filter((id) => SNOWFLAKE.test(id))
  const shown = ids.slice(0, list ? OPTIONS_MAX : 1)
  return shown.length > 0 ? { default_values: shown.map((id) => ({ id, type })) } : {}
}

function textOf({ name, kind, list, required, value, length = TEXT_MAX }: Field): Input {
  const max_length = list ? TEXT_MAX : Math.min(Math.max(length, 1), TEXT_MAX)
  // A secret is never put in again, whoever asks for it.
  const text = kind === 'secret' ? '' : textIn(value, max_length)
  return {
    type: TEXT_INPUT,
    custom_id: `text:${name}`,
    style: list || kind === 'lines' ? 2 : 1,
    required,
    max_length,
    ...(text !== '' && { value: text }),
  }
}

/** What was filled in, as {@link discordModal} named its fields; nothing for a field of anybody else's. */
export function fieldValue(
  custom: string,
  {
    value,
    values = [],
  }: { readonly value?: string | null | undefined; readonly values?: readonly string[] | undefined },
): readonly [name: string, value: FieldValue | null] | null {
  const [how = '', name] = custom.split(':')
  if (name === undefined) return null
  switch (how) {
    case 'text':
      return [name, value ?? null]
    case 'one':
      return [name, values[0] ?? null]
    case 'list':
      return [name, values]
    case 'boolean':
      return [name, values[0] === undefined ? null : values[0] === 'true']
    default:
      return null
  }
}
