/** The two calls of Discord's REST API that registration makes. Touches the network through the given fetch. */
import type { DiscordCommand } from '../src/command/discord.ts'

export interface DiscordApp {
  readonly applicationId: string
  readonly token: string
  /** Ends with a slash. */
  readonly apiUrl: string
  readonly guild: string | null
  /** Of this Pawl, for the User-Agent that Discord requires. */
  readonly version: string
  readonly fetch: typeof fetch
}

/** A registered command as Discord tells it: ours, or one of another type that somebody else made. */
export type Registered = { readonly name: string; readonly type?: number } & { readonly [field: string]: unknown }

export type ApiResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

/** What is registered now. */
export function listCommands(app: DiscordApp): Promise<ApiResult<readonly Registered[]>> {
  return call(app, 'GET', undefined)
}

/** Replaces everything that is registered: Discord's bulk overwrite covers all types of commands. */
export function replaceCommands(
  app: DiscordApp,
  commands: readonly DiscordCommand[],
): Promise<ApiResult<readonly Registered[]>> {
  return call(app, 'PUT', commands)
}

async function call(app: DiscordApp, method: string, body: unknown): Promise<ApiResult<readonly Registered[]>> {
  const scope = app.guild === null ? '' : `guilds/${app.guild}/`
  let response: Response
  try {
    response = await app.fetch(`${app.apiUrl}applications/${app.applicationId}/${scope}commands`, {
      method,
      headers: {
        authorization: `Bot ${app.token}`,
        'content-type': 'application/json',
        'user-agent': `DiscordBot (https://github.com/pawl/pawl, ${app.version})`,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return {
      ok: false,
      message: `Discord could not be reached at ${app.apiUrl} (${cause}): check the network and DISCORD_API_URL`,
    }
  }
  if (!response.ok) return { ok: false, message: await explain(response, app) }
  const value: unknown = await response.json().catch(() => null)
  if (!Array.isArray(value))
    return { ok: false, message: `what answers at ${app.apiUrl} is not Discord: check DISCORD_API_URL` }
  return { ok: true, value: value as Registered[] }
}

/** What to do about an error of Discord. */
async function explain(response: Response, { guild }: DiscordApp): Promise<string> {
  const text = (await response.text()).slice(0, 2_000)
  switch (response.status) {
    case 401:
      return 'Discord does not know this bot token: copy it anew from the Bot page into DISCORD_BOT_TOKEN'
    case 403:
      return guild === null
        ? 'Discord refuses: DISCORD_BOT_TOKEN is of another application than DISCORD_APPLICATION_ID'
        : `Discord refuses for guild ${guild}: invite the application there with the scope applications.commands`
    case 404:
      return 'Discord knows no such application: copy DISCORD_APPLICATION_ID from the General Information page'
    case 429:
      return `Discord is rate limiting: try again in ${response.headers.get('retry-after') ?? 'some'} seconds`
    default:
      return `Discord answered ${response.status}, nothing was changed: ${text}`
  }
}
