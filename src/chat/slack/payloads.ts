/**
 * What Slack sends, as far as Pawl reads it; keys that are not named here are ignored. Pure.
 * https://docs.slack.dev/interactivity/implementing-slash-commands, https://docs.slack.dev/apis/events-api
 */
import * as z from 'zod'
import { FORM_ID } from '../../form/form.ts'

/** An id as part of an actor's key: no colon, no white space. */
const id = z.string().regex(/^[A-Za-z0-9][\w-]{0,63}$/)
/** Part of the key of deduplication. */
const deliveryId = z.string().regex(/^[\x21-\x7e]{1,200}$/)
const text = z.string()
/** What Slack calls a message's time is its id within the channel. */
const timestamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/)

export const slashCommandSchema = z.object({
  command: z.string().regex(/^\/[^\s/]{1,60}$/),
  text: text.default(''),
  team_id: id,
  channel_id: id,
  channel_name: text.optional(),
  user_id: id,
  trigger_id: deliveryId,
  response_url: text.optional(),
})

export type SlashCommand = z.output<typeof slashCommandSchema>

/** Every interaction has a type; each type's own reader takes what it needs. */
export const interactionSchema = z.object({ type: z.string().min(1) })

/** Whoever did something; their own team may be missing where it is the one that the request is about. */
const somebody = {
  user: z.object({ id, team_id: id.nullish() }),
  team: z.object({ id }).nullish(),
}

export type Somebody = z.output<z.ZodObject<typeof somebody>>

/** A pressed button under one of the bot's messages. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export const pressedSchema = z.object({
  trigger_id: deliveryId,
  ...somebody,
  channel: z.object({ id, name: text.nullish() }),
  message: z.object({ thread_ts: text.nullish() }).nullish(),
  container: z.object({ message_ts: timestamp.nullish() }).nullish(),
  response_url: text.nullish(),
  actions: z.tuple([
    z.object({ type: z.literal('button'), action_id: text, action_ts: z.string().regex(/^[\d.]{1,32}$/) }),
  ]),
})

/** What one element holds; which of these is there depends on its type. */
const option = z.object({ value: text })
const elementSchema = z.object({
  type: text,
  value: text.nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).optional(),
  selected_user: text.nullish(),
  selected_users: z.array(text).optional(),
  selected_conversation: text.nullish(),
  selected_conversations: z.array(text).optional(),
})

export type ModalElement = z.output<typeof elementSchema>

/** What a modal holds: by block, then by element. */
const stateSchema = z.object({ values: z.record(z.string(), z.record(z.string(), elementSchema)).default({}) })

export type ModalState = z.output<typeof stateSchema>

/** A select that asks for its options while somebody types. https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload */
export const suggestionSchema = z.object({
  ...somebody,
  action_id: text,
  value: text.max(255).default(''),
  view: z.object({ private_metadata: z.string().regex(FORM_ID), state: stateSchema.optional() }),
})

/** A modal of Pawl's that was sent off. https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export const submittedSchema = z.object({
  ...somebody,
  view: z.object({
    callback_id: z.string().regex(/^form:[1-9]\d?$/),
    private_metadata: z.string().regex(FORM_ID),
    app_installed_team_id: id.nullish(),
    state: stateSchema,
  }),
})

/** A shortcut, from a message or from anywhere. https://docs.slack.dev/interactivity/implementing-shortcuts */
export const shortcutSchema = z.object({ ...somebody, trigger_id: deliveryId })

export const messageShortcutSchema = shortcutSchema.extend({
  channel: z.object({ id, name: text.nullish() }),
  response_url: text.nullish(),
  message: z.object({
    text: text.default(''),
    user: text.nullish(),
    bot_id: text.nullish(),
    ts: timestamp,
    thread_ts: timestamp.nullish(),
  }),
})

export const envelopeSchema = z.object({ type: z.string().min(1) })

export const urlVerificationSchema = z.object({ challenge: z.string().min(1).max(1_000) })

/** An event of any type: enough to know whether anybody listens. */
export const eventCallbackSchema = z.object({
  event_id: deliveryId,
  team_id: id.nullish(),
  is_ext_shared_channel: z.boolean().optional(),
  authorizations: z.array(z.object({ user_id: z.string().nullish(), is_bot: z.boolean().nullish() })).nullish(),
  event: z.object({
    type: z.string().min(1),
    channel_type: z.string().nullish(),
    subtype: z.unknown().optional(),
    bot_id: z.unknown().optional(),
    bot_profile: z.unknown().optional(),
    edited: z.unknown().optional(),
  }),
})

export type EventCallback = z.output<typeof eventCallbackSchema>

/** A message that a person wrote to Pawl. */
export const spokenSchema = z.object({
  event: z.object({
    user: id,
    text,
    channel: id,
    ts: timestamp.optional(),
    thread_ts: timestamp.optional(),
    team: id.nullish(),
    user_team: id.nullish(),
  }),
})
