/** Discord's REST API for whoever holds an interaction's token: its first answer, follow-ups, and what becomes of them. State in memory. */
import type { Hono } from 'hono'
import type { Desk } from '../desk.ts'
import { DISCORD } from '../limits.ts'
import { json, parseJson } from '../wire.ts'
import { answerInteraction, messageJson, showReply } from './answer.ts'
import { type ApiTools, problem } from './api-tools.ts'
import type { DiscordState, Interaction } from './state.ts'

const unknownWebhook = () => problem(404, 10015, 'Unknown Webhook')

/** Adds the paths that need no bot token. */
export function addInteractionPaths(app: Hono, desk: Desk, state: DiscordState, tools: ApiTools): void {
  const { chat, clock, secrets } = desk
  const { around, broke, edit, readMessage } = tools
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
      if (!interaction) return unknownWebhook()
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
      if (!interaction) return unknownWebhook()
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
}
