/**
 * Settings of the deployment, read and checked once per environment. Pure but for the cache; no clock, no network.
 */
import * as z from 'zod'
import { type AuditConfig, readAuditSettings } from './audit/sink-settings.ts'
import { type Actor, actorKey } from './chat/invocation.ts'

/** A key that cannot be guessed by trying; `openssl rand -hex 32` gives 64. */
const DIGEST_KEY_MIN = 32

/** A shorter secret is a mistake or a placeholder; Slack's signing secrets have 32 hex digits. */
const SECRET_MIN = 16

const text = z.string().trim()
const optionalText = text.optional().transform((value) => (value === '' ? undefined : value))
/** wrangler.toml may have a number as one. */
const numberOrText = z.union([optionalText, z.number().transform(String)])
const list = text.default('').transform((value) =>
  value
    .split(/[\s,]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
)
const url = (fallback: string) => z.url({ protocol: /^https?$/ }).default(fallback)

const settingsSchema = z.object({
  SLACK_SIGNING_SECRET: optionalText,
  SLACK_SIGNING_SECRET_OLD: optionalText,
  SLACK_BOT_TOKEN: optionalText,
  SLACK_API_URL: url('https://slack.com/api/'),
  DISCORD_PUBLIC_KEY: optionalText,
  DISCORD_PUBLIC_KEY_OLD: optionalText,
  DISCORD_APPLICATION_ID: optionalText,
  DISCORD_BOT_TOKEN: optionalText,
  DISCORD_API_URL: url('https://discord.com/api/v10/'),
  PAWL_WORKSPACES: list,
  PAWL_ADMINS: list,
  PAWL_CHECKPOINT_ROOM: list,
  PAWL_SECURITY_ROOM: list,
  PAWL_DIGEST_KEY: optionalText,
  PAWL_AUDIT_WEBHOOK: optionalText,
  PAWL_AUDIT_WEBHOOK_SECRET: optionalText,
  PAWL_AUDIT_KEEP_DAYS: numberOrText,
  PAWL_D1_LIMIT_MB: numberOrText,
})

export interface SlackConfig {
  /** Current first, then the one being rotated out. Empty when none is usable: then every request is refused. */
  readonly signingSecrets: readonly string[]
  readonly botToken: string | null
  /** Ends with a slash. */
  readonly apiUrl: string
}

export interface DiscordConfig {
  /** 64 hex digits each, current first. Empty when none is usable. */
  readonly publicKeys: readonly string[]
  readonly applicationId: string | null
  readonly botToken: string | null
  /** Ends with a slash. */
  readonly apiUrl: string
}

/** A room of a served workspace. */
export interface ServedRoom {
  readonly platform: string
  readonly workspace: string
  readonly channel: string
}

export interface Config {
  readonly slack: SlackConfig
  readonly discord: DiscordConfig
  /** `slack:T…`, `discord:GUILD`: the only workspaces that are served. */
  readonly workspaces: ReadonlySet<string>
  /** Actor keys that hold every permission. */
  readonly admins: ReadonlySet<string>
  /** Where the newest checkpoint of the audit log is posted each day. */
  readonly checkpointRooms: readonly ServedRoom[]
  /** Where it is told that somebody broke the glass; null: nobody can. */
  readonly securityRoom: ServedRoom | null
  /** Under which the audit digests arguments and tags secrets; null: it does not. */
  readonly digestKey: string | null
  /** Where the audit log goes beside D1, and how long its lines stay there. */
  readonly audit: AuditConfig
  /** What is missing or wrong, for the operator: each line names the setting and what to do. */
  readonly problems: readonly string[]
}

const cache = new WeakMap<object, Config>()

/** The checked settings of an environment; a missing or unusable secret is named in `problems` and refuses its platform. */
export function readConfig(env: object): Config {
  const known = cache.get(env)
  if (known) return known
  const config = parseConfig(env as Record<string, unknown>)
  cache.set(env, config)
  return config
}

/** The same without the cache, for tests and the CLI. */
export function parseConfig(env: Record<string, unknown>): Config {
  const parsed = settingsSchema.safeParse(env)
  if (!parsed.success) {
    // A setting of the wrong type: serve nobody rather than guess.
    return {
      slack: { signingSecrets: [], botToken: null, apiUrl: 'https://slack.com/api/' },
      discord: { publicKeys: [], applicationId: null, botToken: null, apiUrl: 'https://discord.com/api/v10/' },
      workspaces: new Set(),
      admins: new Set(),
      checkpointRooms: [],
      securityRoom: null,
      digestKey: null,
      audit: readAuditSettings({}, false).audit,
      problems: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    }
  }
  const s = parsed.data
  const problems: string[] = []
  const signingSecrets = usable(s, ['SLACK_SIGNING_SECRET', 'SLACK_SIGNING_SECRET_OLD'], (secret, name) => {
    if (secret.length >= SECRET_MIN) return true
    problems.push(`${name} is shorter than ${SECRET_MIN} characters: copy it from the app's Basic Information`)
    return false
  })
  const publicKeys = usable(s, ['DISCORD_PUBLIC_KEY', 'DISCORD_PUBLIC_KEY_OLD'], (key, name) => {
    if (/^[0-9a-f]{64}$/.test(key)) return true
    problems.push(`${name} is not 64 hex digits: copy it from the application's General Information`)
    return false
  })
  const workspaces = new Set(s.PAWL_WORKSPACES)
  if (names(workspaces, 'slack') && !s.SLACK_SIGNING_SECRET)
    problems.push('SLACK_SIGNING_SECRET is missing: set it with `wrangler secret put SLACK_SIGNING_SECRET`')
  if (names(workspaces, 'discord') && !s.DISCORD_PUBLIC_KEY)
    problems.push('DISCORD_PUBLIC_KEY is missing: set it with `wrangler secret put DISCORD_PUBLIC_KEY`')
  if (workspaces.size === 0)
    problems.push('PAWL_WORKSPACES is empty: list the workspaces to serve, as in "slack:T0123 discord:4567"')
  for (const [i, entry] of [...workspaces].entries())
    if (!/^(slack|discord):\S+$/.test(entry))
      problems.push(`PAWL_WORKSPACES: entry ${i + 1} is not of the form slack:T… or discord:GUILD`)
  for (const [i, entry] of s.PAWL_ADMINS.entries())
    if (!/^[a-z]+:[^:\s]+:[^:\s]+$/.test(entry))
      problems.push(`PAWL_ADMINS: entry ${i + 1} is not of the form slack:T…:U… or discord:GUILD:USER`)
  const [digestKey] = usable(s, ['PAWL_DIGEST_KEY'], (key, name) => {
    if (key.length >= DIGEST_KEY_MIN) return true
    problems.push(
      `${name} is shorter than ${DIGEST_KEY_MIN} characters: make one with \`openssl rand -hex 32\`, or delete it`,
    )
    return false
  })
  const rooms = (name: 'PAWL_CHECKPOINT_ROOM' | 'PAWL_SECURITY_ROOM') =>
    [...new Set(s[name])].flatMap((entry, i) => {
      const [platform = '', workspace = '', channel = ''] = entry.split(':')
      if (!/^(slack:T\w+:[CG]\w+|discord:\d+:\d+)$/.test(entry))
        problems.push(`${name}: entry ${i + 1} is not of the form slack:T…:C… or discord:GUILD:CHANNEL`)
      else if (!workspaces.has(`${platform}:${workspace}`))
        problems.push(`${name}: entry ${i + 1} is in a workspace that PAWL_WORKSPACES does not list`)
      else return [{ platform, workspace, channel }]
      return []
    })
  const checkpointRooms = rooms('PAWL_CHECKPOINT_ROOM')
  const [securityRoom = null, ...others] = rooms('PAWL_SECURITY_ROOM')
  if (others.length > 0) problems.push('PAWL_SECURITY_ROOM names several rooms: name one')
  const outside = readAuditSettings(s, env.AUDIT_ARCHIVE !== undefined)
  return {
    slack: { signingSecrets, botToken: s.SLACK_BOT_TOKEN ?? null, apiUrl: withSlash(s.SLACK_API_URL) },
    discord: {
      publicKeys,
      applicationId: s.DISCORD_APPLICATION_ID ?? null,
      botToken: s.DISCORD_BOT_TOKEN ?? null,
      apiUrl: withSlash(s.DISCORD_API_URL),
    },
    workspaces,
    admins: new Set(s.PAWL_ADMINS),
    checkpointRooms,
    securityRoom,
    digestKey: digestKey ?? null,
    audit: outside.audit,
    problems: [...problems, ...outside.problems],
  }
}

/** True when the install serves this actor's workspace. */
export function servesWorkspace(config: Config, platform: string, workspace: string): boolean {
  return config.workspaces.has(`${platform}:${workspace}`)
}

/** True for an actor named in PAWL_ADMINS, and only inside a served workspace. */
export function isAdministrator(config: Config, actor: Actor): boolean {
  return config.admins.has(actorKey(actor)) && servesWorkspace(config, actor.platform, actor.workspace)
}

/** The platform ids of the administrators who are in an actor's workspace: whom he can ask. */
export function adminsIn(admins: ReadonlySet<string>, { platform, workspace }: Actor): string[] {
  const prefix = `${platform}:${workspace}:`
  return [...admins].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
}

/** Whether a workspace of this platform is to be served. */
function names(workspaces: ReadonlySet<string>, platform: string): boolean {
  return [...workspaces].some((entry) => entry.startsWith(`${platform}:`))
}

/** The values of the named settings that pass, in order. */
function usable<N extends string>(
  settings: { readonly [name in N]?: string | undefined },
  names: readonly N[],
  accept: (value: string, name: N) => boolean,
): string[] {
  return names.flatMap((name) => {
    const value = settings[name]
    return value !== undefined && accept(value, name) ? [value] : []
  })
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`
}
