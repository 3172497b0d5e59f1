/**
 * `md`: text whose markup comes from the module's author and whose data cannot add any. Pure.
 *
 * The template's own characters are read as a small Markdown (`**bold**`, `*italic*`, `` `code` ``, `[label](https://…)`);
 * what is interpolated becomes a span of plain text, whatever it contains. Each platform renders the spans with its own
 * escaping, so no value can ping a channel, open a code block or forge a link.
 */

/** A run of text in one style. */
export interface Span {
  readonly text: string
  readonly bold?: true
  readonly italic?: true
  readonly code?: true
  /** An http(s) address. */
  readonly link?: string
  /** A platform's user id that is shown as a name and never notifies; rendered by the platform. */
  readonly user?: string
  /** A platform's channel id that is shown as a name. */
  readonly channel?: string
  /** A moment, in milliseconds since 1970, that each reader sees in their own time zone. */
  readonly time?: number
}

/** Rich text as spans; made with {@link md}, {@link plain}, {@link userName}. */
export interface Markdown {
  readonly spans: readonly Span[]
}

export function isMarkdown(value: unknown): value is Markdown {
  return typeof value === 'object' && value !== null && Array.isArray((value as Markdown).spans)
}

/** Text without any markup. */
export function plain(text: string): Markdown {
  return { spans: text === '' ? [] : [{ text }] }
}

/** Text in a fixed-width font. */
export function code(text: string): Markdown {
  return { spans: [{ text, code: true }] }
}

/** A person, shown by name on the platform the id belongs to, without a notification. */
export function userName(id: string): Markdown {
  return { spans: [{ text: id, user: id }] }
}

/** The same with what is shown where the platform's own name cannot be: in Slack's rooms, where it would notify. */
export function userNamed(id: string, name: string): Markdown {
  return { spans: [{ text: name, user: id }] }
}

/** Ids of accounts: Slack's, and Discord's snowflakes. */
const ACCOUNT = /^(?:[UW][A-Z0-9]{6,}|[0-9]{15,20})$/

/** What is known of somebody who is no user of Pawl. */
type Kind = 'an administrator'

/** True for what is noted of somebody who is no user of Pawl: the id of the account. */
export function isAccount(noted: string): boolean {
  return ACCOUNT.test(noted)
}

/** Somebody as he was noted: a user by the name in Pawl, whoever is none as {@link accountName} says. */
export function personName(noted: string, kind?: Kind): Markdown {
  return isAccount(noted) ? accountName(noted, kind) : plain(noted)
}

/**
 * Whoever is no user of Pawl: by name where the platform shows it and calls nobody, in words elsewhere.
 *
 * @example textOf(accountName('U024BE7LH', 'an administrator')) // 'an administrator (U024BE7LH on Slack)'
 */
export function accountName(id: string, kind?: Kind): Markdown {
  const account = `${id} on ${platformOf(id)}`
  return userNamed(id, kind === undefined ? account : `${kind} (${account})`)
}

/** The same where only bare text can stand: as a mention, in which a renderer finds the name again. */
export function personText(noted: string, kind?: Kind): string {
  if (!isAccount(noted)) return noted
  return kind === undefined ? `@${noted}` : `${kind} (@${noted})`
}

/** Where an account of this id is at home; no two platforms' ids look alike. */
export function platformOf(account: string): string {
  return /^\d/.test(account) ? 'Discord' : 'Slack'
}

/** A room, shown by name on the platform the id belongs to. */
export function channelName(id: string): Markdown {
  return { spans: [{ text: id, channel: id }] }
}

/**
 * A moment, shown in the reader's own time zone where the platform can, and in UTC elsewhere.
 *
 * @param at milliseconds since 1970
 * @example textOf(timeOf(0)) // '1970-01-01T00:00:00Z'
 */
export function timeOf(at: number): Markdown {
  return { spans: [{ text: new Date(at).toISOString().replace(/\.\d+/, ''), time: at }] }
}

/** Pieces joined by a separator, as `Array.join` does for strings. */
export function joinMarkdown(pieces: readonly Markdown[], separator: string): Markdown {
  return { spans: pieces.flatMap((piece, i) => (i === 0 ? [...piece.spans] : [{ text: separator }, ...piece.spans])) }
}

/** The bare text, for logs, the audit and places that know no style. */
export function textOf(markdown: Markdown): string {
  return markdown.spans.map((span) => span.text).join('')
}

type Style = { bold: boolean; italic: boolean; code: boolean; link: string | null }

/** `[label](https://…)` where the address holds no interpolation. */
const LINK = /^\[([^\]\n]*)\]\((https?:\/\/[^\s)]+)\)/

/**
 * Rich text from a template; interpolated values are data and cannot add markup. An interpolated {@link Markdown} keeps
 * its own spans.
 *
 * @example md`Deployed **${service}** to \`${env}\``
 */
export function md(strings: TemplateStringsArray, ...values: readonly unknown[]): Markdown {
  const spans: Span[] = []
  const style: Style = { bold: false, italic: false, code: false, link: null }
  strings.forEach((literal, i) => {
    readMarkup(literal, style, spans)
    if (i < values.length) {
      const value = values[i]
      if (isMarkdown(value)) spans.push(...value.spans)
      else push(spans, String(value ?? ''), style)
    }
  })
  return { spans }
}

function readMarkup(literal: string, style: Style, spans: Span[]): void {
  let text = ''
  const flush = () => {
    push(spans, text, style)
    text = ''
  }
  for (let at = 0; at < literal.length; ) {
    const rest = literal.slice(at, at + 2)
    const link = style.code ? null : LINK.exec(literal.slice(at, at + 2_000))
    if (rest[0] === '`') {
      flush()
      style.code = !style.code
      at += 1
    } else if (!style.code && rest === '**') {
      flush()
      style.bold = !style.bold
      at += 2
    } else if (!style.code && rest[0] === '*') {
      flush()
      style.italic = !style.italic
      at += 1
    } else if (link) {
      flush()
      push(spans, link[1] ?? '', { ...style, link: link[2] ?? null })
      at += link[0].length
    } else {
      text += rest[0]
      at += 1
    }
  }
  flush()
}

function push(spans: Span[], text: string, style: Style): void {
  if (text === '') return
  spans.push({
    text,
    ...(style.bold && { bold: true as const }),
    ...(style.italic && { italic: true as const }),
    ...(style.code && { code: true as const }),
    ...(style.link !== null && { link: style.link }),
  })
}
