/**
 * What the asker, and the bot, may do in the channels of a guild; nothing is remembered, for roles change. Network: Discord's
 * REST API, through the client.
 */
import * as z from 'zod'
import type { CallResult } from '../call.ts'
import type { DiscordClient } from './client.ts'
import { guildSchema, type Member, type Overwrites, permissionsIn } from './permissions.ts'

const memberSchema = z.object({ roles: z.array(z.string()) })
const selfSchema = z.object({ id: z.string() })

/** Whether these bits are all held where these overwrites stand. */
export type May = (overwrites: Overwrites, bits: bigint) => boolean

export type Access =
  | { readonly ok: true; readonly asker: May; readonly bot: May }
  /** What Discord answered instead: null without a bot token, an `ok` that cannot be read. */
  | { readonly ok: false; readonly result: CallResult | null }

/** Asks Discord for the guild's roles and for those of the asker and of the bot. Never rejects. */
export async function readAccess(
  client: DiscordClient,
  asker: { readonly guild: string; readonly user: string },
): Promise<Access> {
  const guildPath = `guilds/${encodeURIComponent(asker.guild)}`
  const memberOf = (user: string) => client.asBot('GET', `${guildPath}/members/${encodeURIComponent(user)}`)
  const [guild, member, self] = await Promise.all([
    client.asBot('GET', guildPath),
    memberOf(asker.user),
    client.asBot('GET', 'users/@me'),
  ])
  const id = readAs(selfSchema, self)?.id
  const botMember = id === undefined ? self : await memberOf(id)
  const roles = readAs(guildSchema, guild)
  const asking = readAs(memberSchema, member)
  const own = readAs(memberSchema, botMember)
  if (!roles) return { ok: false, result: guild }
  if (!asking) return { ok: false, result: member }
  if (!own || id === undefined) return { ok: false, result: botMember }
  const mayOf =
    (who: Member): May =>
    (overwrites, bits) =>
      (permissionsIn(roles, who, overwrites) & bits) === bits
  return {
    ok: true,
    asker: mayOf({ user: asker.user, roles: asking.roles }),
    bot: mayOf({ user: id, roles: own.roles }),
  }
}

function readAs<T>(schema: z.ZodType<T>, result: CallResult | null): T | undefined {
  return result?.kind === 'ok' ? schema.safeParse(result.body).data : undefined
}
