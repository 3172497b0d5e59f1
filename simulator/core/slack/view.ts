/** What Slack's client shows of a message payload, as plain text. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import type { Look } from '../chat.ts'
import { list, records, shownTime, text } from '../wire.ts'
import { personById, roomById, SLACK_TEAM } from '../world.ts'

/** A message payload as people see it. `ephemeral` messages notify nobody. */
export function slackLook(payload: PawlRecord): Look {
  const pings: string[] = []
  const buttons: Look['buttons'][number][] = []
  const blocks = records(payload.blocks)
  const lines = blocks.flatMap((block) => blockLines(block, buttons, pings))
  // Slack shows `text` only where there are no blocks; with blocks it is the notification's words.
  if (blocks.length === 0) {
    const body = text(payload, 'text') ?? text(payload, 'markdown_text') ?? ''
    if (body !== '') lines.push(mrkdwn(body, pings))
  }
  for (const attachment of records(payload.attachments)) {
    const inner = records(attachment.blocks).flatMap((block) => blockLines(block, buttons, pings))
    const plain = [text(attachment, 'title'), text(attachment, 'text')].filter(
      (part) => part !== undefined && part !== '',
    )
    lines.push(...(inner.length > 0 ? inner : plain.map((part) => mrkdwn(part ?? '', pings))))
  }
  return { text: lines.join('\n').trimEnd(), buttons, pings }
}

function blockLines(block: PawlRecord, buttons: Look['buttons'][number][], pings: string[]): string[] {
  switch (text(block, 'type')) {
    case 'section': {
      const fields = records(block.fields).map((field) => textObject(field, pings).replace(/\n/g, ': '))
      const accessory = isRecord(block.accessory) ? [block.accessory] : []
      takeButtons(accessory, block, buttons)
      return [...(isRecord(block.text) ? [textObject(block.text, pings)] : []), ...fields]
    }
    case 'header':
      return isRecord(block.text) ? [textObject(block.text, pings)] : []
    case 'context':
      return [
        records(block.elements)
          .map((element) => textObject(element, pings))
          .join('  '),
      ]
    case 'markdown':
      return [text(block, 'text') ?? '']
    case 'rich_text':
      return [richText(list(block, 'elements') ?? [], pings)]
    case 'divider':
      return ['────']
    case 'image':
      return [`[image: ${text(block, 'alt_text') ?? ''}]`]
    case 'actions':
      takeButtons(records(block.elements), block, buttons)
      return []
    default:
      return []
  }
}

function takeButtons(elements: PawlRecord[], block: PawlRecord, buttons: Look['buttons'][number][]): void {
  for (const element of elements) {
    if (text(element, 'type') !== 'button' || !isRecord(element.text)) continue
    const value = text(element, 'value')
    const blockId = text(block, 'block_id')
    buttons.push({
      label: text(element.text, 'text') ?? '',
      id: text(element, 'action_id') ?? '',
      ...(value !== undefined && { value }),
      ...(blockId !== undefined && { blockId }),
    })
  }
}

function textObject(object: PawlRecord, pings: string[]): string {
  const body = text(object, 'text') ?? text(object, 'alt_text') ?? ''
  return text(object, 'type') === 'mrkdwn' ? mrkdwn(body, pings) : visible(body)
}

/** Rich text is a tree whose leaves are never read as markup. */
function richText(elements: readonly Json[], pings: string[]): string {
  return elements
    .filter(isRecord)
    .map((element) => {
      switch (text(element, 'type')) {
        case 'text':
        case 'link':
          return text(element, 'text') ?? text(element, 'url') ?? ''
        case 'emoji':
          return `:${text(element, 'name') ?? ''}:`
        case 'user':
          return mention('@', text(element, 'user_id') ?? '', undefined, pings)
        case 'date':
          return shownTime(Number(element.timestamp)) ?? text(element, 'fallback') ?? ''
        case 'broadcast':
          return mention('!', text(element, 'range') ?? '', undefined, pings)
        case 'channel':
          return mention('#', text(element, 'channel_id') ?? '', undefined, pings)
        case 'rich_text_section':
        case 'rich_text_quote':
        case 'rich_text_preformatted':
          return `${richText(list(element, 'elements') ?? [], pings)}\n`
        case 'rich_text_list':
          return records(element.elements)
            .map((item) => `• ${richText([item], pings)}`)
            .join('')
        default:
          return ''
      }
    })
    .join('')
    .replace(/\n$/, '')
}

const FENCE = /```\n?([\s\S]*?)\n?```/g

/** Slack's small markup: code is kept to the letter, the rest loses its marks. */
export function mrkdwn(source: string, pings: string[]): string {
  const out: string[] = []
  let at = 0
  for (const fence of source.matchAll(FENCE)) {
    out.push(inline(source.slice(at, fence.index), pings), references(fence[1] ?? '', pings))
    at = fence.index + fence[0].length
  }
  out.push(inline(source.slice(at), pings))
  return visible(out.join(''))
}

function inline(source: string, pings: string[]): string {
  return source
    .split(/(`[^`\n]+`)/)
    .map((piece, i) => {
      if (i % 2 === 1) return references(piece.slice(1, -1), pings)
      const bare = piece.replace(/(^|[\s(>])([*_~])(?=\S)([^\n]*?\S)\2(?=$|[\s).,:;!?<])/gm, '$1$3')
      return references(bare, pings)
    })
    .join('')
}

/** `<@U…>`, `<#C…|ops>`, `<!here>`, `<https://…|label>`, then the three entities. */
function references(source: string, pings: string[]): string {
  return source
    .replace(/<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g, (_, kind: string, id: string, label: string | undefined) => {
      if (kind === '') return label === undefined || label === '' ? id : `${label} (${id})`
      return mention(kind, id, label, pings)
    })
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
}

function mention(kind: string, id: string, label: string | undefined, pings: string[]): string {
  if (kind === '#') return `#${roomById('slack', id)?.name ?? label ?? id}`
  const name =
    kind === '!'
      ? id.split('^')[0]
      : (personById('slack', id)?.name ?? (id === SLACK_TEAM.botUser ? 'pawl' : (label ?? id)))
  // `<!date^…^{date} {time}|fallback>` is a moment and notifies nobody; the fallback is for clients that cannot read the rest.
  if (kind === '!' && id.startsWith('date')) {
    const seconds = /^date\^(\d+)\^[^^]*\{[a-z_]+\}[^^]*(?:\^https?:[^^]*)?$/.exec(id)?.[1]
    return (seconds === undefined ? null : shownTime(Number(seconds))) ?? label ?? id
  }
  const shown = `@${name}`
  pings.push(shown)
  return shown
}

/** Without the characters that nobody sees. */
function visible(shown: string): string {
  return shown.replace(/[\u200b\u200c\u2060\ufeff]/g, '')
}
