/**
 * What a member of a guild may do in a channel, computed as Discord documents it. Pure.
 * https://docs.discord.com/developers/topics/permissions#permission-overwrites
 */
import * as z from 'zod'

/** Bits come as decimal text: there are more of them than a number holds. */
const bits = z
  .string()
  .regex(/^\d{1,40}$/)
  .transform(BigInt)

export const ADMINISTRATOR = 1n << 3n
export const VIEW_CHANNEL = 1n << 10n
export const SEND_MESSAGES = 1n << 11n
export const SEND_MESSAGES_IN_THREADS = 1n << 38n

const ALL = ~0n

export const overwritesSchema = z.array(z.object({ id: z.string(), allow: bits, deny: bits }))
export type Overwrites = z.output<typeof overwritesSchema>

export const guildSchema = z.object({
  id: z.string(),
  owner_id: z.string(),
  roles: z.array(z.object({ id: z.string(), permissions: bits })),
})
export type Guild = z.output<typeof guildSchema>

/** A member of a guild, as far as permissions go. */
export interface Member {
  readonly user: string
  readonly roles: readonly string[]
}

/**
 * The bits that a member has in a channel with these overwrites; in a thread, those of its parent count. Who may not see the
 * channel may do nothing in it.
 *
 * @example (permissionsIn(guild, member, channel.permission_overwrites) & SEND_MESSAGES) !== 0n
 */
export function permissionsIn(guild: Guild, { user, roles }: Member, overwrites: Overwrites): bigint {
  if (guild.owner_id === user) return ALL
  const held = new Set(roles)
  // The role of everybody has the guild's own id.
  const base = guild.roles.reduce(
    (sum, role) => (role.id === guild.id || held.has(role.id) ? sum | role.permissions : sum),
    0n,
  )
  if ((base & ADMINISTRATOR) !== 0n) return ALL
  const everyone = overwrites.filter(({ id }) => id === guild.id)
  // The ids of roles and of people are never the same: both are snowflakes of one kind.
  const ofRoles = overwrites.filter(({ id }) => id !== guild.id && held.has(id))
  const own = overwrites.filter(({ id }) => id === user)
  const granted = [everyone, ofRoles, own].reduce(apply, base)
  return (granted & VIEW_CHANNEL) === 0n ? 0n : granted
}

/** Of one layer, what any of them allows is allowed, whatever another one denies. */
function apply(permissions: bigint, layer: Overwrites): bigint {
  const deny = layer.reduce((sum, overwrite) => sum | overwrite.deny, 0n)
  const allow = layer.reduce((sum, overwrite) => sum | overwrite.allow, 0n)
  return (permissions & ~deny) | allow
}
