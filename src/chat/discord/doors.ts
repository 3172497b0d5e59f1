/**
 * Discord's one door. Pure but for what the hall does.
 */
import { InteractionResponseType, InteractionType } from 'discord-interactions'
import { servesWorkspace } from '../../config.ts'
import type { Form } from '../../form/form.ts'
import { createDoor, type Verified } from '../door.ts'
import { continueReply, problemsReply } from '../form-shown.ts'
import type { Asking, Hall, Opened } from '../hall.ts'
import { parseJson } from '../http.ts'
import type { Actor, Invocation } from '../invocation.ts'
import { md } from '../markdown.ts'
import { type Reply, textReply } from '../reply.ts'
import { notServedReply } from '../served.ts'
import { DISCORD_FORMS, discordModal } from './modal.ts'
import { commandPlaceSchema, interactionSchema } from './payloads.ts'
import { readCommand, readPressed } from './read.ts'
import { type ReadTyping, readMessageCommand, readPressedForm, readSubmission, readTyping } from './read-form.ts'
import { discordAnswer } from './render.ts'
import { verifyDiscord } from './verify.ts'

/** Application command types: 1 is typed into the chat, 2 and 3 hang on a person or a message. */
const CHAT_INPUT = 1
const ON_MESSAGE = 3

const NOTHING_BEHIND_BUTTON = textReply(
  md`Nothing is behind this button any more, and nothing was run. Type the command instead.`,
)

const NOTHING_BEHIND_FORM = textReply(
  md`Nothing is behind this form any more, and nothing was run. Type the command instead.`,
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
    case InteractionType.MESSAGE_COMPONENT:
      return servePressed(request, payload)
    case InteractionType.MODAL_SUBMIT:
      return serveSubmitted(request, payload)
    default:
      return request.malformed('interaction_unknown')
  }
}

/** What is being typed is completed; a choice is shown and sent as it is. */
async function serveTyping({ hall }: Verified, payload: unknown): Promise<Response> {
  const read = readTyping(payload)
  const found = read === null ? [] : await completed(hall, read)
  const choices = found.flatMap((text) => {
    const value = read?.kind === 'option' && read.numeric ? Number(text) : text
    return text === '' || Number.isNaN(value) ? [] : [{ name: text, value }]
  })
  return Response.json({
    type: InteractionResponseType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT,
    data: { choices },
  })
}

function completed(hall: Hall, read: ReadTyping): Promise<readonly string[]> {
  return read.kind === 'line' ? hall.complete(read.who, read.typed) : hall.completeOption(read.who, read.option)
}

async function serveCommand(request: Verified, payload: unknown): Promise<Response> {
  const place = commandPlaceSchema.safeParse(payload)
  if (!place.success) return request.malformed('command_malformed')
  const { type } = place.data.data
  if (type !== CHAT_INPUT && type !== ON_MESSAGE)
    return answer(
      textReply(md`Pawl has no commands on people; nothing was run. Type \`/pawl run: help\` to see what it does.`),
    )
  if (!place.data.guild_id) {
    // A direct message belongs to no guild, so that no workspace vouches for the person.
    request.refuse('workspace_unknown')
    return answer(notServedReply(null))
  }
  if (type === ON_MESSAGE) {
    const shortcut = readMessageCommand(payload, request.receivedAt)
    if (!shortcut) return request.malformed('command_malformed')
    return unserved(request, shortcut.actor) ?? show(await request.hall.shortcut(shortcut, DISCORD_FORMS))
  }
  const invocation = readCommand(payload, request.receivedAt)
  if (!invocation) return request.malformed('command_malformed')
  return admit(request, invocation)
}

async function servePressed(request: Verified, payload: unknown): Promise<Response> {
  const form = readPressedForm(payload)
  if (form) return unserved(request, form.actor) ?? (await openPressed(request, form))
  const pressed = readPressed(payload, request.receivedAt)
  return pressed ? admit(request, pressed) : answer(NOTHING_BEHIND_BUTTON)
}

async function openPressed(request: Verified, form: Asking & { readonly form: string }): Promise<Response> {
  const opened = await request.hall.openForm(form, form.form, DISCORD_FORMS)
  if (!opened.ok && opened.refused) request.refuse(opened.refused, form.actor)
  return show(opened)
}

/** Discord takes no modal as the answer to one: what goes on is opened by a button. */
async function serveSubmitted(request: Verified, payload: unknown): Promise<Response> {
  const submission = readSubmission(payload, request.receivedAt)
  if (!submission) return answer(NOTHING_BEHIND_FORM)
  const refusal = unserved(request, submission.actor)
  if (refusal) return refusal
  const outcome = await request.hall.submitForm(submission, request.lifetime, DISCORD_FORMS)
  switch (outcome.kind) {
    case 'problems':
      return answer(problemsReply(outcome.form, outcome.problems))
    case 'next':
      return answer(continueReply(outcome.form))
    case 'reply':
      return answer(outcome.reply)
  }
}

async function admit(request: Verified, invocation: Invocation): Promise<Response> {
  const refusal = unserved(request, invocation.actor)
  if (refusal) return refusal
  const reply = await request.hall.admit(invocation, request.lifetime, DISCORD_FORMS)
  return reply.form ? modal(reply.form) : answer(reply)
}

/** The answer to somebody of a guild that is not served; the audit is told. Null for everybody else. */
function unserved(request: Verified, actor: Actor): Response | null {
  if (servesWorkspace(request.config, actor.platform, actor.workspace)) return null
  request.refuse('workspace_not_allowed', actor)
  return answer(notServedReply(`discord:${actor.workspace}`))
}

function show(opened: Opened): Response {
  return opened.ok ? modal(opened.form) : answer(opened.reply)
}

function modal(form: Form): Response {
  return Response.json({ type: InteractionResponseType.MODAL, data: discordModal(form) })
}

/**
 * Always a message, never a bare deferral: a word in between is shown as it is and edited later, and its visibility is
 * decided by the first answer for good.
 */
function answer(reply: Reply): Response {
  return Response.json({ type: InteractionResponseType.CHANNEL_MESSAGE_WITH_SOURCE, data: discordAnswer(reply) })
}
