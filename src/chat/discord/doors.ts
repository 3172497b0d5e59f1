/**
 * Discord's one door. Pure but for what the hall does.
 */
import { InteractionResponseType, InteractionType } from 'discord-interactions'
import { servesWorkspace } from '../../config.ts'
import { createDoor, type Verified } from '../door.ts'
import { parseJson } from '../http.ts'
import type { Invocation } from '../invocation.ts'
import { md } from '../markdown.ts'
import { type Reply, textReply } from '../reply.ts'
import { notServedReply } from '../served.ts'
import { commandPlaceSchema, interactionSchema, typingSchema } from './payloads.ts'
import { readCommand, readPressed } from './read.ts'
import { discordAnswer } from './render.ts'
import { discordStanding } from './standing.ts'
import { verifyDiscord } from './verify.ts'

/** Application command types: 1 is typed into the chat, 2 and 3 hang on a person or a message. */
const CHAT_INPUT = 1

const NOTHING_BEHIND_BUTTON = textReply(
  md`Nothing is behind this button any more, and nothing was run. Type the command instead.`,
)

/** `POST /discord/interactions` */
export const discordInteractions = createDoor({
  name: 'discord.interactions',
  mediaType: 'application/json',
  verify: (headers, body, config, now) => verifyDiscord(headers, body, config.discord.publicKeys, now),
  serve,
})

async function serve(request: Verified): Promise<Response> {
  const payload = parseJson(request.text)
  const interaction = interactionSchema.safeParse(payload)
  if (!interaction.success) return request.malformed('interaction_malformed')
  switch (interaction.data.type) {
    case InteractionType.PING:
      return Response.json({ type: InteractionResponseType.PONG })
    case InteractionType.APPLICATION_COMMAND:
      return serveCommand(request, payload)
    case InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE:
      return serveTyping(request, payload)
    case InteractionType.MESSAGE_COMPONENT: {
      const pressed = readPressed(payload, request.receivedAt)
      return pressed ? admit(request, pressed) : answer(NOTHING_BEHIND_BUTTON)
    }
    case InteractionType.MODAL_SUBMIT:
      return answer(textReply(md`Nothing is behind this form any more, and nothing was run. Type the command instead.`))
    default:
      return request.malformed('interaction_unknown')
  }
}

/** Completion of a line; other options are completed by nobody yet. A choice is shown and sent as it is. */
async function serveTyping({ hall }: Verified, payload: unknown): Promise<Response> {
  const typing = typingSchema.safeParse(payload)
  const lines = typing.success
    ? await hall.complete(
        {
          actor: { platform: 'discord', workspace: typing.data.guild_id, id: typing.data.member.user.id },
          standing: discordStanding(typing.data.member),
        },
        typing.data.data.options[0].value,
      )
    : []
  return Response.json({
    type: InteractionResponseType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT,
    data: { choices: lines.map((line) => ({ name: line, value: line })) },
  })
}

async function serveCommand(request: Verified, payload: unknown): Promise<Response> {
  const place = commandPlaceSchema.safeParse(payload)
  if (!place.success) return request.malformed('command_malformed')
  if (place.data.data.type !== CHAT_INPUT)
    return answer(
      textReply(
        md`Pawl has no commands on people or messages; nothing was run. Type \`/pawl run: help\` to see what it does.`,
      ),
    )
  if (!place.data.guild_id) {
    // A direct message belongs to no guild, so that no workspace vouches for the person.
    request.refuse('workspace_unknown')
    return answer(notServedReply(null))
  }
  const invocation = readCommand(payload, request.receivedAt)
  if (!invocation) return request.malformed('command_malformed')
  return admit(request, invocation)
}

async function admit(request: Verified, invocation: Invocation): Promise<Response> {
  const { actor } = invocation
  if (!servesWorkspace(request.config, actor.platform, actor.workspace)) {
    request.refuse('workspace_not_allowed', actor)
    return answer(notServedReply(`discord:${actor.workspace}`))
  }
  return answer(await request.hall.admit(invocation, request.lifetime))
}

/**
 * Always a message, never a bare deferral: a word in between is shown as it is and edited later, and its visibility is
 * decided by the first answer for good.
 */
function answer(reply: Reply): Response {
  return Response.json({ type: InteractionResponseType.CHANNEL_MESSAGE_WITH_SOURCE, data: discordAnswer(reply) })
}
