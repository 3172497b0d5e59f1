/**
 * A reply as a Discord message. Pure.
 *
 * `allowed_mentions: { parse: [] }` is on every message, so that nothing in it notifies anybody: a person's name can be
 * the usual `<@id>`. Data's Markdown is escaped with backslashes, which Discord takes before any character that is
 * neither letter nor digit.
 */
import type { APIActionRowComponent, APIButtonComponentWithCustomId, APIEmbed } from 'discord-api-types/v10'
import { InteractionResponseFlags } from 'discord-interactions'
import type { Span } from '../markdown.ts'
import { type Ids, legendOf } from '../names.ts'
import { type Cost, clip, fieldSpans, isWhole, readableSpans, shorten, shownBlocks, splitSpans } from '../pieces.ts'
import type { Block, Button, Reply } from '../reply.ts'

/** https://discord.com/developers/docs/resources/message */
const CONTENT_MAX = 2_000
const EMBED_TEXT_MAX = 4_096
/** All embeds of a message together. */
const EMBEDS_MAX = 6_000
const ROWS_MAX = 5
const ROW_BUTTONS_MAX = 5
const LABEL_MAX = 80
/** One rendered part: small enough that a message made of parts wastes little when it must end between two. */
const PART_MAX = 1_500
const CUT = '-# The answer is longer than fits into a message; the rest was left out.'

const COLOURS = { plain: 0x80848e, success: 0x2e7d32, warning: 0xb26a00, failure: 0xc62828 } as const satisfies Record<
  Reply['tone'],
  number
>
const BUTTON_STYLES = { primary: 1, secondary: 2, danger: 4 } as const

export interface DiscordMessage {
  readonly content: string
  readonly embeds: APIEmbed[]
  readonly components: APIActionRowComponent<APIButtonComponentWithCustomId>[]
  readonly allowed_mentions: { readonly parse: [] }
}

/**
 * Content, or embeds where it is too long for content, within every limit that Discord documents. All three parts are always
 * named, so that an edit takes away what the message had before.
 *
 * @example renderDiscord(textReply(plain('**hi** @everyone'))).content // '\\*\\*hi\\*\\* @everyone'
 */
export function renderDiscord(reply: Reply): DiscordMessage {
  const shown = shownBlocks(reply)
  const parts = shown.flatMap(renderBlock).filter((part) => part.trim() !== '')
  const content = parts.join('\n')
  const fits = content.length <= CONTENT_MAX
  return {
    content: fits ? content : '',
    embeds: fits ? [] : renderEmbeds(parts, COLOURS[reply.tone]),
    components: renderRows(shown.flatMap((block) => (block.kind === 'buttons' ? block.buttons : []))),
    allowed_mentions: { parse: [] },
  }
}

/** The same with the flags of a first answer; they can never change later. */
export function discordAnswer(reply: Reply): DiscordMessage & { readonly flags: number } {
  return { ...renderDiscord(reply), flags: reply.visibility === 'private' ? InteractionResponseFlags.EPHEMERAL : 0 }
}

function renderEmbeds(parts: readonly string[], color: number): APIEmbed[] {
  const texts: string[] = []
  let left = EMBEDS_MAX - CUT.length - 1
  for (const part of parts) {
    if (part.length + 1 > left) {
      // The room for this line was kept.
      texts.push(CUT)
      break
    }
    left -= part.length + 1
    const last = texts.at(-1)
    if (last !== undefined && last.length + 1 + part.length <= EMBED_TEXT_MAX)
      texts[texts.length - 1] = `${last}\n${part}`
    else texts.push(part)
  }
  return texts.map((description) => ({ description, color }))
}

function renderBlock(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return paragraphs(block.text.spans)
    case 'fields':
      return block.fields.flatMap((field) => paragraphs(fieldSpans(field)))
    case 'code':
      return renderCode(clip(block.text))
    case 'note':
      return paragraphs(block.text.spans.map((span) => ({ ...span, text: span.text.replace(/\s*\n\s*/g, ' ') }))).map(
        (part) => `-# ${part}`,
      )
    case 'buttons':
      return []
  }
}

function renderCode(text: string): string[] {
  const legend = legendOf(text, IDS)
  return [
    ...splitSpans([{ text }], PART_MAX, FENCED).map(
      (piece) => `\`\`\`\n${piece.map((span) => fenced(span.text)).join('')}\n\`\`\``,
    ),
    ...(legend === null ? [] : [`-# ${legend.map((span) => renderSpan(span, false)).join('')}`]),
  ]
}

const FENCED: Cost = { character: (c) => fenced(c).length, marks: () => 8 }

/** An invisible space after each backquote: three in a row would end the block. */
function fenced(text: string): string {
  return text.replace(/`/g, '`\u200b')
}

/** Characters that begin or end something anywhere in a line. */
const MARKUP = /[\\*_~`|<[\]]/
/** Characters that begin a heading, a quote, a list or small print, but only first in a line. */
const LINE_MARKUP = /[#>+-]/

const ESCAPED: Cost = {
  character: (c, span) => (MARKUP.test(c) || LINE_MARKUP.test(c) ? 2 : c.length) + (span.code ? 1 : 0),
  marks: (span) => renderSpan(isWhole(span) ? span : { ...span, text: '' }, true).length,
}

function paragraphs(spans: readonly Span[]): string[] {
  return splitSpans(readableSpans(spans, IDS), PART_MAX, ESCAPED).map((piece) => {
    let out = ''
    for (const span of piece) out += renderSpan(span, /(?:^|\n)\s*$/.test(out))
    return out
  })
}

/** What ids look like in Discord. */
export const SNOWFLAKE = /^\d{1,20}$/
const IDS: Ids = {
  user: SNOWFLAKE,
  channel: SNOWFLAKE,
  typed: /(?<![\w#@/<])(?:#(?<room>\d{17,20})|@(?<person>\d{17,20}))(?![\w…])/g,
}

function renderSpan(span: Span, startsLine: boolean): string {
  if (span.user !== undefined) return `<@${span.user}>`
  if (span.channel !== undefined) return `<#${span.channel}>`
  if (span.time !== undefined) return `<t:${Math.floor(span.time / 1_000)}:f>`
  // Inside inline code nothing escapes a backquote: its look-alike cannot end it.
  if (span.code) return `\`${span.text.replace(/`/g, 'ˋ').replace(/\n/g, ' ')}\``
  if (span.link !== undefined) {
    // The angle brackets keep Discord from unfolding a preview.
    return span.text === span.link ? `<${span.link}>` : `[${escapeDiscord(span.text, false)}](<${span.link}>)`
  }
  const text = escapeDiscord(span.text, startsLine && !span.bold && !span.italic)
  if (span.bold && span.italic) return `***${text}***`
  if (span.bold) return `**${text}**`
  return span.italic ? `*${text}*` : text
}

/** Text that Discord shows to the letter. */
export function escapeDiscord(text: string, startsLine: boolean = true): string {
  return text
    .split('\n')
    .map((line, i) => {
      const first = i > 0 || startsLine ? line.search(/\S/) : -1
      return Array.from(line, (c, at) => (MARKUP.test(c) || (at === first && LINE_MARKUP.test(c)) ? `\\${c}` : c)).join(
        '',
      )
    })
    .join('\n')
}

function renderRows(buttons: readonly Button[]): DiscordMessage['components'] {
  // Discord refuses two components with one custom_id.
  const distinct = [...new Map(buttons.map((button) => [button.id, button])).values()].slice(
    0,
    ROWS_MAX * ROW_BUTTONS_MAX,
  )
  const rows: DiscordMessage['components'] = []
  for (let at = 0; at < distinct.length; at += ROW_BUTTONS_MAX)
    rows.push({ type: 1, components: distinct.slice(at, at + ROW_BUTTONS_MAX).map(renderButton) })
  return rows
}

function renderButton({ id, label, style }: Button): APIButtonComponentWithCustomId {
  return {
    type: 2,
    style: BUTTON_STYLES[style ?? 'secondary'],
    custom_id: id,
    label: shorten(label, LABEL_MAX),
  }
}
