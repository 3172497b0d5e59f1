/** The first answer to an interaction, and replies as messages on the screen and as JSON. */
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Desk } from '../desk.ts'
import { DISCORD } from '../limits.ts'
import { text } from '../wire.ts'
import { ALL_ROOMS, DISCORD_GUILD, roomKey } from '../world.ts'
import { checkMessage, describe, isEmpty } from './check.ts'
import type { Interaction } from './state.ts'
import { discordLook, EPHEMERAL } from './view.ts'

/**
 * Takes the first answer to an interaction, whether it came in the HTTP response or through the callback route. Says what is
 * wrong with it, or null.
 */
export function answerInteraction(desk: Desk, interaction: Interaction, response: unknown): string | null {
  const bad = (what: string): string => {
    desk.violations.add('discord', 'answer', what)
    return what
  }
  if (!isRecord(response)) return bad('the answer is not a JSON object')
  const data = isRecord(response.data) ? response.data : {}
  switch (response.type) {
    case 1:
    case 8:
      break
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
      interaction.original = interaction.source
      break
    case 7: {
      if (!interaction.source) return bad('type 7 answers a component only')
      const wrong = checkMessage(data)
      if (wrong.length > 0) return bad(describe(wrong))
      const merged = { ...(isRecord(interaction.source.raw) ? interaction.source.raw : {}), ...data }
      desk.chat.edit(interaction.source, discordLook(merged), merged)
      interaction.original = interaction.source
      break
    }
    case 9: {
      const title = text(data, 'title') ?? ''
      if (title === '' || [...title].length > DISCORD.modalTitle)
        return bad(`a modal's title has 1 to ${DISCORD.modalTitle} characters`)
      break
    }
    default:
      return bad(`unknown type of answer: ${String(response.type)}`)
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
    onlyFor: (Number(payload.flags ?? 0) & EPHEMERAL) !== 0 ? interaction.person : null,
    delivery: interaction.id,
    via,
    look: deferred ? { ...look, text: 'pawl is thinking…', thinking: true } : look,
    raw: payload,
  })
}

export function messageJson(message: ChatMessage): PawlRecord {
  const payload = isRecord(message.raw) ? message.raw : {}
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
    author: { id: DISCORD_GUILD.botUser, username: 'pawl', bot: true },
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: message.edited ? new Date(message.changedAt).toISOString() : null,
    ...(payload.nonce !== undefined && { nonce: payload.nonce }),
  }
}
