/**
 * Puts replies into Discord. Touches the network through the `fetch` it is given, and a clock for the interaction
 * token's deadline. Logs nothing.
 *
 * While the token lives, the first answer is edited with it; after that the bot edits it, or posts into the channel and edits that.
 * A private reply is only ever put where the asker alone sees it: an ephemeral message, then a direct one.
 */
import { InteractionResponseFlags } from 'discord-interactions'
import * as z from 'zod'
import type { DiscordConfig } from '../../config.ts'
import { hex, sha256 } from '../../digest.ts'
import type { Json, PawlRecord } from '../../json.ts'
import type { Courier, Delivery } from '../../runs/courier.ts'
import { withoutButtons } from '../button.ts'
import type { CallResult, Fetch } from '../call.ts'
import type { Reply } from '../reply.ts'
import { type DiscordAddress, readDiscordAddress } from './address.ts'
import { createDiscordClient } from './client.ts'
import { renderDiscord } from './render.ts'
import { askDiscordStanding } from './standing.ts'
import { findDiscordRoom, openDiscordDirect, resolveDiscordTarget } from './targets.ts'

const { EPHEMERAL } = InteractionResponseFlags

/** https://docs.discord.com/developers/resources/message#create-message */
const NONCE_MAX = 25

/** What is kept of what was sent. `shown`: who sees it, which can never change. */
const refSchema = z.discriminatedUnion('via', [
  /** A message of the interaction: `@original`, or a follow-up's id. */
  z.object({
    via: z.literal('interaction'),
    id: z.string(),
    shown: z.enum(['channel', 'private']),
    /** Where the bot finds it without a token. */
    posted: z.object({ channel: z.string(), id: z.string() }).optional(),
  }),
  z.object({ via: z.literal('bot'), channel: z.string(), id: z.string(), shown: z.enum(['channel', 'private']) }),
])
type Ref = z.output<typeof refSchema>

type Try = Delivery | { readonly closed: string }

export interface CourierOptions {
  readonly config: DiscordConfig
  readonly fetch: Fetch
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Pawl's own, for the User-Agent. */
  readonly version?: string
}

/**
 * Discord's courier.
 *
 * @example createDiscordCourier({ config: readConfig(env).discord, fetch: (address, init) => fetch(address, init), now: Date.now })
 */
export function createDiscordCourier({ config, fetch, now, version = '0' }: CourierOptions): Courier {
  const client = createDiscordClient(config, fetch, version)

  return {
    async deliver(address, reply, message) {
      const place = readDiscordAddress(address)
      if (!place) return { outcome: 'undeliverable', reason: 'address_unreadable' }
      const ref = refSchema.safeParse(message).data ?? null
      const answered = await answer(place, reply, ref)
      if ('outcome' in answered) return answered
      const posted = await postAsBot(place, reply, ref)
      if ('outcome' in posted) return posted
      return { outcome: 'undeliverable', reason: `${answered.closed}, ${posted.closed}` }
    },
    async retire(address, reply, message) {
      const place = readDiscordAddress(address)
      const ref = refSchema.safeParse(message).data ?? null
      const own = ref?.via === 'bot' ? ref : ref?.posted
      const pressed = place?.pressed === undefined ? undefined : { channel: place.channel, id: place.pressed }
      // What only one person sees, the bot cannot edit without the token of its own interaction.
      const paths = [own, pressed].flatMap((one) => (one ? [`channels/${one.channel}/messages/${one.id}`] : []))
      let edited = false
      for (const path of new Set(paths)) {
        const result = await client.asBot('PATCH', path, renderBody(reply))
        edited ||= result?.kind === 'ok'
      }
      return edited
    },
    // An interaction is no message of the room's: there is nothing that a thread could begin under.
    threaded: (address) => address,
    asked: ({ workspace, id }, channel, key) => ({
      platform: 'discord',
      application: config.applicationId ?? '',
      interaction: key,
      guild: workspace,
      channel,
      user: id,
    }),
    resolve: (address, target) => resolveDiscordTarget(client, address, target),
    room: (actor, typed) => findDiscordRoom(client, actor, typed),
    standing: (actor) => askDiscordStanding(client, actor),
    direct: (actor, key) => openDiscordDirect(client, config.applicationId ?? '', actor, key),
  }

  /** Through the interaction's token: edits what is there if the right people see it, else follows up and takes it away. */
  async function answer(place: DiscordAddress, reply: Reply, ref: Ref | null): Promise<Try> {
    if (ref?.via === 'bot') return { closed: 'posted_by_bot' }
    if (place.token === undefined) return { closed: 'no_token' }
    if (now() >= (place.token_until ?? 0)) return { closed: 'token_expired' }
    const webhook = `webhooks/${encodeURIComponent(place.application)}/${encodeURIComponent(place.token)}`
    const path = `${webhook}/messages/${ref?.id ?? '@original'}`

    // Nobody wrote down who sees the first answer, and to edit a private reply into one that all see would publish it.
    const shown = ref?.shown ?? (await whoSees(path))
    if (typeof shown !== 'string') return shown
    if (shown === reply.visibility) {
      const edited = await client.asInteraction('PATCH', path, renderBody(reply))
      if (edited.kind === 'ok')
        return {
          outcome: 'delivered',
          message: { via: 'interaction', id: ref?.id ?? '@original', shown, ...postedIn(edited.body) },
          via: 'interaction.edit',
        }
      return unlessOk(edited)
    }
    const followed = await client.asInteraction('POST', webhook, {
      ...renderBody(reply),
      flags: reply.visibility === 'private' ? EPHEMERAL : 0,
    })
    if (followed.kind !== 'ok') return unlessOk(followed)
    await client.asInteraction('DELETE', path)
    const id = typeof followed.body.id === 'string' ? followed.body.id : '@original'
    return {
      outcome: 'delivered',
      message: { via: 'interaction', id, shown: reply.visibility, ...postedIn(followed.body) },
      via: 'interaction.followup',
    }
  }

  async function whoSees(path: string): Promise<Ref['shown'] | Try> {
    const found = await client.asInteraction('GET', path)
    if (found.kind !== 'ok') return unlessOk(found)
    const flags = typeof found.body.flags === 'number' ? found.body.flags : 0
    return (flags & EPHEMERAL) === 0 ? 'channel' : 'private'
  }

  async function postAsBot(place: DiscordAddress, reply: Reply, ref: Ref | null): Promise<Try> {
    const own = ref?.via === 'bot' ? ref : reply.visibility === 'channel' ? ref?.posted : undefined
    if (own && ref?.shown === reply.visibility) {
      const { channel, id } = own
      const edited = await client.asBot('PATCH', `channels/${channel}/messages/${id}`, renderBody(reply))
      if (edited?.kind === 'ok')
        return { outcome: 'delivered', message: { via: 'bot', channel, id, shown: ref.shown }, via: 'channel.edit' }
      if (edited?.kind === 'later') return retry(edited)
      // Deleted or out of reach: said anew below.
    }
    const alone = reply.visibility === 'private'
    const channel = alone ? await openDirect(place) : place.channel
    if (typeof channel !== 'string') return channel
    const posted = await client.asBot('POST', `channels/${channel}/messages`, {
      // What is pressed in a direct conversation belongs to no guild, and no workspace vouches for who presses it.
      ...renderBody(alone ? withoutButtons(reply) : reply),
      // Discord answers a repeated nonce with the message that it already has: a retry after a lost answer says nothing twice.
      nonce: await nonceOf(place, reply),
      enforce_nonce: true,
    })
    if (posted === null) return { closed: 'no_bot_token' }
    if (posted.kind !== 'ok') return unlessOk(posted)
    const { id } = posted.body
    return {
      outcome: 'delivered',
      message: typeof id === 'string' ? { via: 'bot', channel, id, shown: reply.visibility } : null,
      via: alone ? 'direct.post' : 'channel.post',
    }
  }

  async function openDirect({ user }: DiscordAddress): Promise<string | Try> {
    const opened = await client.asBot('POST', 'users/@me/channels', { recipient_id: user })
    if (opened === null) return { closed: 'no_bot_token' }
    if (opened.kind !== 'ok') return unlessOk(opened)
    return typeof opened.body.id === 'string' ? opened.body.id : { closed: 'no_direct_channel' }
  }
}

/** A refusal closes this way for good: asking again with a stale token is what gets an address banned. */
function unlessOk(result: Exclude<CallResult, { kind: 'ok' }>): Try {
  if (result.kind === 'later') return retry(result)
  const { code } = result.body
  return { closed: typeof code === 'number' && code !== 0 ? `discord_${code}` : `http_${result.status}` }
}

/**
 * Discord knows a nonce by its author alone, and one interaction may be answered in several rooms: the room counts there.
 * A nonce has at most 25 characters, too few for two ids in full; as many hex digits of a digest stand for both.
 */
async function nonceOf({ interaction, token, channel }: DiscordAddress, { pending }: Reply): Promise<string> {
  const nonce = `${interaction}${pending ? 'p' : 'f'}`
  if (token !== undefined) return nonce
  return hex(await sha256(`${nonce}:${channel}`)).slice(0, NONCE_MAX)
}

/** Discord's answer to a message says where it stands. */
function postedIn({ id, channel_id: channel }: PawlRecord): PawlRecord {
  return typeof id === 'string' && typeof channel === 'string' ? { posted: { channel, id } } : {}
}

function retry({ reason, afterMs }: Extract<CallResult, { kind: 'later' }>): Delivery {
  return { outcome: 'retry', reason, ...(afterMs !== undefined && { afterMs }) }
}

function renderBody(reply: Reply): { [key: string]: Json } {
  // Through text, because Discord's types know undefined members and JSON does not.
  return JSON.parse(JSON.stringify(renderDiscord(reply)))
}
