/**
 * Where a redirect goes in Discord, and whether it may; which room a rule names. Network: Discord's REST API, through the
 * client; posts nothing.
 *
 * The addresses made here hold no interaction token: what cannot be posted there is never said where it was asked instead.
 */
import * as z from 'zod'
import type { Resolved, Room, Target } from '../../runs/courier.ts'
import type { CallResult } from '../call.ts'
import type { Actor, Address } from '../invocation.ts'
import { oneLine } from '../label.ts'
import { type Access, type May, readAccess } from './access.ts'
import { type DiscordAddress, readDiscordAddress, redirectAddress } from './address.ts'
import type { DiscordClient } from './client.ts'
import {
  type Overwrites,
  overwritesSchema,
  SEND_MESSAGES,
  SEND_MESSAGES_IN_THREADS,
  VIEW_CHANNEL,
} from './permissions.ts'

/** Ids as mentions carry them; whatever else follows `#` or `@` was typed and not picked. */
const ID = /^\d{1,20}$/

/** https://docs.discord.com/developers/resources/channel#channel-object-channel-types */
const TEXT_TYPES = new Set([0, 5])
const PRIVATE_THREAD = 12
const THREAD_TYPES = new Set([10, 11, PRIVATE_THREAD])

const channelSchema = z.object({
  id: z.string(),
  type: z.int(),
  guild_id: z.string().nullish(),
  name: z.string().nullish(),
  /** A thread's channel. */
  parent_id: z.string().nullish(),
  permission_overwrites: overwritesSchema.default([]),
  thread_metadata: z.object({ locked: z.boolean().default(false) }).nullish(),
})
type Channel = z.output<typeof channelSchema>

const memberSchema = z.object({
  nick: z.string().nullish(),
  user: z.object({
    id: z.string(),
    username: z.string().default(''),
    global_name: z.string().nullish(),
    bot: z.boolean().default(false),
  }),
})

const openedSchema = z.object({ id: z.string() })

type Refusal = Extract<Resolved, { ok: false }>

/**
 * Finds the place and checks it; nothing is remembered, for rooms and members change. In a room that the line names, the asker
 * and the bot must be allowed to write. Never rejects.
 *
 * @example await resolveDiscordTarget(client, address, { kind: 'channel', id: '1180' }) // { ok: true, label: '#ops', … }
 */
export async function resolveDiscordTarget(client: DiscordClient, address: Address, target: Target): Promise<Resolved> {
  if (target.kind === 'here') return { ok: true, address, label: 'this channel' }
  const place = readDiscordAddress(address)
  if (place?.guild === undefined) return refuse('Pawl no longer knows where this was asked. Type the line again.')
  const asked = { ...place, guild: place.guild }
  switch (target.kind) {
    case 'me':
      return openDirect(client, asked, asked.user, 'you')
    case 'thread':
      return findThread(client, asked)
    case 'channel':
      return findChannel(client, asked, target.id)
    case 'user':
      return findPerson(client, asked, target.id)
  }
}

type Asked = DiscordAddress & { readonly guild: string }
type Asker = Pick<Asked, 'guild' | 'user'>

async function findThread(client: DiscordClient, asked: Asked): Promise<Resolved> {
  const channel = await readChannel(client, asked, asked.channel)
  if ('message' in channel) return channel
  if (!THREAD_TYPES.has(channel.type))
    return refuse('This was not asked in a thread. Use the command inside the thread, or send it to "here".')
  return whyClosed(channel) ?? reach(asked, channel, 'this thread')
}

async function findChannel(client: DiscordClient, asked: Asked, typed: string): Promise<Resolved> {
  const seen = await seeChannel(client, asked, typed)
  if ('message' in seen) return seen
  return whyClosed(seen.channel) ?? whyMute(seen) ?? reach(asked, seen.channel, labelOf(seen.channel))
}

/** A channel that the asker sees, and what is allowed in it. */
interface Seen {
  readonly channel: Channel
  /** Those of the channel, or for a thread of the one that it is in. */
  readonly overwrites: Overwrites
  readonly access: Extract<Access, { ok: true }>
}

/** By id or name, and only what the asker may know of: nothing else shows its name. */
async function seeChannel(client: DiscordClient, asker: Asker, typed: string): Promise<Seen | Refusal> {
  const access = await readAccess(client, asker)
  if (!access.ok) return access.result?.kind === 'ok' ? UNREADABLE : explain(access.result, UNKNOWN_CHANNEL)
  const id = ID.test(typed) ? typed : await findByName(client, asker, typed, access.asker)
  if (typeof id !== 'string') return id
  const channel = await readChannel(client, asker, id)
  if ('message' in channel) return channel
  const homeId = THREAD_TYPES.has(channel.type) ? channel.parent_id : null
  const home = homeId ? await readChannel(client, asker, homeId) : channel
  if ('message' in home) return home
  const overwrites = home.permission_overwrites
  if (!access.asker(overwrites, VIEW_CHANNEL)) return UNKNOWN_CHANNEL
  const problem = channel.type === PRIVATE_THREAD ? await whyNoMember(client, asker, channel) : null
  return problem ?? { channel, overwrites, access }
}

/** What one of the two may not write, Pawl does not write for the asker. */
function whyMute({ channel, overwrites, access }: Seen): Refusal | null {
  const isThread = THREAD_TYPES.has(channel.type)
  const bits = isThread ? SEND_MESSAGES_IN_THREADS : SEND_MESSAGES
  const label = labelOf(channel)
  if (!access.asker(overwrites, bits)) return refuse(`You may not write in ${label}. Pick another channel.`)
  const name = isThread ? 'Send Messages in Threads' : 'Send Messages'
  return access.bot(overwrites, VIEW_CHANNEL | bits)
    ? null
    : refuse(`Pawl may not write in ${label}. Let Pawl's role "View Channel" and "${name}" there, then try again.`)
}

/**
 * The room that an id out of a mention, or a name, stands for; nothing is posted there. Never rejects.
 *
 * @example await findDiscordRoom(client, actor, '1180') // { ok: true, ref: 'discord:1180', name: '#ops' }
 */
export async function findDiscordRoom(client: DiscordClient, actor: Actor, typed: string): Promise<Room> {
  const seen = await seeChannel(client, { guild: actor.workspace, user: actor.id }, typed)
  if ('message' in seen) return seen
  const { channel } = seen
  const problem = whyNoText(channel)
  if (problem) return problem
  return channel.name ? { ok: true, ref: `discord:${channel.id}`, name: labelOf(channel) } : UNREADABLE
}

function reach(asked: Asked, { id }: Channel, label: string): Resolved {
  const address = redirectAddress(asked, { channel: id, user: asked.user })
  return { ok: true, address, label, ...(id === asked.channel && { here: true }) }
}

function whyNoText(channel: Channel): Refusal | null {
  return TEXT_TYPES.has(channel.type) || THREAD_TYPES.has(channel.type)
    ? null
    : refuse(`${labelOf(channel)} is no text channel. Pick a text channel or a thread.`)
}

function whyClosed(channel: Channel): Refusal | null {
  const problem = whyNoText(channel)
  if (problem !== null || !channel.thread_metadata?.locked) return problem
  return refuse(`${labelOf(channel)} is locked. Pick another one, or have it unlocked.`)
}

/** Only a channel of the guild that was asked in: the bot may be a guest of other guilds, too. */
async function readChannel(
  client: DiscordClient,
  { guild }: Pick<Asker, 'guild'>,
  id: string,
): Promise<Channel | Refusal> {
  const found = await client.asBot('GET', `channels/${encodeURIComponent(id)}`)
  if (found?.kind !== 'ok') return explain(found, UNKNOWN_CHANNEL)
  const channel = channelSchema.safeParse(found.body).data
  if (!channel) return UNREADABLE
  return channel.guild_id === guild ? channel : UNKNOWN_CHANNEL
}

/** A private thread is there for its members alone. */
async function whyNoMember(client: DiscordClient, { user }: Asker, { id }: Channel): Promise<Refusal | null> {
  const path = `channels/${encodeURIComponent(id)}/thread-members/${encodeURIComponent(user)}`
  const found = await client.asBot('GET', path)
  return found?.kind === 'ok' ? null : explain(found, UNKNOWN_CHANNEL)
}

/** The id of the only text channel of the guild that is called so and that the asker sees. */
async function findByName(
  client: DiscordClient,
  { guild }: Asker,
  name: string,
  mayAsker: May,
): Promise<string | Refusal> {
  const found = await client.asBot('GET', `guilds/${encodeURIComponent(guild)}/channels`)
  if (found?.kind !== 'ok') return explain(found, UNKNOWN_CHANNEL)
  const channels = z.array(channelSchema).safeParse(found.list).data
  if (!channels) return UNREADABLE
  const [only, ...others] = channels.filter(
    ({ type, name: called, permission_overwrites }) =>
      TEXT_TYPES.has(type) && called === name && mayAsker(permission_overwrites, VIEW_CHANNEL),
  )
  if (!only) return UNKNOWN_CHANNEL
  return others.length === 0
    ? only.id
    : refuse(`Several channels are called #${oneLine(name)}. Type # and pick the one you mean from the list.`)
}

async function findPerson(client: DiscordClient, asked: Asked, id: string): Promise<Resolved> {
  if (!ID.test(id))
    return refuse('Discord does not say who that is. Type @ and pick the person from the list that Discord offers.')
  // Whoever shares another guild with the bot could be written to as well: only members of this one are.
  const found = await client.asBot('GET', `guilds/${encodeURIComponent(asked.guild)}/members/${id}`)
  if (found?.kind !== 'ok') return explain(found, UNKNOWN_PERSON)
  const member = memberSchema.safeParse(found.body).data
  if (!member) return UNREADABLE
  const { nick, user } = member
  const label = `@${oneLine(nick || user.global_name || user.username || user.id)}`
  if (user.bot) return refuse(`${label} is a bot, which reads no messages. Pick a person.`)
  return openDirect(client, asked, user.id, label)
}

/** The direct conversation with somebody who has asked for nothing; `key` stands in for the interaction. Never rejects. */
export function openDiscordDirect(
  client: DiscordClient,
  application: string,
  { workspace, id }: Actor,
  key: string,
): Promise<Resolved> {
  const asked = { platform: 'discord' as const, application, interaction: key, guild: workspace, channel: '', user: id }
  return openDirect(client, asked, id, 'the account')
}

async function openDirect(client: DiscordClient, asked: Asked, user: string, label: string): Promise<Resolved> {
  const opened = await client.asBot('POST', 'users/@me/channels', { recipient_id: user })
  if (opened?.kind !== 'ok') return explain(opened, NOT_REACHABLE)
  const channel = openedSchema.safeParse(opened.body).data?.id
  if (channel === undefined) return UNREADABLE
  const address = redirectAddress(asked, { channel, user })
  return { ok: true, address, label, ...(user === asked.user && { own: true }) }
}

const refuse = (message: string): Refusal => ({ ok: false, message })

/** The same for a room that is not there, of another guild, or not to be seen. */
const UNKNOWN_CHANNEL = refuse(
  'There is no such channel here that both you and Pawl can see. Type # and pick one from the list, and let Pawl\'s role "View Channel" and "Send Messages" there.',
)
const UNKNOWN_PERSON = refuse('Nobody of that name is in this server. Type @ and pick the person from the list.')
const NOT_REACHABLE = refuse('Discord does not let Pawl write to that person. Pick a channel, or somebody else.')
const UNREADABLE = refuse('Discord gave an answer that Pawl cannot read. Try again later, or tell who runs Pawl.')
const NO_TOKEN = refuse('Pawl can answer only where it was asked: who runs it has to renew DISCORD_BOT_TOKEN.')

/** @param result null without a bot token @param unless what a 400, 403 or 404 means */
function explain(result: Exclude<CallResult, { kind: 'ok' }> | null, unless: Refusal): Refusal {
  if (result === null) return NO_TOKEN
  if (result.kind === 'later')
    return { ...refuse('Discord could not be asked just now. Try again in a moment.'), later: true }
  return result.status === 401 ? NO_TOKEN : unless
}

function labelOf({ name }: Channel): string {
  return name ? `#${oneLine(name)}` : 'that channel'
}
