/**
 * Slack's Web API and response_url as far as the courier needs them. Touches the network through the `fetch` it is given.
 */
import type { SlackConfig } from '../../config.ts'
import type { Json, PawlRecord } from '../../json.ts'
import { type CallResult, call, type Fetch } from '../call.ts'
import { isResponseUrl } from './address.ts'

export type SlackResult =
  | { readonly kind: 'ok'; readonly body: PawlRecord }
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number }
  /** `reason` is Slack's own error code. */
  | { readonly kind: 'refused'; readonly reason: string }

/** Codes with which Slack says that the fault is its own, or the moment's. */
const PASSING = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
])

export interface SlackClient {
  /** A method of the Web API with the bot's token; `refused` with `no_bot_token` where there is none. */
  method(name: string, args: { readonly [key: string]: Json }): Promise<SlackResult>
  /** A method that only reads: those take a form and overlook a JSON body. */
  query(name: string, args: { readonly [key: string]: string }): Promise<SlackResult>
  /** A message to a response_url; an address that is not Slack's is refused without a call. */
  respond(responseUrl: string, message: { readonly [key: string]: Json }): Promise<SlackResult>
}

export function createSlackClient(config: SlackConfig, fetch: Fetch): SlackClient {
  return {
    async method(name, args) {
      return asBot(name, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(args))
    },
    async query(name, args) {
      const form = new URLSearchParams(args).toString()
      return asBot(name, { 'content-type': 'application/x-www-form-urlencoded' }, form)
    },
    async respond(responseUrl, message) {
      if (!isResponseUrl(responseUrl, config.apiUrl)) return { kind: 'refused', reason: 'response_url_not_slack' }
      const headers = { 'content-type': 'application/json; charset=utf-8' }
      return readResult(await call(fetch, responseUrl, { method: 'POST', headers, body: JSON.stringify(message) }))
    },
  }

  async function asBot(name: string, headers: Record<string, string>, body: string): Promise<SlackResult> {
    if (config.botToken === null) return { kind: 'refused', reason: 'no_bot_token' }
    const authorization = `Bearer ${config.botToken}`
    return readResult(
      await call(fetch, config.apiUrl + name, { method: 'POST', headers: { ...headers, authorization }, body }),
    )
  }
}

/** Slack says no with a 200 and `ok: false`, and at a response_url with a 4xx. */
function readResult(result: CallResult): SlackResult {
  if (result.kind === 'later') return result
  if (result.kind === 'ok' && result.body.ok !== false) return result
  const code = result.body.error
  const reason = typeof code === 'string' ? code : result.kind === 'refused' ? `http_${result.status}` : 'unknown_error'
  return PASSING.has(reason) ? { kind: 'later', reason } : { kind: 'refused', reason }
}
