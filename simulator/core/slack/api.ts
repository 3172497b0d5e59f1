/**
 * Slack's Web API and response_url as far as Pawl calls them. State in memory; the clock comes with the desk.
 */
import { Hono } from 'hono'
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import type { Desk } from '../desk.ts'
import { SLACK } from '../limits.ts'
import { json, parseJson, text } from '../wire.ts'
import { refusal, respond, wrongMessage } from './messages.ts'
import { createSlackMethods } from './methods.ts'
import type { SlackState } from './state.ts'

/** Methods that only read take a form or a query, and overlook a JSON body without a word. */
const FORM_ONLY = new Set([
  'conversations.info',
  'conversations.list',
  'conversations.members',
  'users.conversations',
  'users.info',
])

export function createSlackApi(desk: Desk, state: SlackState): Hono {
  const { chat, clock, violations, faults, secrets } = desk
  const broke = (where: string, what: string) => violations.add('slack', where, what)
  const methods = createSlackMethods(desk, state)
  const app = new Hono()
  app.all('/slack/api/:method', (c) => {
    const name = c.req.param('method')
    return faults.around(`slack.${name}`, refusedCall, async () => {
      if (FORM_ONLY.has(name) && isJson(c.req.raw)) broke(name, 'takes no JSON')
      const args = await readArguments(c.req.raw)
      const bearer = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? text(args, 'token')
      const method = methods.get(name)
      if (!method) {
        broke(name, 'unknown_method')
        return json(200, refusal('unknown_method', { req_method: name }))
      }
      if (bearer !== secrets.slackBotToken) {
        broke(name, bearer === undefined ? 'not_authed' : 'invalid_auth')
        return json(200, refusal(bearer === undefined ? 'not_authed' : 'invalid_auth'))
      }
      const answer = method(args, { method: name })
      return answer instanceof Response ? answer : json(200, answer)
    })
  })

  app.post('/slack/response/:id', (c) =>
    faults.around('slack.response_url', refusedCall, async () => {
      const url = state.responseUrls.get(c.req.param('id'))
      if (!url) {
        broke('response_url', 'an address that Slack never gave out')
        return json(404, refusal('no_service'))
      }
      if (clock.now() - url.createdAt > SLACK.responseMs) return json(404, refusal('expired_url'))
      if (url.uses >= SLACK.responseUses) {
        broke('response_url', `used more than ${SLACK.responseUses} times`)
        return json(404, refusal('used_url'))
      }
      const args = parseJson(await c.req.text())
      if (!isRecord(args)) {
        broke('response_url', 'invalid_payload')
        return json(400, refusal('invalid_payload'))
      }
      url.uses += 1
      if (args.delete_original === true) {
        if (url.original && !url.original.deleted) chat.remove(url.original)
        url.original = null
        return json(200, { ok: true })
      }
      const wrong = wrongMessage(desk, args, 'response_url')
      if (wrong) return json(400, wrong)
      respond(desk, url, args)
      return json(200, { ok: true })
    }),
  )
  return app
}

function refusedCall({ status, retryAfter }: { status: number; retryAfter?: number }): Response {
  if (status === 429) return json(429, refusal('ratelimited'), { 'retry-after': String(retryAfter ?? 1) })
  return json(status, refusal(status >= 500 ? 'internal_error' : 'request_failed'))
}

function isJson(request: Request): boolean {
  return (request.headers.get('content-type') ?? '').startsWith('application/json')
}

/** JSON or form, as Slack takes both; structured form fields are JSON in a string. */
async function readArguments(request: Request): Promise<PawlRecord> {
  const query = Object.fromEntries(new URL(request.url).searchParams) as PawlRecord
  if (request.method === 'GET') return query
  // Not `text()`: workerd warns that a form may be no text.
  const body = new TextDecoder().decode(await request.arrayBuffer())
  if (isJson(request)) {
    const parsed = parseJson(body)
    return isRecord(parsed) ? parsed : query
  }
  const form: [string, Json][] = [...new URLSearchParams(body)].map(([name, value]) => [
    name,
    name === 'blocks' || name === 'attachments' || name === 'view' || name === 'metadata'
      ? (parseJson(value) ?? value)
      : value,
  ])
  return { ...query, ...Object.fromEntries(form) }
}
