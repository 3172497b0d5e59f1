/** Discord's REST API for the bot in its rooms: what they are, and messages in them. State in memory. */
import type { Hono } from 'hono'
import { isRecord } from '../../../src/json.ts'
import type { Desk } from '../desk.ts'
import { json, parseJson, text } from '../wire.ts'
import { personById, type Room, roomById, roomKey } from '../world.ts'
import { messageJson } from './answer.ts'
import { type ApiTools, problem, unauthorized } from './api-tools.ts'
import { channelJson, userJson } from './guild.ts'
import type { DiscordState } from './state.ts'
import { discordLook, EPHEMERAL } from './view.ts'

export function addChannelPaths(app: Hono, desk: Desk, state: DiscordState, tools: ApiTools): void {
  const { chat, ids } = desk
  const { around, broke, edit, isBot, readMessage } = tools
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
}
