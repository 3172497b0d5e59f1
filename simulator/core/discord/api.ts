/**
 * Discord's REST API as far as Pawl calls it, with Discord's own error codes. State in memory; the clock comes with the desk.
 */
import { Hono } from 'hono'
import type { Desk } from '../desk.ts'
import { json, parseJson, records } from '../wire.ts'
import { ALL_ROOMS, DISCORD_GUILD, memberFacts, personById } from '../world.ts'
import { addChannelPaths } from './api-channels.ts'
import { addInteractionPaths } from './api-interactions.ts'
import { createApiTools, problem, unauthorized } from './api-tools.ts'
import { checkCommands, describe, formError } from './check.ts'
import { BOT_ROLE, channelJson, guildJson, userJson } from './guild.ts'
import type { DiscordState } from './state.ts'

const BOT_JSON = { id: DISCORD_GUILD.botUser, username: 'pawl', bot: true }

export function createDiscordApi(desk: Desk, state: DiscordState): Hono {
  const { ids, secrets } = desk
  const tools = createApiTools(desk)
  const { around, broke, isBot } = tools
  const app = new Hono().basePath('/discord/api/v10')
  // A broken line is for whoever serves the simulator.
  app.onError((error) => {
    throw error
  })
  addInteractionPaths(app, desk, state, tools)
  addChannelPaths(app, desk, state, tools)

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
}
