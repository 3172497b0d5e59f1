/** Makes the local Slack and Discord know the commands of this checkout, as a registration would. Reads the registry. */
import { replaceCommands } from '../cli/discord-api.ts'
import { discordRegistration } from '../src/command/discord.ts'
import { loadRegistry } from '../src/command/house-registry.ts'
import { slackManifest } from '../src/command/slack-manifest.ts'
import type { Secrets, Simulator } from './index.ts'

/** Registers with both platforms; throws with the platform's words when a registration is refused. */
export async function registerCommands(simulator: Simulator, origin: string, secrets: Secrets): Promise<void> {
  const commands = loadRegistry().all()
  const result = await replaceCommands(
    {
      applicationId: secrets.discordApplicationId,
      token: secrets.discordBotToken,
      apiUrl: `${origin}/discord/api/v10/`,
      guild: null,
      version: 'local',
      fetch: (input, init) => simulator.fetch(new Request(input, init)),
    },
    discordRegistration(commands).commands,
  )
  if (!result.ok) throw new Error(`The commands could not be registered with the local Discord: ${result.message}`)
  // Slack takes https addresses only; the local one listens elsewhere, and only the names matter here.
  const made = slackManifest(commands, { url: 'https://pawl.example', name: 'Pawl' })
  if (!made.ok) throw new Error(`The local Slack refuses the manifest: ${made.message}`)
  const { slash_commands, shortcuts } = made.manifest.features
  simulator.slack.installs(
    slash_commands.map((command) => command.command),
    shortcuts,
  )
}
