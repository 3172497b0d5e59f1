/**
 * What Discord sends, as far as Pawl reads it; keys that are not named here are ignored. Pure.
 * https://discord.com/developers/docs/interactions/receiving-and-responding
 */
import * as z from 'zod'
import { memberFactsSchema } from './standing.ts'

/** An id: a number of up to 64 bits, as text. */
const snowflake = z.string().regex(/^\d{1,20}$/)
/** A command's, a group's or an option's name. Discord's own rule is narrower; registration keeps to it. */
const name = z.string().regex(/^[^\s:]{1,32}$/u)
const person = z.object({ id: snowflake })

/** Every interaction; each type's own schema takes the rest. */
export const interactionSchema = z.object({ type: z.int() })

/** Option types 6 to 9 and 11 hold the id of a user, a channel, a role, either of the first, an attachment. */
const valueSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal(3), name, value: z.string() }),
  z.object({ type: z.literal(4), name, value: z.int() }),
  z.object({ type: z.literal(5), name, value: z.boolean() }),
  z.object({ type: z.literal([6, 7, 8, 9, 11]), name, value: snowflake }),
  z.object({ type: z.literal(10), name, value: z.number() }),
])

const valuesSchema = z.array(valueSchema).max(25).default([])
const subcommandSchema = z.object({ type: z.literal(1), name, options: valuesSchema })
const groupSchema = z.object({ type: z.literal(2), name, options: z.tuple([subcommandSchema]) })

/** Either one subcommand, or one group that holds one, or values: Discord lets no two of these stand together. */
const optionsSchema = z.union([valuesSchema, z.tuple([subcommandSchema]), z.tuple([groupSchema])])

export type Value = z.output<typeof valueSchema>

/** Where a command was used; without a guild there is no workspace. */
export const commandPlaceSchema = z.object({
  guild_id: snowflake.nullish(),
  data: z.object({ type: z.int().default(1) }),
})

const memberSchema = memberFactsSchema.extend({ user: memberFactsSchema.shape.user.extend(person.shape) })

/** `parent_id`: of a thread, the room that it is in; of a room, its category. */
const channelSchema = z
  .object({ type: z.int().optional(), name: z.string().nullish(), parent_id: snowflake.nullish() })
  .nullish()

/** Anything that somebody did inside a guild. */
const guildSchema = z.object({
  id: snowflake,
  application_id: snowflake,
  token: z.string().min(1).max(1_000),
  guild_id: snowflake,
  channel_id: snowflake,
  channel: channelSchema,
  member: memberSchema,
})

export type GuildInteraction = z.output<typeof guildSchema>

/** A chat-input command used inside a guild. */
export const guildCommandSchema = guildSchema.extend({ data: z.object({ name, options: optionsSchema.default([]) }) })

/** While a command is being typed, nothing is checked yet: a number may be any text. */
const draftSchema = z.object({
  type: z.int(),
  name,
  value: z.union([z.string().max(6_000), z.number(), z.boolean()]),
  focused: z.boolean().default(false),
})
const draftsSchema = z.array(draftSchema).max(25).default([])
const draftSubcommandSchema = z.object({ type: z.literal(1), name, options: draftsSchema })
const draftGroupSchema = z.object({ type: z.literal(2), name, options: z.tuple([draftSubcommandSchema]) })

/** A command of which one option is being typed. */
export const typingSchema = z.object({
  guild_id: snowflake,
  channel_id: snowflake,
  channel: channelSchema,
  member: memberSchema,
  data: z.object({
    name,
    options: z.union([z.tuple([draftGroupSchema]), z.tuple([draftSubcommandSchema]), draftsSchema]),
  }),
})

export type Typing = z.output<typeof typingSchema>
export type Draft = z.output<typeof draftSchema>

/** A command used on a message inside a guild. */
export const messageCommandSchema = guildSchema.extend({
  data: z.object({
    target_id: snowflake,
    resolved: z.object({
      messages: z.record(
        snowflake,
        z.object({
          content: z.string().default(''),
          author: person,
          timestamp: z.string().max(60).nullish(),
        }),
      ),
    }),
  }),
})

/** A part of a modal; a text display holds nothing. */
const filledSchema = z.object({
  component: z
    .object({
      custom_id: z.string().min(1).max(100),
      value: z.string().nullish(),
      values: z.array(z.string()).optional(),
    })
    .optional(),
})

/** A modal of Pawl's that was sent off. */
export const submittedSchema = guildSchema.extend({
  data: z.object({
    custom_id: z.string().regex(/^form:f_[0-9a-hjkmnp-tv-z]{16}:[1-9]\d?$/),
    components: z.array(filledSchema).max(5),
  }),
})

/** A pressed button under one of the bot's messages. */
export const guildPressedSchema = guildSchema.extend({
  data: z.object({ custom_id: z.string().min(1).max(100), component_type: z.literal(2) }),
  message: z.object({ id: snowflake }).nullish(),
})

export type GuildCommand = z.output<typeof guildCommandSchema>
