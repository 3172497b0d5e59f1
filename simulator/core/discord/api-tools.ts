/**
 * What every call of the pretend Discord's REST API goes through: who calls, whether it fails on purpose, what it may say. State in memory.
 */
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Desk } from '../desk.ts'
import { json, parseJson } from '../wire.ts'
import { messageJson } from './answer.ts'
import { checkMessage, describe, formError, isEmpty } from './check.ts'
import { discordLook } from './view.ts'

/** A refusal with Discord's own code. */
export const problem = (status: number, code: number, message: string): Response => json(status, { message, code })
export const unauthorized = () => problem(401, 0, '401: Unauthorized')

export interface ApiTools {
  /** Notes a limit or a rule that was broken. */
  broke(where: string, what: string): void
  isBot(request: Request, where: string): boolean
  /** A message payload that may be shown, or the refusal. */
  readMessage(request: Request, where: string, partial?: boolean): Promise<PawlRecord | Response>
  /** Discord turns away clients that do not say who they are, before it looks at anything else. */
  around(method: string, request: Request, serve: () => Promise<Response>): Promise<Response>
  edit(message: ChatMessage, payload: PawlRecord): Response
}

export function createApiTools({ chat, faults, secrets, violations }: Desk): ApiTools {
  const broke = (where: string, what: string) => violations.add('discord', where, what)
  return {
    broke,
    isBot(request, where) {
      if (request.headers.get('authorization') === `Bot ${secrets.discordBotToken}`) return true
      broke(where, '401: Unauthorized (wrong bot token)')
      return false
    },
    async readMessage(request, where, partial = false) {
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
    },
    around: (method, request, serve) =>
      faults.around(`discord.${method}`, refusedCall, async () => {
        if (/^DiscordBot \(.+, .+\)/.test(request.headers.get('user-agent') ?? '')) return serve()
        broke(method, 'User-Agent is not of the form DiscordBot ($url, $version)')
        return problem(403, 40333, 'internal network error')
      }),
    edit(message, payload) {
      // A field that is not sent stays as it was.
      const merged = { ...(isRecord(message.raw) ? message.raw : {}), ...payload }
      if (isEmpty(merged)) {
        broke('edit', 'Cannot send an empty message')
        return problem(400, 50006, 'Cannot send an empty message')
      }
      chat.edit(message, discordLook(merged), merged)
      return json(200, messageJson(message))
    },
  }
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
