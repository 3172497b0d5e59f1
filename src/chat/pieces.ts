/**
 * Text on its way to a platform: made safe to send, its addresses found, and cut into pieces that fit. Pure.
 */
import { plain, type Span } from './markdown.ts'
import { type Ids, withNames } from './names.ts'
import type { Block, Reply } from './reply.ts'

/** No platform shows more of one reply than this; cutting early keeps the work small when a command returns a megabyte. */
const BLOCK_TEXT_MAX = 16_000

/** Control characters but tab and line break, and the marks that turn text around: what a person reads must be what was sent. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it looks for
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Text that JSON and both platforms accept: well-formed Unicode, plain line breaks, control characters made visible. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(UNSEEN, '\ufffd')
}

/** A label within a platform's limit: never empty, and never half a character at its end. */
export function shorten(label: string, limit: number): string {
  const text = cleanText(label).trim()
  if (text.length <= limit) return text === '' ? '–' : text
  return `${text.slice(0, limit - 1).toWellFormed()}…`
}

/** As much of a text as any platform may show. */
export function clip(text: string): string {
  // Cut first: cleaning a megabyte to show a page of it is waste. A cut pair is mended by `cleanText`.
  return cleanText(text.slice(0, BLOCK_TEXT_MAX))
}

/** An address in plain text; what usually ends a sentence is left out of it. */
const ADDRESS = /https?:\/\/[^\s<>"'`|\\^{}[\]()]*[^\s<>"'`|\\^{}[\]().,:;!?]/g

/** Longer ones cannot be pressed anyway, and Discord's own link button stops at 512. */
const ADDRESS_MAX = 512

/** A name is never cut in two; what is longer than both platforms allow for one is text. */
const NAME_MAX = 100

/** True for an address that may stand in a platform's link markup. */
export function isAddress(address: string): boolean {
  return address.length <= ADDRESS_MAX && /^https?:\/\/[^\s<>"'`|\\^{}]+$/.test(address)
}

/** The spans of one block, clean, within limits, and with the addresses in plain text made links to what they say, ids made names. */
export function readableSpans(spans: readonly Span[], ids: Ids): Span[] {
  const out: Span[] = []
  let left = BLOCK_TEXT_MAX
  for (const span of spans) {
    if (left <= 0) break
    const text = cleanText(span.text.slice(0, left))
    left -= text.length
    if (text === '') continue
    if (span.link !== undefined || isWhole(span)) {
      const { link, user, channel, time, ...rest } = span
      out.push({
        ...rest,
        text,
        ...(link !== undefined && isAddress(link) && { link }),
        ...(user !== undefined && text.length <= NAME_MAX && ids.user.test(user) && { user }),
        ...(channel !== undefined && text.length <= NAME_MAX && ids.channel.test(channel) && { channel }),
        ...(time !== undefined && text.length <= NAME_MAX && isMoment(time) && { time }),
      })
    } else {
      const read = span.code ? [{ ...span, text }] : withAddresses({ ...span, text })
      out.push(...read.flatMap((one) => (one.link === undefined ? withNames(one, ids) : [one])))
    }
  }
  return out
}

/** What a Date can hold; neither platform shows what came before 1970. */
function isMoment(time: number): boolean {
  return Number.isInteger(time) && time >= 0 && time <= 8.64e15
}

function withAddresses(span: Span): Span[] {
  const out: Span[] = []
  let at = 0
  for (const { 0: address, index } of span.text.matchAll(ADDRESS)) {
    if (!isAddress(address)) continue
    if (index > at) out.push({ ...span, text: span.text.slice(at, index) })
    out.push({ ...span, text: address, link: address })
    at = index + address.length
  }
  if (at < span.text.length) out.push({ ...span, text: span.text.slice(at) })
  return out
}

/** What a rendered character and a rendered span's marks cost at most, in the platform's own count. */
export interface Cost {
  readonly character: (character: string, span: Span) => number
  readonly marks: (span: Span) => number
}

/**
 * Cuts spans into pieces of at most `limit`, at a line break where the second half of a piece has one. A line break that
 * a piece ends with is dropped; nothing else is.
 */
export function splitSpans(spans: readonly Span[], limit: number, { character, marks }: Cost): Span[][] {
  const pieces: Span[][] = []
  let piece: Span[] = []
  let size = 0
  const close = () => {
    const broken = breakAtLine(piece)
    pieces.push(broken.head)
    piece = broken.tail
    size = piece.reduce((sum, span) => sum + marks(span) + costOf(span), 0)
  }
  const costOf = (span: Span) => (isWhole(span) ? 0 : [...span.text].reduce((sum, c) => sum + character(c, span), 0))

  for (const span of spans) {
    if (isWhole(span)) {
      if (size + marks(span) > limit && piece.length > 0) close()
      piece.push(span)
      size += marks(span)
      continue
    }
    let text = ''
    size += marks(span)
    const flush = () => {
      if (text !== '') piece.push({ ...span, text })
      text = ''
    }
    for (const c of span.text) {
      const cost = character(c, span)
      if (size + cost > limit) {
        flush()
        if (piece.length > 0) close()
        size += marks(span)
      }
      text += c
      size += cost
    }
    flush()
  }
  if (piece.length > 0) pieces.push(piece)
  return pieces
}

/** A person's or a room's name, or a moment, is one thing and is never cut; `marks` is its whole cost. */
export function isWhole(span: Span): boolean {
  return span.user !== undefined || span.channel !== undefined || span.time !== undefined
}

function breakAtLine(piece: Span[]): { head: Span[]; tail: Span[] } {
  const last = piece.at(-1)
  const at = last && !isWhole(last) ? last.text.lastIndexOf('\n') : -1
  if (!last || at < last.text.length / 2) return { head: piece, tail: [] }
  const head = { ...last, text: last.text.slice(0, at) }
  const tail = { ...last, text: last.text.slice(at + 1) }
  return { head: [...piece.slice(0, -1), head].filter(isSpan), tail: [tail].filter(isSpan) }
}

function isSpan(span: Span): boolean {
  return span.text !== ''
}

/** A word before the first one, so that the tone does not hang on colour alone. */
const TONE_MARKS = { plain: '', success: '✅ ', warning: '⚠️ ', failure: '❌ ' } as const satisfies Record<
  Reply['tone'],
  string
>

/**
 * The blocks of a reply that show something, the tone's mark in front of the first text; never none, for no platform
 * takes an empty message.
 */
export function shownBlocks(reply: Reply): Block[] {
  const full: Block[] = reply.blocks.filter(showsSomething)
  const blocks = full.some((block) => block.kind !== 'buttons')
    ? full
    : [{ kind: 'text' as const, text: plain('Done. There is no output.') }, ...full]
  const mark = TONE_MARKS[reply.tone]
  const [first, ...rest] = blocks
  if (mark === '' || first?.kind !== 'text') return blocks
  return [{ kind: 'text', text: { spans: [{ text: mark }, ...first.text.spans] } }, ...rest]
}

function showsSomething(block: Block): boolean {
  switch (block.kind) {
    case 'text':
    case 'note':
      return block.text.spans.some((span) => span.text.trim() !== '')
    case 'code':
      return block.text.trim() !== ''
    case 'fields':
      return block.fields.length > 0
    case 'buttons':
      return block.buttons.length > 0
  }
}

type Field = Extract<Block, { kind: 'fields' }>['fields'][number]

/** Name and value as one line. */
export function fieldSpans({ name, value }: Field): Span[] {
  const shown = value.spans.some((span) => span.text !== '') ? value.spans : [{ text: '–' }]
  return [{ text: `${name}: `, bold: true }, ...shown]
}

/** Fields as lines of one paragraph. */
export function fieldLines(fields: readonly Field[]): Span[] {
  return fields.flatMap((field, i) => [...(i > 0 ? [{ text: '\n' }] : []), ...fieldSpans(field)])
}
