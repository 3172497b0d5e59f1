/**
 * Slack's app manifest (version 2) for a deployed Pawl. Pure. Limits: `manifest.schema.2.0.0.json` of
 * slackapi/manifest-schema.
 */
import type { Command } from './command.ts'
import { usageHint } from './usage.ts'

const COMMANDS_MAX = 50
const COMMAND_DESCRIPTION_MAX = 2_000
const USAGE_HINT_MAX = 1_000
const NAME_MAX = 35
const URL_MAX = 3_000

/** `/` and 2 to 32 characters in all; Slack takes Latin letters, digits, dashes and underscores. */
const SLACK_COMMAND = /^[a-z0-9_-]{1,31}$/

/**
 * Slack's own commands win over an app's: registering one of these names is refused or never reached. `help` is on the list
 * out of courtesy: slash commands have no namespace, and every app would like that one.
 */
const SLACK_OWN = new Set(
  'active apps archive away call collapse dm dnd expand feed feedback help huddle invite join keys leave me msg mute open part people prefs remind remove rename search shortcuts shrug star status topic unarchive who'.split(
    ' ',
  ),
)

/**
 * Only what Pawl uses: `commands` for slash commands, `app_mentions:read` and `im:history` for the two events,
 * `chat:write` to answer (postMessage, update, postEphemeral), `chat:write.public` for a public channel that nobody has
 * invited it to. Redirects look before they post: `channels:read` and `groups:read` at the room and its members,
 * `users:read` at the person, and `im:write` opens the direct conversation. `users:read` also tells guests from full members.
 */
const BOT_SCOPES = [
  'app_mentions:read',
  'channels:read',
  'chat:write',
  'chat:write.public',
  'commands',
  'groups:read',
  'im:history',
  'im:write',
  'users:read',
] as const

interface SlashCommand {
  readonly command: string
  readonly url: string
  readonly description: string
  readonly usage_hint?: string
  readonly should_escape: true
}

/** The callback ids of the two shortcuts: what is in them is for whoever reads Slack's settings, Pawl goes by the payload's type. */
const SHORTCUTS = [
  {
    name: 'Run with Pawl…',
    type: 'message',
    callback_id: 'pawl.message',
    description: 'Run a command line on this message',
  },
  {
    name: 'Run a command',
    type: 'global',
    callback_id: 'pawl.run',
    description: 'Pick a command and fill in its form',
  },
] as const

export interface SlackManifest {
  readonly _metadata: { readonly major_version: 2; readonly minor_version: 1 }
  readonly display_information: { readonly name: string; readonly description: string }
  readonly features: {
    readonly app_home: {
      readonly home_tab_enabled: false
      readonly messages_tab_enabled: true
      readonly messages_tab_read_only_enabled: false
    }
    readonly bot_user: { readonly display_name: string; readonly always_online: true }
    readonly shortcuts: typeof SHORTCUTS
    readonly slash_commands: readonly SlashCommand[]
  }
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } }
  readonly settings: {
    readonly event_subscriptions: { readonly request_url: string; readonly bot_events: readonly string[] }
    readonly interactivity: {
      readonly is_enabled: true
      readonly request_url: string
      readonly message_menu_options_url: string
    }
    readonly org_deploy_enabled: false
    readonly socket_mode_enabled: false
    readonly token_rotation_enabled: false
  }
}

export type ManifestResult =
  | { readonly ok: true; readonly manifest: SlackManifest; readonly notes: readonly string[] }
  | { readonly ok: false; readonly message: string }

/**
 * The manifest for a Pawl at `url` (its origin). `notes` says which commands have no slash command of their own.
 *
 * @example slackManifest(registry.all(), { url: 'https://pawl.example.workers.dev', name: 'Pawl' })
 */
export function slackManifest(
  commands: readonly Command[],
  { url, name }: { url: string; name: string },
): ManifestResult {
  const origin = originOf(url)
  if (origin === null)
    return {
      ok: false,
      message: `"${url}" is not an https address: give the deployed worker, as in https://pawl.example.workers.dev`,
    }
  if (name === '' || name.length > NAME_MAX)
    return { ok: false, message: `the name has ${name.length} characters: Slack takes 1 to ${NAME_MAX}` }

  const notes: string[] = []
  return {
    ok: true,
    notes,
    manifest: {
      _metadata: { major_version: 2, minor_version: 1 },
      display_information: { name, description: 'Governed operations from the chat' },
      features: {
        // Without the messages tab nobody can write to the app directly.
        app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
        bot_user: { display_name: name, always_online: true },
        shortcuts: SHORTCUTS,
        slash_commands: slashCommands(
          commands.filter(({ slash }) => slash),
          `${origin}/slack/commands`,
          notes,
        ),
      },
      oauth_config: { scopes: { bot: BOT_SCOPES } },
      settings: {
        event_subscriptions: { request_url: `${origin}/slack/events`, bot_events: ['app_mention', 'message.im'] },
        // The second is what Slack calls the options load URL: where a select asks while somebody types.
        interactivity: {
          is_enabled: true,
          request_url: `${origin}/slack/interactions`,
          message_menu_options_url: `${origin}/slack/interactions`,
        },
        org_deploy_enabled: false,
        socket_mode_enabled: false,
        token_rotation_enabled: false,
      },
    },
  }
}

function originOf(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  return url?.protocol === 'https:' && url.origin.length < URL_MAX ? url.origin : null
}

function slashCommands(commands: readonly Command[], url: string, notes: string[]): SlashCommand[] {
  const root: SlashCommand = {
    command: '/pawl',
    url,
    description: 'Run a command line',
    usage_hint: 'deploy web staging',
    should_escape: true,
  }
  const own: SlashCommand[] = []
  for (const top of new Set(commands.map(({ path }) => path[0] ?? ''))) {
    if (!SLACK_COMMAND.test(top))
      notes.push(`${top}: Slack takes only a-z, 0-9, - and _ in a slash command; use /pawl ${top}`)
    else if (SLACK_OWN.has(top)) notes.push(`${top}: Slack has a /${top} of its own; use /pawl ${top}`)
    else own.push(slashCommand(top, commands, url))
  }
  if (own.length < COMMANDS_MAX) return [root, ...own]
  notes.push(`an app has at most ${COMMANDS_MAX} slash commands and here are ${own.length + 1}: all go through /pawl`)
  return [root]
}

function slashCommand(top: string, commands: readonly Command[], url: string): SlashCommand {
  const members = commands.filter(({ path }) => path[0] === top)
  const base = members.find(({ path }) => path.length === 1)
  const words = [...new Set(members.flatMap(({ path }) => path[1] ?? []))]
  const hint = (base ? usageHint(base) : words.join(' | ')).slice(0, USAGE_HINT_MAX)
  return {
    command: `/${top}`,
    url,
    description: (base?.summary ?? words.join(', ')).slice(0, COMMAND_DESCRIPTION_MAX),
    ...(hint !== '' && { usage_hint: hint }),
    should_escape: true,
  }
}
