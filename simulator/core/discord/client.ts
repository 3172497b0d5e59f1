/**
 * A person at Discord: what the client and Discord's servers make of a typed line or a pressed button, down to the signed
 * interaction. Clock and door come with the desk.
 */
import type { Json, PawlRecord } from '../../../src/json.ts'
import type { ChatMessage, ShownButton } from '../chat.ts'
import type { Delivery, Typed } from '../delivery.ts'
import type { Desk } from '../desk.ts'
import { signDiscord } from '../sign.ts'
import { parseJson } from '../wire.ts'
import { DISCORD_GUILD, memberFacts, type Person, type Room, roomKey } from '../world.ts'
import { answerInteraction, messageJson } from './answer.ts'
import type { DiscordState, Interaction } from './state.ts'
import { readTypedLine } from './typed-line.ts'

export interface DiscordClient {
  line(person: Person, room: Room, line: string): Promise<Typed>
  press(person: Person, room: Room, message: ChatMessage, button: ShownButton): Promise<Delivery>
  /** The PING that Discord sends to check an endpoint. */
  ping(person: Person, room: Room): Promise<Delivery>
}

const PING = 1
const COMMAND = 2
const COMPONENT = 3

export function createDiscordClient(desk: Desk, state: DiscordState): DiscordClient {
  const { chat, clock, ids, secrets, deliverer, doorUrl } = desk

  const interact = (
    person: Person,
    room: Room,
    line: string,
    type: number,
    rest: PawlRecord,
    source: ChatMessage | null,
  ) => {
    const id = ids.snowflake()
    const interaction: Interaction = {
      id,
      token: `aW50ZXJhY3Rpb246${ids.token()}`,
      room,
      person: person.name,
      createdAt: clock.now(),
      state: 'waiting',
      original: null,
      source,
    }
    state.interactions.set(interaction.token, interaction)
    const user: PawlRecord = {
      id: person.discord,
      username: person.name,
      global_name: person.name,
      discriminator: '0',
      avatar: null,
      bot: false,
    }
    const body: Json = {
      id,
      application_id: secrets.discordApplicationId,
      type,
      token: interaction.token,
      version: 1,
      channel_id: room.discord,
      channel: {
        id: room.discord,
        type: room.direct ? 1 : 0,
        ...(!room.direct && { name: room.name, guild_id: DISCORD_GUILD.id }),
      },
      // In a guild the person is a member with roles, in a direct conversation only a user.
      ...(room.direct
        ? { user, context: 1 }
        : {
            guild_id: DISCORD_GUILD.id,
            guild: { id: DISCORD_GUILD.id, locale: 'en-US', features: [] },
            guild_locale: 'en-US',
            member: {
              user,
              roles: [],
              permissions: person.name === 'ada' ? '8' : '2147483648',
              joined_at: '2024-01-01T00:00:00+00:00',
              nick: null,
              deaf: false,
              mute: false,
              ...memberFacts(person),
            },
            context: 0,
          }),
      app_permissions: '2147483648',
      locale: 'en-US',
      entitlements: [],
      attachment_size_limit: 10_485_760,
      authorizing_integration_owners: { '0': room.direct ? '0' : DISCORD_GUILD.id },
      ...rest,
    }
    return deliverer.prepare({
      id,
      platform: 'discord',
      person,
      room,
      line,
      url: `${doorUrl}/discord/interactions`,
      contentType: 'application/json',
      body: JSON.stringify(body),
      sign: (text, seconds) => signDiscord(secrets.discordPrivateKey, text, seconds),
      receive: (answer) => answerInteraction(desk, interaction, parseJson(answer.text)),
      fail: () => {
        // The token is worth nothing once the first answer failed.
        interaction.state = 'void'
      },
    })
  }

  const note = (person: Person, room: Room, kind: 'typed' | 'press', text: string) =>
    chat.note({ platform: 'discord', room: roomKey(room), kind, by: person.name, text })

  return {
    async line(person, room, line) {
      note(person, room, 'typed', line)
      if (!line.startsWith('/')) return { kind: 'unheard' }
      const names = new Set(state.guildCommands.map((command) => command.name))
      const registered = [...state.guildCommands, ...state.globalCommands.filter((command) => !names.has(command.name))]
      // `contexts` without 1 hides a command in conversations with the bot.
      const top = registered.find((command) => command.name === /^\/(\S+)/.exec(line)?.[1])
      if (room.direct && Array.isArray(top?.contexts) && !top.contexts.includes(1))
        return { kind: 'refused', why: `/${top.name} is not offered in direct messages` }
      const read = readTypedLine(line, registered, person)
      if (!read.ok) return { kind: 'refused', why: read.why }
      const data: PawlRecord = {
        id: read.command.id ?? '',
        name: read.command.name ?? '',
        type: 1,
        ...(read.options.length > 0 && { options: read.options }),
        ...(Object.keys(read.resolved).length > 0 && { resolved: read.resolved }),
        ...(!room.direct && read.command.guild_id !== undefined && { guild_id: DISCORD_GUILD.id }),
      }
      return { kind: 'delivery', delivery: await interact(person, room, line, COMMAND, { data }, null) }
    },
    press(person, room, message, button) {
      note(person, room, 'press', `[${button.number}] ${button.label}`)
      const rest = {
        data: { custom_id: button.id, component_type: 2, id: button.number },
        message: messageJson(message),
      }
      return interact(person, room, button.label, COMPONENT, rest, message)
    },
    ping: (person, room) => interact(person, room, 'PING', PING, {}, null),
  }
}
