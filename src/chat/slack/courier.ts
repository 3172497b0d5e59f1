/**
 * Puts replies into Slack. Touches the network through the `fetch` it is given, and a clock for the deadline of a
 * response_url. Logs nothing.
 *
 * Ways, best first. To the room: the bot's own message, edited when there is one; else the response_url. To one person:
 * the response_url; else the bot's ephemeral message. A reply that only the asker may see is never put where others can.
 */
import * as z from 'zod'
import type { SlackConfig } from '../../config.ts'
import type { Json } from '../../json.ts'
import type { Courier, Delivery } from '../../runs/courier.ts'
import type { Fetch } from '../call.ts'
import type { Reply } from '../reply.ts'
import { RESPONSE_URL_USES, readSlackAddress, type SlackAddress, slackAddress } from './address.ts'
import { createSlackClient, type SlackResult } from './client.ts'
import { renderSlack } from './render.ts'
import { askSlackStanding } from './standing.ts'
import { findSlackRoom, openSlackDirect, resolveSlackTarget, type Served } from './targets.ts'

/** What is kept of what was sent; `uses` counts those of the response_url so far. */
const refSchema = z.discriminatedUnion('via', [
  z.object({ via: z.literal('bot'), uses: z.int(), channel: z.string(), ts: z.string() }),
  z.object({ via: z.literal('response_url'), uses: z.int(), shown: z.enum(['channel', 'private']) }),
  /** Shown once and never to be edited. */
  z.object({ via: z.literal('ephemeral'), uses: z.int() }),
])
type Ref = z.output<typeof refSchema>

/** What is in the chat already. */
interface Sent {
  readonly ref: Ref | null
  /** The asker sees a word in between, which the response_url can replace or delete. */
  readonly interim: boolean
  readonly uses: number
}

/** How one way went: an end, or why it is closed and the next one is taken. */
type Try = Delivery | { readonly closed: string }

export interface CourierOptions {
  readonly config: SlackConfig
  readonly fetch: Fetch
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly served?: Served
}

/**
 * Slack's courier.
 *
 * @example createSlackCourier({ config: readConfig(env).slack, fetch: (address, init) => fetch(address, init), now: Date.now })
 */
export function createSlackCourier({ config, fetch, now, served = 'one' }: CourierOptions): Courier {
  const client = createSlackClient(config, fetch)

  return {
    async deliver(address, reply, message) {
      const place = readSlackAddress(address)
      if (!place) return { outcome: 'undeliverable', reason: 'address_unreadable' }
      const ref = refSchema.safeParse(message).data ?? null
      const told = message === 'deferred' || (ref?.via === 'response_url' && ref.shown === 'private')
      // To a response_url that came with a button the original is the message of the button: no word of ours in between.
      const interim = told && place.pressed === undefined
      const sent = { ref, interim, uses: ref?.uses ?? 0 }
      return isForRoom(place, reply) ? deliverToRoom(place, reply, sent) : deliverToPerson(place, reply, sent)
    },
    async retire(address, reply, message) {
      const place = readSlackAddress(address)
      const ref = refSchema.safeParse(message).data ?? null
      const own = ref?.via === 'bot' ? ref.ts : null
      const edited = (await editBotMessage(reply, ref))?.outcome === 'delivered'
      // The bot cannot edit what only one person sees, nor what it did not post itself.
      if (place?.pressed === undefined || place.pressed === own || !isOpen(place, 0)) return edited
      const responded = await client.respond(place.response_url, { ...renderJson(reply), replace_original: true })
      return edited || responded.kind === 'ok'
    },
    threaded: (address) => (readSlackAddress(address)?.asked_in === undefined ? address : { ...address, under: true }),
    asked: ({ workspace, id }, channel) => slackAddress({ team: workspace, channel, user: id, receivedAt: now() }),
    resolve: (address, target) => resolveSlackTarget(client, address, target, served),
    room: (actor, typed) => findSlackRoom(client, actor, typed, served),
    standing: (actor) => askSlackStanding(client, actor),
    // Slack has no key for a message: whoever sends it again is heard twice.
    direct: (actor) => openSlackDirect(client, actor),
  }

  async function deliverToRoom(place: SlackAddress, reply: Reply, sent: Sent): Promise<Delivery> {
    const posted = (await editBotMessage(reply, sent.ref)) ?? (await postAsBot(place, reply, sent))
    if ('outcome' in posted) return posted
    // Without the bot, words in between stay with the asker, and the room is told once, at the end.
    const responded = reply.pending
      ? await respond(place, reply, sent, { response_type: 'ephemeral', replace_original: sent.interim })
      : await respond(place, reply, sent, { response_type: 'in_channel', replace_original: false })
    if ('outcome' in responded) return responded
    return { outcome: 'undeliverable', reason: `${posted.closed}, ${responded.closed}` }
  }

  /** Null when there is nothing to edit, or no longer: deleted, too old, out of reach. Then the reply is said anew. */
  async function editBotMessage(reply: Reply, ref: Ref | null): Promise<Delivery | null> {
    if (ref?.via !== 'bot') return null
    const result = await client.method('chat.update', { channel: ref.channel, ts: ref.ts, ...renderJson(reply) })
    if (result.kind === 'later') return retry(result)
    return result.kind === 'ok' ? { outcome: 'delivered', message: ref, via: 'chat.update' } : null
  }

  async function postAsBot(place: SlackAddress, reply: Reply, sent: Sent): Promise<Try> {
    const result = await client.method('chat.postMessage', {
      channel: place.channel,
      ...inThread(beginning(place)),
      ...renderJson(reply),
    })
    if (result.kind === 'later') return retry(result)
    if (result.kind === 'refused') return { closed: result.reason }
    const uses = await deleteInterim(place, sent.interim, sent.uses)
    const { channel, ts } = result.body
    const known = typeof channel === 'string' && typeof ts === 'string'
    return {
      outcome: 'delivered',
      message: known ? { via: 'bot', uses, channel, ts } : { via: 'ephemeral', uses },
      via: 'chat.postMessage',
    }
  }

  async function deliverToPerson(place: SlackAddress, reply: Reply, sent: Sent): Promise<Delivery> {
    const responded = await respond(place, reply, sent, { response_type: 'ephemeral', replace_original: sent.interim })
    if ('outcome' in responded) {
      if (responded.outcome === 'delivered') await withdraw(sent.ref)
      return responded
    }
    const args = { channel: place.channel, user: place.user, ...inThread(place), ...renderJson(reply) }
    const result = await client.method('chat.postEphemeral', args)
    if (result.kind === 'later') return retry(result)
    if (result.kind === 'refused') return { outcome: 'undeliverable', reason: `${responded.closed}, ${result.reason}` }
    await withdraw(sent.ref)
    return { outcome: 'delivered', message: { via: 'ephemeral', uses: sent.uses }, via: 'chat.postEphemeral' }
  }

  async function respond(
    place: SlackAddress,
    reply: Reply,
    { ref, interim, uses }: Sent,
    how: { response_type: 'ephemeral' | 'in_channel'; replace_original: boolean },
  ): Promise<Try> {
    if (!isOpen(place, uses))
      return { closed: place.response_url === undefined ? 'no_response_url' : 'response_url_over' }
    // The last use is kept for the final reply.
    if (reply.pending && uses >= RESPONSE_URL_USES - 1) return { outcome: 'delivered', message: ref, via: 'skipped' }
    const result = await client.respond(place.response_url, { ...renderJson(reply), ...inThread(place), ...how })
    if (result.kind === 'later') return retry(result)
    if (result.kind === 'refused') return { closed: result.reason }
    const inRoom = how.response_type === 'in_channel'
    return {
      outcome: 'delivered',
      message: {
        via: 'response_url',
        uses: await deleteInterim(place, interim && inRoom, uses + 1),
        shown: inRoom ? 'channel' : 'private',
      },
      via: 'response_url',
    }
  }

  /** Once the room sees the answer, the word in between that only the asker saw is in the way. Best effort; returns the uses. */
  async function deleteInterim(place: SlackAddress, interim: boolean, uses: number): Promise<number> {
    if (!interim || !isOpen(place, uses)) return uses
    await client.respond(place.response_url, { delete_original: true })
    return uses + 1
  }

  /** The room saw "working on it", and what came of it is for the asker alone: the word in between goes. Best effort. */
  async function withdraw(ref: Ref | null): Promise<void> {
    if (ref?.via === 'bot') await client.method('chat.delete', { channel: ref.channel, ts: ref.ts })
  }

  function isOpen(place: SlackAddress, uses: number): place is SlackAddress & { response_url: string } {
    return place.response_url !== undefined && uses < RESPONSE_URL_USES && now() < (place.response_url_until ?? 0)
  }
}

/**
 * In the direct conversation with the bot nobody else listens, and an ordinary message stays there while an ephemeral
 * one is lost. Only an event (no response_url) proves that the conversation is the bot's: a slash command can be typed
 * in one between two people. A shortcut from anywhere names the person in place of a room: that is the same conversation.
 */
function isForRoom(place: SlackAddress, reply: Reply): boolean {
  return (
    reply.visibility === 'channel' ||
    (place.response_url === undefined && (place.channel.startsWith('D') || place.channel === place.user))
  )
}

function renderJson(reply: Reply): { [key: string]: Json } {
  // Through text, because Slack's types know undefined members and JSON does not.
  return JSON.parse(JSON.stringify(renderSlack(reply)))
}

/** Where what the room sees goes: into the thread that it is in, or the one that it begins. */
function beginning(place: SlackAddress): SlackAddress {
  return place.under ? { ...place, thread: place.thread ?? place.asked_in } : place
}

function inThread({ thread }: SlackAddress): { [key: string]: Json } {
  return thread === undefined ? {} : { thread_ts: thread }
}

function retry({ reason, afterMs }: Extract<SlackResult, { kind: 'later' }>): Delivery {
  return { outcome: 'retry', reason, ...(afterMs !== undefined && { afterMs }) }
}
