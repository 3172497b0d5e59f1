/** The guild as Discord's API describes it: its roles, its channels and who may what there, its people. Pure. */
import type { PawlRecord } from '../../../src/json.ts'
import { DISCORD_GUILD, PEOPLE, type Person, type Room } from '../world.ts'

const VIEW_CHANNEL = 1n << 10n
const SEND_MESSAGES = 1n << 11n
const SEND_MESSAGES_IN_THREADS = 1n << 38n

/** The role that the bot got when it was added. */
export const BOT_ROLE = '1180000000000000098'

/** Nobody of the people: an owner may everything, and then nothing could be tried. */
const OWNER = '1180000000000000010'

export function guildJson(): PawlRecord {
  const permissions = String(VIEW_CHANNEL | SEND_MESSAGES | SEND_MESSAGES_IN_THREADS)
  return {
    id: DISCORD_GUILD.id,
    name: 'pawl-local',
    owner_id: OWNER,
    roles: [
      { id: DISCORD_GUILD.id, name: '@everyone', permissions },
      { id: BOT_ROLE, name: 'pawl', permissions, managed: true },
    ],
  }
}

const OF_ROLE = 0
const OF_MEMBER = 1
const view = String(VIEW_CHANNEL)

/** What differs in a room from what the roles say. */
export function overwritesOf({ botIsMember, only }: Room): PawlRecord[] {
  if (!botIsMember) return [{ id: BOT_ROLE, type: OF_ROLE, allow: '0', deny: view }]
  if (only === null) return []
  const people = PEOPLE.filter(({ name }) => only.includes(name))
  return [
    { id: DISCORD_GUILD.id, type: OF_ROLE, allow: '0', deny: view },
    { id: BOT_ROLE, type: OF_ROLE, allow: view, deny: '0' },
    ...people.map(({ discord }) => ({ id: discord, type: OF_MEMBER, allow: view, deny: '0' })),
  ]
}

/** A channel of the guild, or a conversation. */
export function channelJson(room: Room): PawlRecord {
  if (room.direct) return { id: room.discord, type: 1, recipients: [userJson(room.direct)] }
  return {
    id: room.discord,
    type: 0,
    guild_id: DISCORD_GUILD.id,
    name: room.name,
    permission_overwrites: overwritesOf(room),
  }
}

export function userJson(person: Person): PawlRecord {
  return { id: person.discord, username: person.name, global_name: person.name, discriminator: '0' }
}
