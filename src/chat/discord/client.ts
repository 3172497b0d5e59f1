/**
 * Discord's REST API as far as the courier needs it. Touches the network through the `fetch` it is given.
 */
import type { DiscordConfig } from '../../config.ts'
import type { Json } from '../../json.ts'
import { type CallResult, call, type Fetch } from '../call.ts'

export interface DiscordClient {
  /** A call that the interaction's own token in the path allows. */
  asInteraction(method: string, path: string, body?: { readonly [key: string]: Json }): Promise<CallResult>
  /** A call with the bot's token; null where there is none. */
  asBot(method: string, path: string, body?: { readonly [key: string]: Json }): Promise<CallResult | null>
}

/** @param version Pawl's own, for the User-Agent that Discord requires */
export function createDiscordClient(config: DiscordConfig, fetch: Fetch, version: string): DiscordClient {
  const agent = `DiscordBot (https://github.com/pawl/pawl, ${version})`
  return {
    asInteraction: (method, path, body) => send(method, path, {}, body),
    asBot: async (method, path, body) =>
      config.botToken === null ? null : send(method, path, { authorization: `Bot ${config.botToken}` }, body),
  }

  function send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: { readonly [key: string]: Json },
  ): Promise<CallResult> {
    return call(fetch, config.apiUrl + path, {
      method,
      headers: { 'user-agent': agent, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
  }
}
