/**
 * A reply as a Slack message. Pure.
 *
 * Text goes out as rich text, whose leaves Slack never reads as markup: data cannot become bold, a code block, a link or
 * a mention, and nothing has to be changed to prevent it. Only small print is mrkdwn, with `& < >` escaped.
 *
 * A person's name in a message that the room sees is a link to that person and no mention: Slack notifies everybody
 * whom an app's message mentions, and a reply about somebody is no reason to. In a private message, which only the asker
 * sees, it is the usual mention.
 */
import type { ActionsBlock, ContextBlock, RichTextBlock, RichTextElement, Button as SlackButton } from '@slack/types'
import type { Span } from '../markdown.ts'
import { textOf } from '../markdown.ts'
import { type Ids, legendOf } from '../names.ts'
import { type Cost, clip, fieldLines, isWhole, readableSpans, shorten, shownBlocks, splitSpans } from '../pieces.ts'
import type { Block, Button, Reply } from '../reply.ts'

/** https://docs.slack.dev/reference/block-kit/blocks */
const BLOCKS_MAX = 50
/** Slack documents no bound for rich text; a section's 3,000 is kept so that one block is never the odd one out. */
const BLOCK_TEXT_MAX = 3_000
/** Slack answers msg_blocks_too_long from about 13,200 characters of blocks on, undocumented: slackapi/bolt-js#2509. */
const BLOCKS_JSON_MAX = 12_000
/** chat.update refuses a longer `text`; chat.postMessage advises the same. */
const TEXT_MAX = 4_000
const BUTTONS_MAX = 25
const LABEL_MAX = 75
const CUT = 'The answer is longer than fits into a message; the rest was left out.'

type SlackBlock = RichTextBlock | ContextBlock | ActionsBlock

export interface SlackMessage {
  /** What notifications and screen readers get: the same words without style. */
  readonly text: string
  readonly blocks: SlackBlock[]
  readonly unfurl_links: false
  readonly unfurl_media: false
}

const PLAIN: Cost = {
  character: (character) => character.length,
  marks: (span) => (isWhole(span) ? span.text.length : 0),
}

/**
 * Text and blocks within every limit that Slack documents.
 *
 * @example renderSlack(textReply(plain('<!channel>'))).text // '&lt;!channel&gt;'
 */
export function renderSlack(reply: Reply): SlackMessage {
  const isPrivate = reply.visibility === 'private'
  const shown = shownBlocks(reply)
  const actions = shown.filter((block) => block.kind === 'buttons').length
  const blocks: SlackBlock[] = []
  let size = 0
  let cut = false
  for (const part of shown) {
    for (const block of renderBlock(part, isPrivate)) {
      const length = JSON.stringify(block).length
      const isAction = block.type === 'actions'
      if (!isAction && (cut || size + length > BLOCKS_JSON_MAX || blocks.length >= BLOCKS_MAX - actions - 1)) {
        if (!cut) blocks.push(smallPrint([{ text: CUT }], isPrivate))
        cut = true
        continue
      }
      size += isAction ? 0 : length
      blocks.push(block)
    }
  }
  return { text: fallbackText(shown), blocks: blocks.slice(0, BLOCKS_MAX), unfurl_links: false, unfurl_media: false }
}

/** The body of the answer to a slash command. Who waits sees that alone: a word in between is never shown to the room. */
export function slackAnswer(reply: Reply): SlackMessage & { readonly response_type: 'ephemeral' | 'in_channel' } {
  const isPrivate = reply.pending === true || reply.visibility === 'private'
  return {
    ...renderSlack(isPrivate ? { ...reply, visibility: 'private' } : reply),
    response_type: isPrivate ? 'ephemeral' : 'in_channel',
  }
}

/** Slack's three entities; without a raw `<` no mention, link or command of Slack's markup can begin. */
export function escapeSlack(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

function renderBlock(block: Block, isPrivate: boolean): SlackBlock[] {
  switch (block.kind) {
    case 'text':
      return paragraphs(readableSpans(block.text.spans, IDS), isPrivate)
    case 'fields':
      return paragraphs(readableSpans(fieldLines(block.fields), IDS), isPrivate)
    case 'code':
      return renderCode(clip(block.text), isPrivate)
    case 'note':
      return [smallPrint(readableSpans(block.text.spans, IDS), isPrivate)]
    case 'buttons':
      return [{ type: 'actions', elements: distinct(block.buttons).slice(0, BUTTONS_MAX).map(renderButton) }]
  }
}

function renderCode(text: string, isPrivate: boolean): SlackBlock[] {
  const legend = legendOf(text, IDS, isPrivate)
  return [
    ...splitSpans([{ text }], BLOCK_TEXT_MAX, PLAIN).map(
      (piece): RichTextBlock => ({
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_preformatted',
            elements: [{ type: 'text', text: piece.map((span) => span.text).join('') }],
          },
        ],
      }),
    ),
    ...(legend === null ? [] : [smallPrint(legend, isPrivate)]),
  ]
}

function paragraphs(spans: readonly Span[], isPrivate: boolean): RichTextBlock[] {
  return splitSpans(spans, BLOCK_TEXT_MAX, PLAIN).map((piece) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: piece.map((span) => renderSpan(span, isPrivate)) }],
  }))
}

/** What ids look like in Slack. */
export const IDS: Ids = {
  user: /^[UW][A-Z0-9]{2,20}$/,
  channel: /^[CGD][A-Z0-9]{2,20}$/,
  typed:
    /(?<![\w#@/<])(?:#(?<room>[CG](?=[A-Z]*\d)[A-Z0-9]{8,20})|@(?<person>[UW](?=[A-Z]*\d)[A-Z0-9]{8,20}))(?![\w…])/g,
}

/** https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
const DATE_FORMAT = '{date_short_pretty} {time}'

function renderSpan(span: Span, isPrivate: boolean): RichTextElement {
  if (span.channel !== undefined) return { type: 'channel', channel_id: span.channel }
  if (span.time !== undefined)
    return { type: 'date', timestamp: Math.floor(span.time / 1_000), format: DATE_FORMAT, fallback: span.text }
  if (span.user !== undefined) {
    if (isPrivate) return { type: 'user', user_id: span.user }
    return { type: 'link', url: personLink(span.user), text: span.text }
  }
  const style = {
    ...(span.bold && { bold: true }),
    ...(span.italic && { italic: true }),
    ...(span.code && { code: true }),
  }
  const styled = Object.keys(style).length > 0 && { style }
  return span.link !== undefined
    ? { type: 'link', url: span.link, text: span.text, ...styled }
    : { type: 'text', text: span.text, ...styled }
}

/** Opens the conversation with a person. https://docs.slack.dev/interactivity/deep-linking */
function personLink(id: string): string {
  return `https://slack.com/app_redirect?channel=${id}`
}

/** A context block: small, grey, one paragraph. Its style marks are mrkdwn's; `verbatim` keeps Slack from adding links and mentions. */
function smallPrint(spans: readonly Span[], isPrivate: boolean): ContextBlock {
  const [piece = []] = splitSpans(spans, BLOCK_TEXT_MAX, {
    character: (c) => escapeSlack(c).length,
    marks: (span) => smallSpan(isWhole(span) ? span : { ...span, text: '' }, isPrivate).length,
  })
  const text = piece.map((span) => smallSpan(span, isPrivate)).join('')
  return { type: 'context', elements: [{ type: 'mrkdwn', text: text === '' ? '–' : text, verbatim: true }] }
}

function smallSpan(span: Span, isPrivate: boolean): string {
  if (span.channel !== undefined) return `<#${span.channel}>`
  if (span.user !== undefined && isPrivate) return `<@${span.user}>`
  // Nothing escapes a backquote in mrkdwn: its look-alike cannot end or begin code.
  const text = escapeSlack(span.text.replace(/`/g, 'ˋ'))
  if (span.time !== undefined) return `<!date^${Math.floor(span.time / 1_000)}^${DATE_FORMAT}|${text}>`
  if (span.user !== undefined) return `<${personLink(span.user)}|${text}>`
  if (span.link !== undefined) return `<${escapeSlack(span.link)}|${text.replace(/\n/g, ' ')}>`
  if (span.code) return `\`${text}\``
  if (span.bold) return `*${text}*`
  return span.italic ? `_${text}_` : text
}

function renderButton({ id, label, style }: Button): SlackButton {
  return {
    type: 'button',
    action_id: id,
    value: id,
    text: { type: 'plain_text', text: shorten(label, LABEL_MAX) },
    ...(style && { style }),
  }
}

/** Slack refuses two elements with one action_id. */
function distinct(buttons: readonly Button[]): Button[] {
  return [...new Map(buttons.map((button) => [button.id, button])).values()]
}

function fallbackText(blocks: readonly Block[]): string {
  const text = clip(blocks.flatMap(textLines).join('\n'))
  const [piece = []] = splitSpans([{ text }], TEXT_MAX, { character: (c) => escapeSlack(c).length, marks: () => 0 })
  return escapeSlack(piece.map((span) => span.text).join(''))
}

function textLines(block: Block): string[] {
  switch (block.kind) {
    case 'text':
    case 'note':
      return [textOf(block.text)]
    case 'code':
      return [block.text]
    case 'fields':
      return block.fields.map(({ name, value }) => `${name}: ${textOf(value)}`)
    case 'buttons':
      return []
  }
}
