/**
 * Verified Slack requests about forms: shortcuts, sent modals, selects that ask for options. Pure.
 */
import type { FieldValue } from '../../form/form.ts'
import type { PawlRecord } from '../../json.ts'
import type { Asking, Shortcut, Submission, TypedField } from '../hall.ts'
import { slackAddress } from './address.ts'
import { fieldOfBlock } from './modal.ts'
import {
  type ModalElement,
  type ModalState,
  messageShortcutSchema,
  shortcutSchema,
  submittedSchema,
  suggestionSchema,
} from './payloads.ts'
import { roomOf, somebodyOf } from './read.ts'

/** As much of a message as a line gets as its record; Slack's longest has 40,000 characters. */
const RECORD_TEXT_MAX = 10_000

export interface ReadShortcut {
  readonly shortcut: Shortcut
  /** With which a modal can be opened, once, within 3 s. */
  readonly trigger: string
  readonly responseUrl: string | null
}

/** A shortcut on a message: the message is the record. Null for what is none. */
export function readMessageShortcut(payload: unknown, receivedAt: number): ReadShortcut | null {
  const parsed = messageShortcutSchema.safeParse(payload)
  const who = parsed.success ? somebodyOf(parsed.data) : null
  if (!parsed.success || !who) return null
  const { channel, message, trigger_id, response_url } = parsed.data
  const address = slackAddress({
    team: who.actor.workspace,
    channel: channel.id,
    user: who.actor.id,
    thread: message.thread_ts ?? undefined,
    // Where it stands in no thread, one can begin under it.
    askedIn: message.ts,
    responseUrl: response_url ?? undefined,
    receivedAt,
  })
  return {
    shortcut: { ...who, kind: 'message', channel: roomOf(channel), record: recordOf(channel.id, message), address },
    trigger: trigger_id,
    responseUrl: response_url ?? null,
  }
}

function recordOf(
  channel: string,
  {
    text,
    user,
    bot_id,
    ts,
    thread_ts,
  }: { text: string; ts: string } & {
    readonly [key in 'user' | 'bot_id' | 'thread_ts']?: string | null | undefined
  },
): PawlRecord {
  return {
    // What Slack writes as entities the person typed as characters.
    text: text
      .slice(0, RECORD_TEXT_MAX)
      .toWellFormed()
      .replace(/&(lt|gt|amp);/g, (_, name) => ENTITIES.get(name) ?? ''),
    user: user ?? bot_id ?? null,
    channel,
    message: ts,
    at: new Date(Number(ts.split('.')[0]) * 1_000).toISOString(),
    ...(thread_ts && { thread: thread_ts }),
  }
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
])

/** The shortcut that is there everywhere. It names no room: the answer goes to the conversation between the person and the bot. */
export function readGlobalShortcut(payload: unknown, receivedAt: number): ReadShortcut | null {
  const parsed = shortcutSchema.safeParse(payload)
  const who = parsed.success ? somebodyOf(parsed.data) : null
  if (!parsed.success || !who) return null
  const { workspace, id } = who.actor
  const address = slackAddress({ team: workspace, channel: id, user: id, receivedAt })
  return {
    shortcut: { ...who, kind: 'global', channel: { id, kind: 'direct' }, address },
    trigger: parsed.data.trigger_id,
    responseUrl: null,
  }
}

export interface ReadSubmission {
  readonly submission: Submission
  /** The block of each field that was shown: where Slack puts what is wrong with it. */
  readonly blocks: ReadonlyMap<string, string>
}

/** A modal of Pawl's that was sent off; null for any other. */
export function readSubmission(payload: unknown, receivedAt: number): ReadSubmission | null {
  const parsed = submittedSchema.safeParse(payload)
  if (!parsed.success) return null
  const { view, user, team } = parsed.data
  const who = somebodyOf({ user, team }, view.app_installed_team_id ?? undefined)
  if (!who) return null
  const blocks = new Map(Object.keys(view.state.values).map((block) => [fieldOfBlock(block), block]))
  return {
    submission: {
      ...who,
      source: 'slack.view',
      id: view.private_metadata,
      step: Number(view.callback_id.slice('form:'.length)),
      values: filledFields(view.state),
      answersInResponse: false,
      receivedAt,
      address: null,
    },
    blocks,
  }
}

/** What stands in a modal, by field. */
function filledFields({ values }: ModalState): Map<string, FieldValue | null> {
  return new Map(
    Object.entries(values).flatMap(([block, elements]) =>
      Object.values(elements).map((element) => [fieldOfBlock(block), filledIn(element)] as const),
    ),
  )
}

function filledIn(element: ModalElement): FieldValue | null {
  const { type, value, selected_option, selected_user, selected_conversation } = element
  const several =
    element.selected_options?.map((option) => option.value) ?? element.selected_users ?? element.selected_conversations
  if (several) return several
  const one = value ?? selected_option?.value ?? selected_user ?? selected_conversation ?? null
  return type === 'radio_buttons' && one !== null ? one === 'true' : one
}

/** A select of a modal of Pawl's that asks for its options; null for any other. */
export function readSuggestion(payload: unknown): (Pick<Asking, 'actor' | 'standing'> & TypedField) | null {
  const parsed = suggestionSchema.safeParse(payload)
  const who = parsed.success ? somebodyOf(parsed.data) : null
  if (!parsed.success || !who) return null
  const { action_id, value, view } = parsed.data
  const { private_metadata: form, state = { values: {} } } = view
  return { ...who, form, field: action_id, typed: value, values: filledFields(state) }
}
