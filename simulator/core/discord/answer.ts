/** The first answer to an interaction, and replies as messages on the screen and as JSON. */
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Desk } from '../desk.ts'
import { records, text } from '../wire.ts'
import { ALL_ROOMS, DISCORD_GUILD, PEOPLE, roomKey } from '../world.ts'
import { checkMessage, describe, isEmpty } from './check.ts'
import { checkAutocomplete, checkModal } from './check-modal.ts'
import { formOfModal } from './form.ts'
import type { DiscordState, Interaction } from './state.ts'
import { discordLook, EPHEMERAL } from './view.ts'

/** Which first answers an interaction may get, by their numbers. */
const ANSWERS: ReadonlyMap<number, readonly number[]> = new Map([
  [1, [1]],
  [2, [4, 5, 9, 12]],
  [3, [4, 5, 6, 7, 9, 12]],
  [4, [8]],
  [5, [4, 5, 6, 7, 12]],
])

/**
 * Takes the first answer to an interaction, whether it came in the HTTP response or through the callback route. Says what is
 * wrong with it, or null.
 */
export function answerInteraction(
  desk: Desk,
  state: DiscordState,
  interaction: Interaction,
  response: unknown,
): string | null {
  const bad = (what: string): string => {
    desk.violations.add('discord', 'answer', what)
    return what
  }
  if (!isRecord(response)) return bad('the answer is not a JSON object')
  const { type } = response
  if (!ANSWERS.get(interaction.type)?.some((allowed) => allowed === type))
    return bad(`an interaction of type ${interaction.type} is not answered by type ${String(type)}`)
  const data = isRecord(response.data) ? response.data : {}
  const { source, person } = interaction
  switch (type) {
    case 4: {
      const wrong = checkMessage(data)
      if (wrong.length > 0) return bad(describe(wrong))
      if (isEmpty(data)) return bad('Cannot send an empty message')
      interaction.original = showReply(desk, interaction, data, 'answer')
      break
    }
    case 5:
      interaction.original = showReply(desk, interaction, { flags: data.flags ?? 0 }, 'answer')
      break
    case 6:
    case 7: {
      if (!source) return bad(`type ${type} answers a component only`)
      interaction.original = source
      if (type === 6) break
      const wrong = checkMessage(data)
      if (wrong.length > 0) return bad(describe(wrong))
      const merged = { ...(isRecord(source.raw) ? source.raw : {}), ...data }
      desk.chat.edit(source, discordLook(merged), merged)
      break
    }
    case 8: {
      const wrong = checkAutocomplete(data, interaction.option)
      if (wrong.length > 0) return bad(describe(wrong))
      interaction.choices = records(data.choices)
      break
    }
    case 9: {
      const wrong = checkModal(data)
      if (wrong.length > 0) return bad(describe(wrong))
      state.modals.set(person.name, { data, source })
      desk.forms.show(formOfModal(data, person, interaction.room), interaction.id)
      break
    }
  }
  interaction.state = 'answered'
  return null
}

/** Shows a message that belongs to an interaction; an empty one is Discord's own "thinking…". */
export function showReply(desk: Desk, interaction: Interaction, payload: PawlRecord, via: string): ChatMessage {
  const deferred = isEmpty(payload)
  const look = discordLook(payload)
  return desk.chat.post({
    id: desk.ids.snowflake(),
    platform: 'discord',
    room: roomKey(interaction.room),
    onlyFor: (Number(payload.flags ?? 0) & EPHEMERAL) !== 0 ? interaction.person.name : null,
    delivery: interaction.id,
    via,
    look: deferred ? { ...look, text: 'pawl is thinking…', thinking: true } : look,
    raw: payload,
  })
}

export function messageJson(message: ChatMessage): PawlRecord {
  const payload = isRecord(message.raw) ? message.raw : {}
  const person = PEOPLE.find(({ name }) => name === message.by)
  const room = ALL_ROOMS.find((it) => roomKey(it) === message.room)
  return {
    id: message.id,
    type: 0,
    channel_id: room?.discord ?? '',
    content: text(payload, 'content') ?? '',
    embeds: payload.embeds ?? [],
    components: payload.components ?? [],
    attachments: [],
    mentions: [],
    flags: message.onlyFor !== null ? EPHEMERAL : 0,
    author: person
      ? { id: person.discord, username: person.name, global_name: person.name, discriminator: '0', avatar: null }
      : { id: DISCORD_GUILD.botUser, username: 'pawl', bot: true },
    mention_everyone: false,
    mention_roles: [],
    pinned: false,
    tts: false,
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: message.edited ? new Date(message.changedAt).toISOString() : null,
    ...(payload.nonce !== undefined && { nonce: payload.nonce }),
  }
}
