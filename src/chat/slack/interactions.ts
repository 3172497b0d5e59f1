/** What a person does to what Pawl put out in Slack: buttons, modals, shortcuts, selects that ask for their options. */
import { servesWorkspace } from '../../config.ts'
import type { Verified } from '../door.ts'
import type { Opened, Submitted } from '../hall.ts'
import { parseJson } from '../http.ts'
import type { Actor } from '../invocation.ts'
import { SLACK_FORMS } from './form-limits.ts'
import { optionOf, slackModal, slackNotice } from './modal.ts'
import { openModal, pressAgain, tellPresser } from './open.ts'
import { interactionSchema } from './payloads.ts'
import { readPressed, readPressedForm } from './read.ts'
import {
  type ReadShortcut,
  readGlobalShortcut,
  readMessageShortcut,
  readSubmission,
  readSuggestion,
} from './read-form.ts'

/** An acknowledgement that shows nothing. Of a modal that was sent off, it closes it. */
export const empty = () => new Response(null, { status: 200 })

/** The answer to one interaction. What Pawl did not put out, or does not know, changes nothing. */
export async function serveInteraction(request: Verified): Promise<Response> {
  const payload = parseJson(new URLSearchParams(request.text).get('payload') ?? '')
  const interaction = interactionSchema.safeParse(payload)
  if (!interaction.success) return request.malformed('interaction_malformed')
  switch (interaction.data.type) {
    case 'block_actions':
      return pressed(request, payload)
    case 'message_action':
      return shortcut(request, readMessageShortcut(payload, request.receivedAt))
    case 'shortcut':
      return shortcut(request, readGlobalShortcut(payload, request.receivedAt))
    case 'view_submission':
      return submitted(request, payload)
    case 'block_suggestion':
      return suggest(request, payload)
    case 'dialog_suggestion':
      return Response.json({ options: [] })
    default:
      return empty()
  }
}

async function pressed(request: Verified, payload: unknown): Promise<Response> {
  const form = readPressedForm(payload)
  if (form) {
    if (isServed(request, form.actor)) {
      const opened = await request.hall.openForm(form, form.form, SLACK_FORMS)
      if (!opened.ok && opened.refused) request.refuse(opened.refused, form.actor)
      await show(request, opened, form)
    }
    return empty()
  }
  const invocation = readPressed(payload, request.receivedAt)
  if (invocation && isServed(request, invocation.actor)) await request.hall.admit(invocation, request.lifetime)
  return empty()
}

async function shortcut(request: Verified, read: ReadShortcut | null): Promise<Response> {
  if (read && isServed(request, read.shortcut.actor))
    await show(request, await request.hall.shortcut(read.shortcut, SLACK_FORMS), read)
  return empty()
}

/** Opens what the hall gave, or a modal that says why there is nothing to open. */
async function show(
  request: Verified,
  opened: Opened,
  { trigger, responseUrl }: { readonly trigger: string; readonly responseUrl: string | null },
): Promise<void> {
  const view = opened.ok ? slackModal(opened.form) : slackNotice(opened.reply)
  if (await openModal(request, trigger, view)) return
  const reply = opened.ok ? pressAgain(opened.form) : opened.reply
  request.lifetime.waitUntil(tellPresser(request, responseUrl, reply))
}

async function submitted(request: Verified, payload: unknown): Promise<Response> {
  const read = readSubmission(payload, request.receivedAt)
  if (!read || !isServed(request, read.submission.actor)) return empty()
  const outcome = await request.hall.submitForm(read.submission, request.lifetime, SLACK_FORMS)
  return Response.json(answerTo(outcome, read.blocks))
}

/** https://docs.slack.dev/surfaces/modals#handling_submissions */
function answerTo(outcome: Submitted, blocks: ReadonlyMap<string, string>): object {
  switch (outcome.kind) {
    case 'problems': {
      const told = [...outcome.problems].map(([field, problem]) => [blocks.get(field), problem] as const)
      // Slack takes errors only beside what is shown.
      return told.length > 0 && told.every(([block]) => block !== undefined)
        ? { response_action: 'errors', errors: Object.fromEntries(told) }
        : { response_action: 'update', view: slackModal(outcome.form) }
    }
    case 'next':
      return { response_action: 'update', view: slackModal(outcome.form) }
    case 'reply':
      if (outcome.told) return { response_action: 'clear' }
      return { response_action: 'update', view: slackNotice(outcome.reply) }
  }
}

/** A field may hold what nobody suggested: what was typed can be picked, too, behind what fits. */
async function suggest(request: Verified, payload: unknown): Promise<Response> {
  const read = readSuggestion(payload)
  if (!read || !servesWorkspace(request.config, read.actor.platform, read.actor.workspace))
    return Response.json({ options: [] })
  const found = await request.hall.completeField(read, read)
  const options = [...new Set([...found, read.typed.trim()])].flatMap(optionOf)
  return Response.json({ options })
}

/** Whether the person's own team is served; a refusal is told to the audit. */
export function isServed({ config, refuse }: Verified, actor: Actor): boolean {
  const served = servesWorkspace(config, actor.platform, actor.workspace)
  if (!served) refuse('workspace_not_allowed', actor)
  return served
}
