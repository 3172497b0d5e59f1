/** Opens modals while somebody waits, and tells those for whom none could be opened. Network: Slack's Web API, a response_url. */
import type { Form } from '../../form/form.ts'
import type { Json } from '../../json.ts'
import type { Verified } from '../door.ts'
import { withButton } from '../form-shown.ts'
import { md } from '../markdown.ts'
import { type Reply, textReply } from '../reply.ts'
import { createSlackClient } from './client.ts'
import { slackAnswer } from './render.ts'

/** A trigger_id lives 3 s, and so does the request that it came with: what is left over is for the answer. In milliseconds. */
const OPEN_BY_MS = 2_700
/** Slack may well take the modal in that time, however late it is. In milliseconds. */
const OPEN_LEAST_MS = 300

/** True when the person has the modal in front of them; a failure is for the log. Never rejects. */
export async function openModal(request: Verified, trigger: string, view: object): Promise<boolean> {
  const { config, fetch, log, now, receivedAt } = request
  const client = createSlackClient(config.slack, fetch)
  const left = Math.max(OPEN_LEAST_MS, OPEN_BY_MS - (now() - receivedAt))
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), left)
  })
  const opening = client.method('views.open', { trigger_id: trigger, view: jsonOf(view) })
  request.lifetime.waitUntil(opening)
  const opened = await Promise.race([opening, late])
  clearTimeout(timer)
  if (opened === 'late' || opened.kind !== 'ok') log('no modal', { reason: opened === 'late' ? opened : opened.reason })
  return opened !== 'late' && opened.kind === 'ok'
}

/** Said where a form could not be opened: the button comes with a new trigger. */
export function pressAgain(form: Form): Reply {
  const reply = textReply(
    md`Slack did not open the form, and nothing was run. Press the button, or type the command.`,
    {
      tone: 'warning',
    },
  )
  return withButton(reply, form.id, 'Fill in the form')
}

/** Tells the person alone, where the request named a place for that; else nothing can be said. Never rejects. */
export async function tellPresser(
  { config, fetch }: Verified,
  responseUrl: string | null,
  reply: Reply,
): Promise<void> {
  if (responseUrl === null) return
  const message = jsonOf({ ...slackAnswer({ ...reply, visibility: 'private' }), replace_original: false })
  await createSlackClient(config.slack, fetch).respond(responseUrl, message)
}

/** Through text, because Slack's types know undefined members and JSON does not. */
function jsonOf(value: object): { [key: string]: Json } {
  return JSON.parse(JSON.stringify(value))
}
