/**
 * Where an answer in Discord can go: written by the reader of a request, read by the courier alone. Pure.
 * Holds a bearer secret (the interaction token): never logged, never audited.
 */
import * as z from 'zod'
import type { Address } from '../invocation.ts'

/** https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages */
export const TOKEN_MS = 15 * 60_000

const addressSchema = z.object({
  platform: z.literal('discord'),
  application: z.string(),
  interaction: z.string(),
  /** Missing where a redirect leads: its answer must never appear where the interaction was. */
  token: z.string().optional(),
  /** Milliseconds since 1970. */
  token_until: z.number().optional(),
  guild: z.string().optional(),
  channel: z.string(),
  user: z.string(),
  /** The message whose button was pressed. */
  pressed: z.string().optional(),
})

export type DiscordAddress = z.output<typeof addressSchema>

export interface DiscordPlace {
  readonly application: string
  readonly interaction: string
  readonly token: string
  readonly guild?: string
  readonly channel: string
  readonly user: string
  readonly pressed?: string
}

/** The address of an answer; the token is given its deadline. */
export function discordAddress(place: DiscordPlace, receivedAt: number): Address {
  return { platform: 'discord', ...place, token_until: receivedAt + TOKEN_MS }
}

/** The address of another room, or of a person: for the bot's own posts alone. */
export function redirectAddress(
  { application, interaction, guild }: DiscordAddress,
  { channel, user }: { readonly channel: string; readonly user: string },
): Address {
  return { platform: 'discord', application, interaction, ...(guild !== undefined && { guild }), channel, user }
}

/** The courier's reading; null when it is no address of Discord's. */
export function readDiscordAddress(address: Address): DiscordAddress | null {
  return addressSchema.safeParse(address).data ?? null
}
