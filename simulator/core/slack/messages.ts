/** Message payloads at the pretend Slack: what is refused, and how one is shown. */
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { Desk } from '../desk.ts'
import { SLACK } from '../limits.ts'
import { lengthOf, list, text } from '../wire.ts'
import { roomKey } from '../world.ts'
import { checkBlocks } from './check.ts'
import type { ResponseUrl } from './state.ts'
import { slackLook } from './view.ts'

/** Slack's way of saying no, with HTTP 200. */
export const refusal = (error: string, more: PawlRecord = {}): PawlRecord => ({ ok: false, error, ...more })

/** What every message payload must keep to; the refusal, or null. */
export function wrongMessage(desk: Desk, args: PawlRecord, method: string): PawlRecord | null {
  const broke = (what: string) => desk.violations.add('slack', method, what)
  const attachments = list(args, 'attachments') ?? []
  const body = text(args, 'text') ?? text(args, 'markdown_text') ?? ''
  if (body === '' && (list(args, 'blocks') ?? []).length === 0 && attachments.length === 0) {
    broke('no_text')
    return refusal('no_text')
  }
  if (attachments.length > SLACK.attachments) {
    broke('too_many_attachments')
    return refusal('too_many_attachments')
  }
  if (lengthOf(text(args, 'markdown_text') ?? '') > SLACK.markdownText) {
    broke(`markdown_text is longer than ${SLACK.markdownText} characters`)
    return refusal('msg_too_long')
  }
  const problems = [args, ...attachments.filter(isRecord)].flatMap((part) => checkBlocks(part.blocks))
  if (problems.length === 0) return null
  broke(`invalid_blocks: ${problems.join('; ')}`)
  return refusal('invalid_blocks', {
    errors: problems,
    response_metadata: { messages: problems.map((it) => `[ERROR] ${it}`) },
  })
}

/** Shows a payload that came through a response_url, or in the HTTP answer of the delivery that made it. */
export function respond(desk: Desk, url: ResponseUrl, payload: PawlRecord, via = 'response_url'): void {
  const { chat, ids, violations } = desk
  const look = slackLook(payload)
  const publicly = text(payload, 'response_type') === 'in_channel'
  const original = url.original && !url.original.deleted ? url.original : null
  if (payload.replace_original === true && original) {
    if (publicly && original.onlyFor !== null)
      violations.add('slack', via, 'an ephemeral message cannot become visible to the channel')
    chat.edit(original, look, payload)
    return
  }
  const message = chat.post({
    id: ids.slackTs(),
    platform: 'slack',
    room: roomKey(url.room),
    onlyFor: publicly ? null : url.person,
    delivery: url.delivery,
    via,
    threadOf: text(payload, 'thread_ts') ?? null,
    look,
    raw: payload,
  })
  url.original ??= message
}
