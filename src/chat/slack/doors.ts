/**
 * Slack's three doors: slash commands, interactions, events. Pure but for what the hall does.
 */
import { servesWorkspace } from '../../config.ts'
import { createDoor, type DoorOptions, type Verified } from '../door.ts'
import { parseJson } from '../http.ts'
import type { Invocation } from '../invocation.ts'
import { notServedReply } from '../served.ts'
import { envelopeSchema, interactionSchema, urlVerificationSchema } from './payloads.ts'
import { readEvent, readPressed, readSlashCommand } from './read.ts'
import { slackAnswer } from './render.ts'
import { verifySlack } from './verify.ts'

const verify: DoorOptions['verify'] = (headers, body, config, now) =>
  verifySlack(headers, body, config.slack.signingSecrets, now)

/** An acknowledgement that shows nothing. */
const empty = () => new Response(null, { status: 200 })

/** `POST /slack/commands` */
export const slackCommands = createDoor({
  name: 'slack.commands',
  mediaType: 'application/x-www-form-urlencoded',
  verify,
  serve: serveCommand,
})

/** `POST /slack/interactions`: buttons, modals, shortcuts, options of a select. */
export const slackInteractions = createDoor({
  name: 'slack.interactions',
  mediaType: 'application/x-www-form-urlencoded',
  verify,
  serve: serveInteraction,
})

/** `POST /slack/events` */
export const slackEvents = createDoor({
  name: 'slack.events',
  mediaType: 'application/json',
  verify,
  serve: serveEvent,
})

async function serveCommand(request: Verified): Promise<Response> {
  const form = new URLSearchParams(request.text)
  // Slack's probe of the certificate carries nothing else to read.
  if (form.get('ssl_check') === '1') return empty()
  const invocation = readSlashCommand(form, request.receivedAt)
  if (!invocation) return request.malformed('command_malformed')
  if (!isServed(request, invocation))
    return Response.json(slackAnswer(notServedReply(`slack:${invocation.actor.workspace}`)))
  return Response.json(slackAnswer(await request.hall.admit(invocation, request.lifetime)))
}

/** Interactions whose answer is a list of options. */
const SUGGESTIONS = new Set(['block_suggestion', 'dialog_suggestion'])

async function serveInteraction(request: Verified): Promise<Response> {
  const payload = parseJson(new URLSearchParams(request.text).get('payload') ?? '')
  const interaction = interactionSchema.safeParse(payload)
  if (!interaction.success) return request.malformed('interaction_malformed')
  const { type } = interaction.data
  if (SUGGESTIONS.has(type)) return Response.json({ options: [] })
  const pressed = type === 'block_actions' ? readPressed(payload, request.receivedAt) : null
  // Whatever else is pressed or submitted was not put out by Pawl: it gets the answer that changes nothing.
  if (pressed && isServed(request, pressed)) await request.hall.admit(pressed, request.lifetime)
  return empty()
}

async function serveEvent(request: Verified): Promise<Response> {
  const payload = parseJson(request.text)
  const envelope = envelopeSchema.safeParse(payload)
  if (!envelope.success) return request.malformed('event_malformed')
  switch (envelope.data.type) {
    case 'url_verification': {
      const verification = urlVerificationSchema.safeParse(payload)
      return verification.success
        ? Response.json({ challenge: verification.data.challenge })
        : request.malformed('event_malformed')
    }
    case 'event_callback': {
      const reading = readEvent(payload, request.receivedAt)
      if (reading.kind === 'malformed') return request.malformed('event_malformed')
      if (reading.kind === 'ignored') return empty()
      // An event has no answer to put words into, and an unserved team gets no message from the bot's account.
      if (!reading.known || !isServed(request, reading.invocation)) {
        if (!reading.known) request.refuse('workspace_unknown')
        return empty()
      }
      await request.hall.admit(reading.invocation, request.lifetime)
      return empty()
    }
    default:
      // `app_rate_limited` and whatever Slack adds: acknowledged, or it would be sent again.
      return empty()
  }
}

/** Whether the person's own team is served; a refusal is told to the audit. */
function isServed({ config, refuse }: Verified, { actor }: Invocation): boolean {
  const served = servesWorkspace(config, actor.platform, actor.workspace)
  if (!served) refuse('workspace_not_allowed', actor)
  return served
}
