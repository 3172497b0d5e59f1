/**
 * What Slack sends, as far as Pawl reads it; keys that are not named here are ignored. Pure.
 * https://docs.slack.dev/interactivity/implementing-slash-commands, https://docs.slack.dev/apis/events-api
 */
import * as z from 'zod'

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

/** A pressed button under one of the bot's messages. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export const pressedSchema = z.object({
  trigger_id: deliveryId,
  user: z.object({ id, team_id: id.nullish() }),
  team: z.object({ id }).nullish(),
  channel: z.object({ id, name: text.nullish() }),
  message: z.object({ thread_ts: text.nullish() }).nullish(),
  container: z.object({ message_ts: timestamp.nullish() }).nullish(),
  response_url: text.nullish(),
  actions: z.tuple([
    z.object({ type: z.literal('button'), action_id: text, action_ts: z.string().regex(/^[\d.]{1,32}$/) }),
  ]),
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
