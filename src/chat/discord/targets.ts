/**
 * Where a redirect goes in Discord, and whether it may. Network: Discord's REST API, through the client; posts nothing.
 *
 * The addresses made here hold no interaction token: what cannot be posted there is never said where it was asked instead.
 */
import * as z from 'zod'
import type { Resolved, Target } from '../../runs/courier.ts'
import type { CallResult } from '../call.ts'
import type { Address } from '../invocation.ts'
import { oneLine } from '../label.ts'
import { type DiscordAddress, readDiscordAddress, redirectAddress } from './address.ts'
import type { DiscordClient } from './client.ts'

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
 * Finds the place and checks it; nothing is remembered, for rooms and members change. Whether the bot may see the room is
 * asked, whether it may write there shows only when it does. Never rejects.
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

async function findThread(client: DiscordClient, asked: Asked): Promise<Resolved> {
  const channel = await readChannel(client, asked, asked.channel)
  if ('message' in channel) return channel
  if (!THREAD_TYPES.has(channel.type))
    return refuse('This was not asked in a thread. Use the command inside the thread, or send it to "here".')
  return whyClosed(channel) ?? reach(asked, channel, 'this thread')
}

async function findChannel(client: DiscordClient, asked: Asked, typed: string): Promise<Resolved> {
  const id = ID.test(typed) ? typed : await findByName(client, asked, typed)
  if (typeof id !== 'string') return id
  const channel = await readChannel(client, asked, id)
  if ('message' in channel) return channel
  const outside = channel.type === PRIVATE_THREAD ? await whyNoMember(client, asked, channel) : null
  return outside ?? whyClosed(channel) ?? reach(asked, channel, labelOf(channel))
}

function reach(asked: Asked, { id }: Channel, label: string): Resolved {
  return { ok: true, address: redirectAddress(asked, { channel: id, user: asked.user }), label }
}

function whyClosed(channel: Channel): Refusal | null {
  if (!TEXT_TYPES.has(channel.type) && !THREAD_TYPES.has(channel.type))
    return refuse(`${labelOf(channel)} is no text channel. Pick a text channel or a thread.`)
  return channel.thread_metadata?.locked
    ? refuse(`${labelOf(channel)} is locked. Pick another one, or have it unlocked.`)
    : null
}

/** Only a channel of the guild that was asked in: the bot may be a guest of other guilds, too. */
async function readChannel(client: DiscordClient, asked: Asked, id: string): Promise<Channel | Refusal> {
  const found = await client.asBot('GET', `channels/${encodeURIComponent(id)}`)
  if (found?.kind !== 'ok') return explain(found, UNKNOWN_CHANNEL)
  const channel = channelSchema.safeParse(found.body).data
  if (!channel) return UNREADABLE
  return channel.guild_id === asked.guild ? channel : UNKNOWN_CHANNEL
}

/** A private thread is there for its members alone. */
async function whyNoMember(client: DiscordClient, asked: Asked, { id }: Channel): Promise<Refusal | null> {
  const path = `channels/${encodeURIComponent(id)}/thread-members/${encodeURIComponent(asked.user)}`
  const found = await client.asBot('GET', path)
  return found?.kind === 'ok' ? null : explain(found, UNKNOWN_CHANNEL)
}

/** The id of the guild's only text channel that is called so. */
async function findByName(client: DiscordClient, { guild }: Asked, name: string): Promise<string | Refusal> {
  const found = await client.asBot('GET', `guilds/${encodeURIComponent(guild)}/channels`)
  if (found?.kind !== 'ok') return explain(found, UNKNOWN_CHANNEL)
  const channels = z.array(channelSchema).safeParse(found.list).data
  if (!channels) return UNREADABLE
  const [only, ...others] = channels.filter((channel) => TEXT_TYPES.has(channel.type) && channel.name === name)
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

async function openDirect(client: DiscordClient, asked: Asked, user: string, label: string): Promise<Resolved> {
  const opened = await client.asBot('POST', 'users/@me/channels', { recipient_id: user })
  if (opened?.kind !== 'ok') return explain(opened, NOT_REACHABLE)
  const channel = openedSchema.safeParse(opened.body).data?.id
  return channel === undefined ? UNREADABLE : { ok: true, address: redirectAddress(asked, { channel, user }), label }
}

const refuse = (message: string): Refusal => ({ ok: false, message })

/** The same for a room that is not there, of another guild, or not to be seen. */
const UNKNOWN_CHANNEL = refuse(
  'There is no such channel here that Pawl can see. Type # and pick one from the list, and let Pawl\'s role "View Channel" and "Send Messages" there.',
)
const UNKNOWN_PERSON = refuse('Nobody of that name is in this server. Type @ and pick the person from the list.')
const NOT_REACHABLE = refuse('Discord does not let Pawl write to that person. Pick a channel, or somebody else.')
const UNREADABLE = refuse('Discord gave an answer that Pawl cannot read. Try again later, or tell who runs Pawl.')
const NO_TOKEN = refuse('Pawl can answer only where it was asked: who runs it has to renew DISCORD_BOT_TOKEN.')

/** @param result null without a bot token @param unless what a 400, 403 or 404 means */
function explain(result: Exclude<CallResult, { kind: 'ok' }> | null, unless: Refusal): Refusal {
  if (result === null) return NO_TOKEN
  if (result.kind === 'later') return refuse('Discord could not be asked just now. Try again in a moment.')
  return result.status === 401 ? NO_TOKEN : unless
}

function labelOf({ name }: Channel): string {
  return name ? `#${oneLine(name)}` : 'that channel'
}
