/** Verified Discord requests about forms: options being typed, commands on messages, modals that were sent off. Pure. */
import type { FieldValue } from '../../form/form.ts'
import type { Json } from '../../json.ts'
import { formOfButton } from '../button.ts'
import type { Asking, Shortcut, Submission, TypedOption } from '../hall.ts'
import { fieldValue } from './modal.ts'
import {
  type Draft,
  guildPressedSchema,
  messageCommandSchema,
  submittedSchema,
  type Typing,
  typingSchema,
} from './payloads.ts'
import { addressOf, askingOf, LINE_OPTION, ROOT_COMMAND } from './read.ts'

/** As much of a message as a line gets as its record; Discord's longest has 4,000 characters. */
const RECORD_TEXT_MAX = 10_000

export type ReadTyping = { readonly who: Asking } & (
  | { readonly kind: 'line'; readonly typed: string }
  | { readonly kind: 'option'; readonly option: TypedOption; readonly numeric: boolean }
)

/** What is being typed: a whole line, or one option of a command. Null for what is neither. */
export function readTyping(payload: unknown): ReadTyping | null {
  const parsed = typingSchema.safeParse(payload)
  if (!parsed.success) return null
  const { path, drafts } = pathOf(parsed.data.data)
  const focused = drafts.find((draft) => draft.focused)
  if (!focused) return null
  const who = askingOf(parsed.data)
  const typed = String(focused.value)
  if (path.length === 1 && path[0] === ROOT_COMMAND)
    return focused.name === LINE_OPTION ? { who, kind: 'line', typed } : null
  const others = new Map<string, Json>(drafts.flatMap((draft) => (draft.focused ? [] : [[draft.name, draft.value]])))
  const numeric = focused.type === 4 || focused.type === 10
  return { who, kind: 'option', option: { path, option: focused.name, typed, others }, numeric }
}

function pathOf({ name, options }: Typing['data']): { path: readonly string[]; drafts: readonly Draft[] } {
  const [first] = options
  if (first && 'options' in first) {
    const below = first.type === 2 ? first.options[0] : first
    const path = first.type === 2 ? [name, first.name, below.name] : [name, below.name]
    return { path, drafts: below.options }
  }
  return { path: [name], drafts: options.filter((draft): draft is Draft => 'value' in draft) }
}

/** A command on a message: the message is the record. Null for what is none. */
export function readMessageCommand(payload: unknown, receivedAt: number): Shortcut | null {
  const parsed = messageCommandSchema.safeParse(payload)
  if (!parsed.success) return null
  const { target_id, resolved } = parsed.data.data
  const message = Object.hasOwn(resolved.messages, target_id) ? resolved.messages[target_id] : undefined
  if (!message) return null
  return {
    ...askingOf(parsed.data),
    kind: 'message',
    record: {
      text: message.content.slice(0, RECORD_TEXT_MAX).toWellFormed(),
      user: message.author.id,
      channel: parsed.data.channel_id,
      message: target_id,
      at: message.timestamp ?? null,
    },
    address: addressOf(parsed.data, receivedAt),
  }
}

/** A pressed button that opens a form; null for anything else. */
export function readPressedForm(payload: unknown): (Asking & { readonly form: string }) | null {
  const parsed = guildPressedSchema.safeParse(payload)
  const form = parsed.success ? formOfButton(parsed.data.data.custom_id) : null
  return parsed.success && form !== null ? { ...askingOf(parsed.data), form } : null
}

/** A modal of Pawl's that was sent off; null for any other. */
export function readSubmission(payload: unknown, receivedAt: number): Submission | null {
  const parsed = submittedSchema.safeParse(payload)
  if (!parsed.success) return null
  const { custom_id, components } = parsed.data.data
  const [, id = '', step = ''] = custom_id.split(':')
  const values = new Map<string, FieldValue | null>(
    components.flatMap(({ component }) => {
      const read = component && fieldValue(component.custom_id, component)
      return read ? [read] : []
    }),
  )
  const { actor, standing } = askingOf(parsed.data)
  return {
    source: 'discord.modal',
    id,
    step: Number(step),
    values,
    actor,
    standing,
    answersInResponse: true,
    receivedAt,
    address: addressOf(parsed.data, receivedAt),
  }
}
