/**
 * Who is a full member of a guild. Pure but for the client, which asks Discord's REST API.
 * https://docs.discord.com/developers/resources/guild#guild-member-object
 */
import * as z from 'zod'
import type { Actor, Standing } from '../invocation.ts'
import type { DiscordClient } from './client.ts'

/** "Member is a guest and can only access the voice channel they were invited to" (guild member flags). */
const IS_GUEST = 1 << 4

/** A member as far as standing goes; Discord leaves out what is false. */
export const memberFactsSchema = z.object({
  flags: z.int().nullish(),
  pending: z.boolean().nullish(),
  user: z.object({ bot: z.boolean().nullish() }),
})

/** A bot, a guest, and whoever has not passed the guild's screening yet are outside. */
export function discordStanding({ flags, pending, user }: z.output<typeof memberFactsSchema>): 'member' | 'outside' {
  return user.bot || pending || ((flags ?? 0) & IS_GUEST) !== 0 ? 'outside' : 'member'
}

/** Asks Discord; somebody who is no member of the guild is outside. Never rejects. */
export async function askDiscordStanding(client: DiscordClient, { workspace, id }: Actor): Promise<Standing> {
  const path = `guilds/${encodeURIComponent(workspace)}/members/${encodeURIComponent(id)}`
  const found = await client.asBot('GET', path)
  if (found?.kind === 'refused' && found.status === 404) return 'outside'
  const member = found?.kind === 'ok' ? memberFactsSchema.safeParse(found.body).data : undefined
  return member ? discordStanding(member) : 'unknown'
}
