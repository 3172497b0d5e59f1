/**
 * What one answer has room for, so that neither platform cuts it: a renderer that cuts cannot say how much is missing. Pure.
 *
 * Costs are characters of a Discord message, whose 6,000 in embeds are the tighter limit; Slack takes some 12,000 of JSON
 * (src/chat/slack/render.ts), so that a character of that counts {@link SLACK_SHARE}.
 */
import { ELLIPSIS } from './width.ts'

/** Text and fields. A third of what Discord takes is left to fences, notes, marks and buttons. */
export const PAGE_COST = 4_000

/** A table stays in Discord's content (2,000 characters): an embed is narrower and would break its lines. */
export const TABLE_COST = 1_750

const SLACK_SHARE = 0.4

/** What Slack's JSON adds to an address, which is an element of its own with text on both sides. */
const SLACK_ADDRESS = 110

/** The same for a name that was typed: a link to a person, with text on both sides. */
const SLACK_NAME = 125

/** A field's own marks: on Slack three elements with a style. */
export const FIELD_COST = 60

/** A moment or a name, which on Slack is an element of its own and longer than its text. */
export const NAMED_COST = 50

/** People and rooms as they are typed into a text, of whichever platform: each becomes an element, which is longer. */
const TYPED = /[@#][A-Z0-9]{8,21}(?!\w)/g

/**
 * What text costs outside of a code block: Discord escapes markup, Slack quotes, both spell addresses out twice, and names are elements.
 */
export function textCost(text: string): number {
  const discord = text.length + countOf(text, /[\\*_~`|<[\]#>+-]/g)
  const addresses = text.match(/https?:\/\/[^\s]*/g) ?? []
  const names = countOf(text, TYPED)
  const elements = addresses.reduce((sum, address) => sum + address.length + SLACK_ADDRESS, names * SLACK_NAME)
  return Math.max(discord + (addresses.length + names) * 2, Math.ceil((jsonLength(text) + elements) * SLACK_SHARE))
}

/** What text costs in a code block, where only a backquote has to be disarmed. */
export function codeCost(text: string): number {
  return Math.max(text.length + countOf(text, /`/g), Math.ceil(jsonLength(text) * SLACK_SHARE))
}

function jsonLength(text: string): number {
  return text.length + countOf(text, /["\\\n\t]/g)
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

/** The text, or as much of it as the cost allows with `…` at its end. */
export function cutToCost(text: string, limit: number, costOf: (text: string) => number): string {
  // A character costs at least a half, on Slack's side; nothing behind this can fit.
  const head = text.slice(0, limit * 3)
  if (head.length === text.length && costOf(text) <= limit) return text
  let [fits, tooLong] = [0, head.length]
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1
    if (costOf(head.slice(0, middle)) < limit) fits = middle
    else tooLong = middle
  }
  return head.slice(0, fits).toWellFormed() + ELLIPSIS
}
