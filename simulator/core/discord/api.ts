/**
 * Discord's REST API as far as Pawl calls it, with Discord's own error codes. State in memory; the clock comes with the desk.
 */
import { Hono } from 'hono'
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Desk } from '../desk.ts'
import { DISCORD } from '../limits.ts'
import { json, parseJson, records, text } from '../wire.ts'
import {
  ALL_ROOMS,
  DISCORD_GUILD,
  memberFacts,
  type Person,
  personById,
  type Room,
  roomById,
  roomKey,
} from '../world.ts'
import { answerInteraction, messageJson, showReply } from './answer.ts'
import { checkCommands, checkMessage, describe, formError, isEmpty } from './check.ts'
import { BOT_ROLE, guildJson, overwritesOf } from './guild.ts'
import type { DiscordState, Interaction } from './state.ts'
import { discordLook, EPHEMERAL } from './view.ts'

const problem = (status: number, code: number, message: string): Response => json(status, { message, code })
const unauthorized = () => problem(401, 0, '401: Unauthorized')
const BOT_JSON = { id: DISCORD_GUILD.botUser, username: 'pawl', bot: true }
const UNKNOWN_WEBHOOK = { status: 404, code: 10015, message: 'Unknown Webhook' }

export function createDiscordApi(desk: Desk, state: DiscordState): Hono {
  const { chat, clock, ids, faults, secrets, violations } = desk
  const broke = (where: string, what: string) => violations.add('discord', where, what)
  const app = new Hono().basePath('/discord/api/v10')
  // A broken line is for whoever serves the simulator.
  app.onError((error) => {
    throw error
  })

  const isBot = (request: Request, where: string): boolean => {
    if (request.headers.get('authorization') === `Bot ${secrets.discordBotToken}`) return true
    broke(where, '401: Unauthorized (wrong bot token)')
    return false
  }
  /** A message payload that may be shown, or the refusal. */
  const readMessage = async (request: Request, where: string, partial = false): Promise<PawlRecord | Response> => {
    const payload = parseJson(await request.text())
    if (!isRecord(payload)) {
      broke(where, 'the body is not JSON')
      return problem(400, 50109, 'The request body contains invalid JSON.')
    }
    const wrong = checkMessage(payload)
    if (wrong.length > 0) {
      broke(where, describe(wrong))
      return json(400, formError(wrong))
    }
    if (!partial && isEmpty(payload)) {
      broke(where, 'Cannot send an empty message')
      return problem(400, 50006, 'Cannot send an empty message')
    }
    return payload
  }
  /** Discord turns away clients that do not say who they are, before it looks at anything else. */
  const around = (method: string, request: Request, serve: () => Promise<Response>): Promise<Response> =>
    faults.around(`discord.${method}`, refusedCall, async () => {
      if (/^DiscordBot \(.+, .+\)/.test(request.headers.get('user-agent') ?? '')) return serve()
      broke(method, 'User-Agent is not of the form DiscordBot ($url, $version)')
      return problem(403, 40333, 'internal network error')
    })
  const liveInteraction = (application: string, token: string): Interaction | null => {
    const found = state.interactions.get(token)
    if (!found || application !== secrets.discordApplicationId) return null
    return found.state !== 'answered' || clock.now() - found.createdAt > DISCORD.tokenMs ? null : found
  }

  app.on(['GET', 'PATCH', 'DELETE'], '/webhooks/:app/:token/messages/:message', (c) => {
    const what = { GET: 'get', PATCH: 'edit', DELETE: 'delete' }[c.req.method as 'GET' | 'PATCH' | 'DELETE']
    const where = `original.${what}`
    return around(where, c.req.raw, async () => {
      const { app: application, token, message: id } = c.req.param()
      const interaction = liveInteraction(application, token)
      if (!interaction) return problem(UNKNOWN_WEBHOOK.status, UNKNOWN_WEBHOOK.code, UNKNOWN_WEBHOOK.message)
      const message = id === '@original' ? interaction.original : chat.find('discord', id)
      if (!message || message.deleted || message.delivery !== interaction.id)
        return problem(404, 10008, 'Unknown Message')
      if (what === 'get') return json(200, messageJson(message))
      if (what === 'delete') {
        chat.remove(message)
        return new Response(null, { status: 204 })
      }
      const payload = await readMessage(c.req.raw, where, true)
      return payload instanceof Response ? payload : edit(message, payload)
    })
  })

  app.post('/webhooks/:app/:token', (c) =>
    around('followup.post', c.req.raw, async () => {
      const { app: application, token } = c.req.param()
      const interaction = liveInteraction(application, token)
      if (!interaction) return problem(UNKNOWN_WEBHOOK.status, UNKNOWN_WEBHOOK.code, UNKNOWN_WEBHOOK.message)
      const payload = await readMessage(c.req.raw, 'followup.post')
      if (payload instanceof Response) return payload
      return json(200, messageJson(showReply(desk, interaction, payload, 'followup.post')))
    }),
  )

  app.post('/interactions/:id/:token/callback', (c) =>
    around('callback', c.req.raw, async () => {
      const interaction = state.interactions.get(c.req.param('token'))
      if (!interaction || interaction.id !== c.req.param('id') || interaction.state === 'void')
        return problem(404, 10062, 'Unknown interaction')
      if (interaction.state === 'answered') {
        broke('callback', 'Interaction has already been acknowledged.')
        return problem(400, 40060, 'Interaction has already been acknowledged.')
      }
      const response = parseJson(await c.req.text())
      const wrong = answerInteraction(desk, state, interaction, response)
      return wrong === null ? new Response(null, { status: 204 }) : problem(400, 50035, wrong)
    }),
  )

  const roomFor = (id: string): Room | Response => {
    const room = roomById('discord', id)
    if (!room) return problem(404, 10003, 'Unknown Channel')
    return room.botIsMember ? room : problem(403, 50001, 'Missing Access')
  }

  app.get('/channels/:channel', (c) =>
    around('channel.get', c.req.raw, async () => {
      if (!isBot(c.req.raw, 'channel.get')) return unauthorized()
      const room = roomFor(c.req.param('channel'))
      return room instanceof Response ? room : json(200, channelJson(room))
    }),
  )

  app.get('/guilds/:guild/channels', (c) =>
    around('guild.channels', c.req.raw, async () => {
      if (!isBot(c.req.raw, 'guild.channels')) return unauthorized()
      if (c.req.param('guild') !== DISCORD_GUILD.id) return problem(404, 10004, 'Unknown Guild')
      return json(200, ALL_ROOMS.filter((room) => !room.direct).map(channelJson))
    }),
  )

  app.get('/guilds/:guild', (c) =>
    around('guild.get', c.req.raw, async () => {
      if (!isBot(c.req.raw, 'guild.get')) return unauthorized()
      if (c.req.param('guild') !== DISCORD_GUILD.id) return problem(404, 10004, 'Unknown Guild')
      return json(200, guildJson())
    }),
  )

  app.get('/guilds/:guild/members/:user', (c) =>
    around('guild.member', c.req.raw, async () => {
      if (!isBot(c.req.raw, 'guild.member')) return unauthorized()
      if (c.req.param('guild') !== DISCORD_GUILD.id) return problem(404, 10004, 'Unknown Guild')
      if (c.req.param('user') === DISCORD_GUILD.botUser)
        return json(200, { user: BOT_JSON, nick: null, roles: [BOT_ROLE] })
      const person = personById('discord', c.req.param('user'))
      if (!person) return problem(404, 10007, 'Unknown Member')
      return json(200, {
        user: userJson(person),
        nick: null,
        roles: [],
        joined_at: '2024-01-01T00:00:00+00:00',
        ...memberFacts(person),
      })
    }),
  )

  app.post('/channels/:channel/messages', (c) =>
    around('channel.post', c.req.raw, async () => {
      if (!isBot(c.req.raw, 'channel.post')) return unauthorized()
      const room = roomFor(c.req.param('channel'))
      if (room instanceof Response) return room
      const payload = await readMessage(c.req.raw, 'channel.post')
      if (payload instanceof Response) return payload
      if ((Number(payload.flags ?? 0) & EPHEMERAL) !== 0) broke('channel.post', 'a channel message cannot be ephemeral')
      // `enforce_nonce`: the same nonce of the same author within a few minutes is the same message, whatever the channel.
      const nonce = payload.enforce_nonce === true && payload.nonce !== undefined ? String(payload.nonce) : null
      const known = nonce === null ? undefined : chat.find('discord', state.nonces.get(nonce) ?? '')
      if (known) return json(200, messageJson(known))
      const look = discordLook(payload)
      const message = chat.post({
        id: ids.snowflake(),
        platform: 'discord',
        room: roomKey(room),
        delivery: desk.ownerOf('discord', roomKey(room), look.text, null),
        via: 'channel.post',
        look,
        raw: payload,
      })
      if (nonce !== null) state.nonces.set(nonce, message.id)
      return json(200, messageJson(message))
    }),
  )

  app.on(['PATCH', 'DELETE'], '/channels/:channel/messages/:message', (c) => {
    const where = c.req.method === 'PATCH' ? 'channel.edit' : 'channel.delete'
    return around(where, c.req.raw, async () => {
      if (!isBot(c.req.raw, where)) return unauthorized()
      const room = roomFor(c.req.param('channel'))
      if (room instanceof Response) return room
      const message = chat.find('discord', c.req.param('message'))
      if (!message || message.room !== roomKey(room)) return problem(404, 10008, 'Unknown Message')
      if (message.by !== 'pawl') return problem(403, 50005, 'Cannot edit a message authored by another user')
      if (message.onlyFor !== null) return problem(404, 10008, 'Unknown Message')
      if (where === 'channel.delete') {
        chat.remove(message)
        return new Response(null, { status: 204 })
      }
      const payload = await readMessage(c.req.raw, where, true)
      return payload instanceof Response ? payload : edit(message, payload)
    })
  })

  app.post('/users/@me/channels', (c) =>
    around('dm.open', c.req.raw, async () => {
      if (!isBot(c.req.raw, 'dm.open')) return unauthorized()
      const body = parseJson(await c.req.text())
      const person = isRecord(body) ? personById('discord', text(body, 'recipient_id') ?? '') : undefined
      if (!person) return problem(400, 50033, 'Invalid Recipient(s)')
      return json(200, {
        id: person.discordDirect,
        type: 1,
        recipients: [userJson(person)],
      })
    }),
  )

  for (const path of ['/applications/:app/commands', '/applications/:app/guilds/:guild/commands']) {
    const scope = path.includes(':guild') ? 'guildCommands' : 'globalCommands'
    app.on(['GET', 'PUT'], path, (c) => {
      const where = c.req.method === 'GET' ? 'commands.get' : 'commands.put'
      return around(where, c.req.raw, async () => {
        if (!isBot(c.req.raw, where)) return unauthorized()
        if (c.req.param('app') !== secrets.discordApplicationId) return problem(404, 10002, 'Unknown Application')
        const guild = c.req.param('guild')
        if (guild !== undefined && guild !== DISCORD_GUILD.id) return problem(404, 10004, 'Unknown Guild')
        if (where === 'commands.get') return json(200, state[scope])
        const body = parseJson(await c.req.text())
        if (!Array.isArray(body)) return problem(400, 50109, 'The request body contains invalid JSON.')
        const wrong = checkCommands(records(body))
        if (wrong.length > 0) {
          broke(where, describe(wrong))
          return json(400, formError(wrong))
        }
        state[scope] = records(body).map((command) => ({
          ...command,
          type: command.type ?? 1,
          id: ids.snowflake(),
          application_id: secrets.discordApplicationId,
          version: ids.snowflake(),
          ...(guild !== undefined && { guild_id: guild }),
        }))
        return json(200, state[scope])
      })
    })
  }

  app.get('/users/@me', (c) =>
    around('me', c.req.raw, async () => (isBot(c.req.raw, 'me') ? json(200, BOT_JSON) : unauthorized())),
  )

  app.notFound((c) => {
    broke(`${c.req.method} ${c.req.path}`, '404: Not Found')
    return problem(404, 0, '404: Not Found')
  })
  return app

  function edit(message: ChatMessage, payload: PawlRecord): Response {
    // A field that is not sent stays as it was.
    const merged = { ...(isRecord(message.raw) ? message.raw : {}), ...payload }
    if (isEmpty(merged)) {
      broke('edit', 'Cannot send an empty message')
      return problem(400, 50006, 'Cannot send an empty message')
    }
    chat.edit(message, discordLook(merged), merged)
    return json(200, messageJson(message))
  }
}

function channelJson(room: Room): PawlRecord {
  if (room.direct) return { id: room.discord, type: 1, recipients: [userJson(room.direct)] }
  return {
    id: room.discord,
    type: 0,
    guild_id: DISCORD_GUILD.id,
    name: room.name,
    permission_overwrites: overwritesOf(room),
  }
}

function userJson(person: Person): PawlRecord {
  return { id: person.discord, username: person.name, global_name: person.name, discriminator: '0' }
}

function refusedCall({ status, retryAfter }: { status: number; retryAfter?: number }): Response {
  if (status === 429) {
    const seconds = retryAfter ?? 1
    return json(
      429,
      { message: 'You are being rate limited.', retry_after: seconds, global: false },
      {
        'retry-after': String(Math.ceil(seconds)),
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset-after': String(seconds),
        'x-ratelimit-scope': 'user',
      },
    )
  }
  return problem(status, 0, `${status}: ${status >= 500 ? 'Internal Server Error' : 'Refused'}`)
}
