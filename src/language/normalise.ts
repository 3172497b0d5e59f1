/**
 * Undoes what chat clients did to a line between the fingers and the wire. Pure.
 *
 * One pass from left to right over what arrived, and what was written is never read again: `&lt;@U1&gt;` becomes the text
 * `<@U1>` and not a user, `&amp;lt;` becomes `&lt;` and not `<`. For the same reason a line is normalised once, where it
 * enters the house; lines that the house wrote itself (aliases, history, `printPipeline`) are read to the letter.
 */

/** Whose habits are undone: `plain` for a terminal, where only typography (quotes, dashes, spaces) can have changed. */
export type Platform = 'slack' | 'discord' | 'plain'

const STRAIGHT: ReadonlyMap<string, '"' | "'"> = new Map([
  ...Array.from('"“”„‟', (c) => [c, '"'] as const),
  ...Array.from("'‘’‚‛", (c) => [c, "'"] as const),
])
const OPENING_CURLY = new Set('“„‟‘‚‛')
/** No-break, figure and narrow no-break space. */
const HARD_SPACES = new Set('\u00a0\u2007\u202f')
/** En dash, em dash, horizontal bar: what phones and editors make of `--`. */
const LONG_DASHES = new Set('–—―')

/** Slack sends exactly these three (https://docs.slack.dev/messaging/formatting-message-text/#escaping). */
const SLACK_ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
])
const SLACK_ENTITY = /&(?:amp|lt|gt);/y
// None of these crosses a `<`, so trying them at every `<` stays linear.
const SLACK_MENTION = /<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>/y
const DISCORD_MENTION = /<(@)!?(\d+)>|<(#)(\d+)>/y
/** Slack links what looks like an address; people on Discord write `<https://…>` to keep the preview away. */
const LINK = /<(https?:\/\/[^<>|\s]+|(?:mailto|tel):[^<>|\s]+)(?:\|[^<>]*)?>/y

/** A mention in a text, before the character that follows it. */
function keptApart(mention: string, next: string): string {
  return /[A-Za-z0-9_<]/.test(next) ? `${mention} ` : mention
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Writes one line, following its quotes only as far as needed to leave quoted dashes and nested quotes alone. */
class Writer {
  #out = ''
  #quote: '' | '"' | "'" = ''
  #openedCurly = false
  #nested = 0
  #escaped = false
  #wordStarts = true

  get text(): string {
    return this.#out
  }

  /** One character of the line; `next` is the one after it. */
  char(c: string, next: string): void {
    const straight = STRAIGHT.get(c)
    let written = c
    if (straight !== undefined) written = this.#quoteMark(c, straight, next)
    else if (HARD_SPACES.has(c)) written = ' '
    else if (this.#wordStarts && LONG_DASHES.has(c)) written = '--'
    this.#escaped = !this.#escaped && c === '\\' && this.#quote !== "'"
    this.#wordStarts = this.#quote === '' && !this.#escaped && /[\s|]$/.test(written)
    this.#out += written
  }

  /** A user or a channel: one bare word, kept apart from what touches it, so that `<@U1>2` does not name `U12`. */
  mention(text: string, next: string): void {
    this.#out += keptApart(text, next)
    this.#escaped = false
    this.#wordStarts = false
  }

  #quoteMark(c: string, straight: '"' | "'", next: string): string {
    if (this.#escaped) return straight
    if (this.#quote === '') {
      this.#quote = straight
      this.#openedCurly = c !== straight
      return straight
    }
    if (this.#quote !== straight) return straight
    const last = this.#out.at(-1) ?? ''
    // ‘it’s fine’: an apostrophe between letters cannot be the end, and single quotes know no escape.
    if (c === '’' && /\p{L}/u.test(last) && /\p{L}/u.test(next)) return c
    // "say “hi”": a person whose own quotes stayed straight means the curly ones inside as text.
    if (c !== straight && !this.#openedCurly && (OPENING_CURLY.has(c) || this.#nested > 0)) {
      this.#nested += OPENING_CURLY.has(c) ? 1 : -1
      return c
    }
    this.#quote = ''
    this.#nested = 0
    return straight
  }
}

/**
 * The line as the person typed it: long dashes that start a word become `--`, curly quotes straight, hard spaces plain;
 * Slack's three entities are decoded, mentions become the bare words `@U123` and `#C123`, links their address.
 *
 * @example normalise('deploy web —env prod', { platform: 'plain' }) // 'deploy web --env prod'
 * @example normalise('whois &lt;<@U123|ada>', { platform: 'slack' }) // 'whois <@U123'
 */
export function normalise(line: string, { platform }: { readonly platform: Platform }): string {
  const writer = new Writer()
  for (let at = 0; at < line.length; ) {
    const c = line.charAt(at)
    const entity = platform === 'slack' && c === '&' ? matchAt(SLACK_ENTITY, line, at) : null
    const mention = c === '<' ? readMention(line, at, platform) : null
    const link = c === '<' && mention === null && platform !== 'plain' ? matchAt(LINK, line, at) : null
    if (entity !== null) {
      writer.char(SLACK_ENTITIES.get(entity[0]) ?? c, line.charAt(at + entity[0].length))
      at += entity[0].length
    } else if (mention !== null) {
      writer.mention(mention.text, line.charAt(mention.end))
      at = mention.end
    } else if (link !== null) {
      writeAddress(writer, link[1] ?? '', platform)
      at += link[0].length
    } else {
      writer.char(c, line.charAt(at + 1))
      at += 1
    }
  }
  return writer.text
}

/**
 * The text of a field that a client filled, its mentions the words that they are on a line; all else is kept to the letter.
 *
 * @example plainMentions('see <#123>', { platform: 'discord' }) // 'see #123'
 */
export function plainMentions(text: string, { platform }: { readonly platform: Platform }): string {
  let out = ''
  for (let at = 0; at < text.length; ) {
    const mention = text.charAt(at) === '<' ? readMention(text, at, platform) : null
    out += mention === null ? text.charAt(at) : keptApart(mention.text, text.charAt(mention.end))
    at = mention?.end ?? at + 1
  }
  return out
}

function readMention(line: string, at: number, platform: Platform): { text: string; end: number } | null {
  if (platform === 'plain') return null
  const found = matchAt(platform === 'slack' ? SLACK_MENTION : DISCORD_MENTION, line, at)
  if (found === null) return null
  const [all, sign, id, channelSign, channelId] = found
  return { text: `${sign ?? channelSign}${id ?? channelId}`, end: at + all.length }
}

/** An address loses the scheme that only the client added, and Slack's entities. */
function writeAddress(writer: Writer, address: string, platform: Platform): void {
  const bare = address.replace(/^(?:mailto|tel):/, '')
  const decoded = platform === 'slack' ? bare.replace(/&(?:amp|lt|gt);/g, (e) => SLACK_ENTITIES.get(e) ?? e) : bare
  for (let i = 0; i < decoded.length; i++) writer.char(decoded.charAt(i), decoded.charAt(i + 1))
}
