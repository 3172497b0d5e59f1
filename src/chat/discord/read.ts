/**
 * Verified Discord commands and pressed buttons as invocations. Pure.
 */
import type { Json } from '../../json.ts'
import { plainMentions } from '../../language/normalise.ts'
import { lineOfButton } from '../button.ts'
import type { Asking } from '../hall.ts'
import type { Address, Input, Invocation } from '../invocation.ts'
import { discordAddress } from './address.ts'
import {
  type GuildCommand,
  type GuildInteraction,
  guildCommandSchema,
  guildPressedSchema,
  type Value,
} from './payloads.ts'
import { discordStanding } from './standing.ts'

/** The command whose one option is a whole line. */
export const ROOT_COMMAND = 'pawl'
export const LINE_OPTION = 'run'

/** Channel types of direct messages, alone and in a group. */
const DIRECT_TYPES = new Set([1, 3])
/** Those of threads: in announcements, public, private. https://docs.discord.com/developers/resources/channel#channel-object-channel-types */
const THREAD_TYPES = new Set([10, 11, 12])

/** A chat-input command used inside a guild; null when it is none. */
export function readCommand(payload: unknown, receivedAt: number): Invocation | null {
  const parsed = guildCommandSchema.safeParse(payload)
  const input = parsed.success ? readInput(parsed.data.data) : null
  return parsed.success && input ? invocationOf('discord.command', parsed.data, input, receivedAt) : null
}

/** A button pressed inside a guild, as an invocation of the line that it stands for; null for anything else. */
export function readPressed(payload: unknown, receivedAt: number): Invocation | null {
  const parsed = guildPressedSchema.safeParse(payload)
  const line = parsed.success ? lineOfButton(parsed.data.data.custom_id) : null
  return parsed.success && line !== null
    ? invocationOf('discord.component', parsed.data, { kind: 'line', text: line }, receivedAt, parsed.data.message?.id)
    : null
}

function invocationOf(
  source: string,
  interaction: GuildInteraction,
  input: Input,
  receivedAt: number,
  pressed?: string,
): Invocation {
  return {
    source,
    delivery: `discord:interaction:${interaction.id}`,
    ...askingOf(interaction),
    input,
    address: addressOf(interaction, receivedAt, pressed),
    answersInResponse: true,
    receivedAt,
  }
}

/** Who did something, and where. */
export function askingOf({
  guild_id,
  channel_id,
  channel,
  member,
}: Pick<GuildInteraction, 'guild_id' | 'channel_id' | 'channel' | 'member'>): Asking {
  const type = channel?.type ?? 0
  return {
    actor: { platform: 'discord', workspace: guild_id, id: member.user.id },
    standing: discordStanding(member),
    channel: {
      id: channel_id,
      kind: DIRECT_TYPES.has(type) ? 'direct' : 'channel',
      ...(THREAD_TYPES.has(type) && channel?.parent_id && { parent: channel.parent_id }),
      ...(channel?.name && { name: channel.name }),
    },
  }
}

/** Where what came of it is told. */
export function addressOf(
  { id, application_id, token, guild_id, channel_id, member }: GuildInteraction,
  receivedAt: number,
  pressed?: string,
): Address {
  return discordAddress(
    {
      application: application_id,
      interaction: id,
      token,
      guild: guild_id,
      channel: channel_id,
      user: member.user.id,
      ...(pressed !== undefined && { pressed }),
    },
    receivedAt,
  )
}

function readInput({ name, options }: GuildCommand['data']): Input | null {
  const [first] = options
  if (first?.type === 1) return command([name, first.name], first.options)
  if (first?.type === 2) return command([name, first.name, first.options[0].name], first.options[0].options)
  const values = options.filter((option) => option.type !== 1 && option.type !== 2)
  if (name === ROOT_COMMAND && values.every((value) => value.name === LINE_OPTION && value.type === 3)) {
    const line = values[0]?.value
    return { kind: 'line', text: typeof line === 'string' ? line : '' }
  }
  return command([name], values)
}

function command(path: readonly string[], values: readonly Value[]): Input | null {
  const options = new Map<string, Json>(values.map((value) => [value.name, jsonOf(value)]))
  // Discord never sends one twice; which of the two was meant is not ours to guess.
  return options.size === values.length ? { kind: 'command', path, options } : null
}

/** Whom and what a field of text mentions is known to the house by the words that stand for it on a line. */
function jsonOf({ type, value }: Value): Json {
  return type === 3 ? plainMentions(value, { platform: 'discord' }) : value
}
