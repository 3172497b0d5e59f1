/**
 * A person at Discord: what the client and Discord's servers make of a typed line or a pressed button, down to the signed
 * interaction. Clock and door come with the desk.
 */
import type { Json, PawlRecord } from '../../../src/json.ts'
import type { ChatMessage, ShownButton } from '../chat.ts'
import type { Delivery, Typed } from '../delivery.ts'
import type { Desk } from '../desk.ts'
import type { Form } from '../form.ts'
import { signDiscord } from '../sign.ts'
import { parseJson } from '../wire.ts'
import { DISCORD_GUILD, memberFacts, type Person, type Room, roomKey } from '../world.ts'
import { answerInteraction, messageJson } from './answer.ts'
import { submissionOf } from './form.ts'
import { type Offer, readPartialLine } from './partial-line.ts'
import type { DiscordState, Interaction } from './state.ts'
import { readTypedLine, withMentions } from './typed-line.ts'

export interface DiscordClient {
  line(person: Person, room: Room, line: string): Promise<Typed>
  press(person: Person, room: Room, message: ChatMessage, button: ShownButton): Promise<Delivery>
  /** Asks what fits the line typed so far; without a delivery where the client knows by itself. */
  complete(
    person: Person,
    room: Room,
    line: string,
    offered: (offers: readonly Offer[]) => void,
  ): Promise<Delivery | null>
  submit(form: Form): Promise<Delivery>
  /** The commands of a message's menu. */
  menu(room: Room): readonly PawlRecord[]
  onMessage(person: Person, room: Room, command: PawlRecord, message: ChatMessage): Promise<Delivery>
  /** The PING that Discord sends to check an endpoint. */
  ping(person: Person, room: Room): Promise<Delivery>
}

const PING = 1
const COMMAND = 2
const COMPONENT = 3
const TYPING = 4
const SUBMISSION = 5

/** Kinds of commands: typed, or in a message's menu. */
const CHAT_INPUT = 1
const MESSAGE = 3

/** What else a kind of interaction has. */
interface More {
  readonly source?: ChatMessage | null
  /** The type of the option that is being typed. */
  readonly option?: number
  /** What becomes of the answer, once it is found good. */
  readonly then?: (interaction: Interaction) => void
  readonly silent?: true
}

export function createDiscordClient(desk: Desk, state: DiscordState): DiscordClient {
  const { chat, clock, ids, secrets, deliverer, doorUrl } = desk

  const interact = (
    person: Person,
    room: Room,
    line: string,
    type: number,
    rest: PawlRecord,
    { source = null, option = 0, then, silent }: More = {},
  ) => {
    const id = ids.snowflake()
    const interaction: Interaction = {
      id,
      token: `aW50ZXJhY3Rpb246${ids.token()}`,
      room,
      person,
      type,
      option,
      choices: [],
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
      ...(silent && { silent }),
      receive: (answer) => {
        const wrong = answerInteraction(desk, state, interaction, parseJson(answer.text))
        if (wrong === null) then?.(interaction)
        return wrong
      },
      fail: () => {
        // The token is worth nothing once the first answer failed.
        interaction.state = 'void'
      },
    })
  }

  const note = (person: Person, room: Room, kind: 'typed' | 'press', text: string) =>
    chat.note({ platform: 'discord', room: roomKey(room), kind, by: person.name, text })

  /** The commands of one kind that a person is offered in a room; the guild's stand before the global ones of the same name. */
  const registered = (room: Room, kind: number): PawlRecord[] => {
    const names = new Set(state.guildCommands.map((command) => `${command.type} ${command.name}`))
    return [...state.guildCommands, ...state.globalCommands.filter((it) => !names.has(`${it.type} ${it.name}`))].filter(
      (command) =>
        (command.type ?? CHAT_INPUT) === kind &&
        // `contexts` without 1 hides a command in conversations with the bot.
        !(room.direct && Array.isArray(command.contexts) && !command.contexts.includes(1)),
    )
  }
  const commandPart = (room: Room, command: PawlRecord): PawlRecord => ({
    id: command.id ?? '',
    name: command.name ?? '',
    type: command.type ?? CHAT_INPUT,
    ...(!room.direct && command.guild_id !== undefined && { guild_id: DISCORD_GUILD.id }),
  })

  return {
    async line(person, room, line) {
      if (!line.startsWith('/')) {
        const said = { platform: 'discord', room: roomKey(room), by: person.name, text: line, delivery: null } as const
        chat.hear({ ...said, id: ids.snowflake(), raw: { content: withMentions(line, person) } })
        return { kind: 'unheard' }
      }
      note(person, room, 'typed', line)
      const name = /^\/(\S+)/.exec(line)?.[1]
      const offered = registered(room, CHAT_INPUT)
      const hidden = !offered.some((it) => it.name === name) && state.globalCommands.some((it) => it.name === name)
      if (room.direct && hidden) return { kind: 'refused', why: `/${name} is not offered in direct messages` }
      const read = readTypedLine(line, offered, person)
      if (!read.ok) return { kind: 'refused', why: read.why }
      const data: PawlRecord = {
        ...commandPart(room, read.command),
        ...(read.options.length > 0 && { options: read.options }),
        ...(Object.keys(read.resolved).length > 0 && { resolved: read.resolved }),
      }
      return { kind: 'delivery', delivery: await interact(person, room, line, COMMAND, { data }) }
    },
    press(person, room, message, button) {
      note(person, room, 'press', `[${button.number}] ${button.label}`)
      const rest = {
        data: { custom_id: button.id, component_type: 2, id: button.number },
        message: messageJson(message),
      }
      return interact(person, room, button.label, COMPONENT, rest, { source: message })
    },
    async complete(person, room, line, offered) {
      const read = readPartialLine(line, registered(room, CHAT_INPUT), person)
      if (read.kind === 'known') {
        offered(read.offers)
        return null
      }
      const { command, options, option, before, open } = read
      const data = { ...commandPart(room, command), options }
      const taken = (value: Json | undefined): string => {
        const shown = String(value ?? '')
        return !open && /\s/.test(shown) ? `"${shown}"` : shown
      }
      const then = ({ choices }: Interaction) =>
        offered(choices.map(({ name, value }) => ({ name: String(name ?? ''), line: before + taken(value) })))
      return interact(person, room, line, TYPING, { data }, { option: Number(option.type ?? 3), then, silent: true })
    },
    submit(form) {
      const { person, room } = form
      const modal = state.modals.get(person.name)
      if (!modal) throw new Error(`no modal of ${person.name} is open`)
      note(person, room, 'press', `[${form.submit}] in "${form.title}"`)
      const rest = {
        data: submissionOf(modal.data, form),
        ...(modal.source && { message: messageJson(modal.source) }),
      }
      // A modal stays open until it was taken.
      const then = () => desk.forms.close(form)
      return interact(person, room, form.title, SUBMISSION, rest, { source: modal.source, then })
    },
    menu: (room) => registered(room, MESSAGE),
    onMessage(person, room, command, message) {
      const name = String(command.name ?? '')
      note(person, room, 'press', `"${name}" on: ${message.text}`)
      const data: PawlRecord = {
        ...commandPart(room, command),
        target_id: message.id,
        resolved: { messages: { [message.id]: messageJson(message) } },
      }
      return interact(person, room, name, COMMAND, { data })
    },
    ping: (person, room) => interact(person, room, 'PING', PING, {}),
  }
}
