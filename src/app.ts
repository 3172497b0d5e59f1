/**
 * The routes: which door is where, and what is said to those who come to none. Touches nothing but what it is given.
 */
import { Hono } from 'hono/tiny'
import { discordInteractions } from './chat/discord/doors.ts'
import type { DoorHandler, House } from './chat/door.ts'
import { errorResponse } from './chat/http.ts'
import { slackCommands, slackEvents, slackInteractions } from './chat/slack/doors.ts'

/** What `GET /healthz` says. Public: no secret, no name of a person. */
export interface Health {
  readonly ok: boolean
  readonly version: string
  /** Each binding with `ok`, or what is wrong with it. */
  readonly bindings: Readonly<Record<string, string>>
  /** For the operator: each names the setting and what to do. */
  readonly problems: readonly string[]
}

export interface Rooms extends House {
  health(): Promise<Health>
}

const DOORS: ReadonlyMap<string, DoorHandler> = new Map([
  ['/slack/commands', slackCommands],
  ['/slack/interactions', slackInteractions],
  ['/slack/events', slackEvents],
  ['/discord/interactions', discordInteractions],
])

/**
 * The Hono application.
 *
 * @param roomsOf the house for one environment; called once per request, so it should be cheap
 * @example
 * const app = createApp((env: Env) => ({ hall, config: readConfig(env), now: Date.now, health }))
 * export default { fetch: app.fetch }
 */
export function createApp<E extends object>(roomsOf: (env: E) => Rooms): Hono<{ Bindings: E }> {
  const app = new Hono<{ Bindings: E }>()

  app.use(async function unstored(c, next) {
    await next()
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
  })

  for (const [path, door] of DOORS) {
    app.post(path, (c) => door(c.req.raw, roomsOf(c.env), c.executionCtx))
    app.all(path, () => errorResponse(405, 'use POST', { allow: 'POST' }))
  }

  app.get('/healthz', async (c) => {
    const health = await roomsOf(c.env).health()
    return c.json(health, health.ok ? 200 : 503)
  })
  app.all('/healthz', () => errorResponse(405, 'use GET', { allow: 'GET, HEAD' }))

  app.notFound(() => errorResponse(404, 'no such route'))
  app.onError((error, c) => {
    // The path and the error's name only: a message may quote the request.
    console.error(JSON.stringify({ event: 'request_failed', path: c.req.path, error: error.name }))
    return errorResponse(500, 'internal error')
  })
  return app
}
