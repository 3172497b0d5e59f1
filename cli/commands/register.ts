/**
 * `pawl register`: shows what would change in Discord's list of commands, asks, and replaces the list. Touches the network,
 * the terminal and `.dev.vars`.
 */
import { resolve } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import type { Command } from '../../src/command/command.ts'
import { discordRegistration } from '../../src/command/discord.ts'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { readArguments } from '../arguments.ts'
import { type Difference, difference } from '../difference.ts'
import { type DiscordApp, listCommands, replaceCommands } from '../discord-api.ts'
import { readSettings, type Settings } from '../settings.ts'
import { terminalQuestion } from '../terminal.ts'

const USAGE = 'npm run pawl -- register [--guild ID] [--yes] [--dry-run] [--local]'

/** What it touches, for tests. */
export interface RegisterMeans {
  readonly settings: Settings
  readonly fetch: typeof fetch
  readonly commands: readonly Command[]
  /** Asks a yes-or-no question; null where there is no terminal to ask. */
  readonly ask: ((question: string) => Promise<boolean>) | null
  print(line: string): void
  complain(line: string): void
}

/** Registers every command of the install, globally or in one guild (where a change shows at once). */
export async function register(argv: string[], given?: RegisterMeans): Promise<number> {
  const parsed = readArguments(
    argv,
    {
      guild: { type: 'string' },
      yes: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      local: { type: 'boolean', default: false },
    },
    USAGE,
  )
  if (!parsed) return 2
  const means = given ?? (await ownMeans())
  const app = appOf(means, parsed.values.guild ?? null, parsed.values.local)
  if (typeof app === 'string') return fail(means, app)

  const { commands, notes } = discordRegistration(means.commands, app.guild === null ? 'global' : 'guild')
  for (const note of notes) means.complain(`note: ${note}`)
  const before = await listCommands(app)
  if (!before.ok) return fail(means, before.message)
  const change = difference(before.value, commands)
  for (const line of report(change)) means.print(line)
  if (change.added.length + change.changed.length + change.removed.length === 0) return 0
  if (parsed.values['dry-run']) {
    means.print('nothing was sent (--dry-run)')
    return 0
  }
  if (!parsed.values.yes) {
    if (means.ask === null)
      return fail(means, 'there is no terminal to ask on: add --yes to register, or --dry-run to look')
    if (!(await means.ask('register this with Discord?'))) return fail(means, 'nothing was registered')
  }
  const after = await replaceCommands(app, commands)
  if (!after.ok) return fail(means, after.message)
  means.print(`registered ${after.value.length} commands ${app.guild === null ? 'globally' : `in guild ${app.guild}`}`)
  return 0
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

function appOf({ settings, fetch }: RegisterMeans, guild: string | null, local: boolean): DiscordApp | string {
  const applicationId = settings.get('DISCORD_APPLICATION_ID')
  const token = settings.get('DISCORD_BOT_TOKEN')
  const missing = [applicationId ? [] : ['DISCORD_APPLICATION_ID'], token ? [] : ['DISCORD_BOT_TOKEN']].flat()
  if (!applicationId || !token)
    return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set: copy from https://discord.com/developers/applications (General Information, Bot) into the environment or .dev.vars`
  if (!/^\d{1,20}$/.test(applicationId))
    return 'DISCORD_APPLICATION_ID is not a number: copy it from the General Information page'
  if (guild !== null && !/^\d{1,20}$/.test(guild))
    return `--guild ${guild} is not a guild's id: turn on Developer Mode and choose Copy Server ID`
  const apiUrl = settings.get('DISCORD_API_URL') ?? 'https://discord.com/api/v10/'
  if (!URL.canParse(apiUrl))
    return 'DISCORD_API_URL is not a web address: leave it out, or write it as https://discord.com/api/v10/'
  const { hostname } = new URL(apiUrl)
  // `npm start` writes the local Discord's address into .dev.vars; a real registration must not end up there unnoticed.
  if (LOOPBACK.has(hostname) && !local)
    return `DISCORD_API_URL is the local Discord (${apiUrl}): set DISCORD_APPLICATION_ID, DISCORD_BOT_TOKEN and DISCORD_API_URL=https://discord.com/api/v10/ in the environment, or say --local if you mean it`
  return {
    applicationId,
    token,
    guild,
    fetch,
    version: packageJson.version,
    apiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
  }
}

function report({ added, changed, removed, same }: Difference): string[] {
  return [
    ...added.map((name) => `+ ${name}`),
    ...changed.map((name) => `~ ${name}`),
    ...removed.map((name) => `- ${name}`),
    `${added.length} added, ${changed.length} changed, ${removed.length} removed, ${same} unchanged`,
  ]
}

function fail(means: RegisterMeans, message: string): number {
  means.complain(message)
  return 1
}

async function ownMeans(): Promise<RegisterMeans> {
  return {
    settings: await readSettings(resolve(import.meta.dirname, '../..')),
    fetch,
    commands: loadRegistry().all(),
    ask: terminalQuestion(),
    print: (line) => console.log(line),
    complain: (line) => console.error(line),
  }
}
