/**
 * Slack's three doors: slash commands, interactions, events. Pure but for what the hall does.
 */
import { createDoor, type DoorOptions, type Verified } from '../door.ts'
import { parseJson } from '../http.ts'
import { notServedReply } from '../served.ts'
import { SLACK_FORMS } from './form-limits.ts'
import { empty, isServed, serveInteraction } from './interactions.ts'
import { slackModal } from './modal.ts'
import { openModal } from './open.ts'
import { envelopeSchema, urlVerificationSchema } from './payloads.ts'
import { readEvent, readSlashCommand } from './read.ts'
import { slackAnswer } from './render.ts'
import { verifySlack } from './verify.ts'

const verify: DoorOptions['verify'] = (headers, body, config, now) =>
  verifySlack(headers, body, config.slack.signingSecrets, now)

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
  if (!isServed(request, invocation.actor))
    return Response.json(slackAnswer(notServedReply(`slack:${invocation.actor.workspace}`)))
  // Without the bot nothing can be opened.
  const limits = request.config.slack.botToken === null ? undefined : SLACK_FORMS
  const reply = await request.hall.admit(invocation, request.lifetime, limits)
  const trigger = form.get('trigger_id') ?? ''
  if (reply.form && (await openModal(request, trigger, slackModal(reply.form)))) return empty()
  return Response.json(slackAnswer(reply))
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
      if (!reading.known || !isServed(request, reading.invocation.actor)) {
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
