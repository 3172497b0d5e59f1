/** What Discord's client shows of a message payload, as plain text. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import type { Look } from '../chat.ts'
import { list, records, shownTime, text } from '../wire.ts'
import { DISCORD_GUILD, personById, roomById } from '../world.ts'

/** Message flags (developers/resources/message). */
export const EPHEMERAL = 1 << 6
export const COMPONENTS_V2 = 1 << 15

export function discordLook(payload: PawlRecord): Look {
  const mentioned: string[] = []
  const read = (source: string) => markdown(source, mentioned)
  const lines: string[] = []
  const content = text(payload, 'content') ?? ''
  if (content !== '') lines.push(read(content))
  // Mentions inside embeds never notify.
  const quiet = (source: string) => markdown(source, [])
  for (const embed of records(payload.embeds)) {
    const part = (value: Json | undefined, name: string) => (isRecord(value) ? quiet(text(value, name) ?? '') : '')
    const fields = records(embed.fields).map(
      (field) => `${quiet(text(field, 'name') ?? '')}: ${quiet(text(field, 'value') ?? '')}`,
    )
    const all = [
      part(embed.author, 'name'),
      quiet(text(embed, 'title') ?? ''),
      quiet(text(embed, 'description') ?? ''),
      ...fields,
      part(embed.footer, 'text'),
    ]
    lines.push(...all.filter((line) => line !== ''))
  }
  const buttons: Look['buttons'][number][] = []
  for (const component of records(payload.components)) readComponent(component, lines, buttons, read)
  return {
    text: lines.join('\n').trimEnd(),
    buttons,
    pings: mentioned.filter((name) => allows(payload.allowed_mentions, name)),
  }
}

function readComponent(
  component: PawlRecord,
  lines: string[],
  buttons: Look['buttons'][number][],
  read: (source: string) => string,
): void {
  switch (component.type) {
    case 2: {
      const id = text(component, 'custom_id')
      if (id !== undefined && component.disabled !== true) buttons.push({ label: text(component, 'label') ?? '', id })
      return
    }
    case 10:
      lines.push(read(text(component, 'content') ?? ''))
      return
    case 14:
      lines.push('────')
      return
    default:
      for (const inner of [...(list(component, 'components') ?? []), component.accessory])
        if (isRecord(inner)) readComponent(inner, lines, buttons, read)
  }
}

/** Interaction and webhook messages notify users unless told not to; `parse: []` without lists notifies nobody. */
function allows(rule: Json | undefined, name: string): boolean {
  if (!isRecord(rule)) return true
  const parse = list(rule, 'parse') ?? []
  const everyone = name === '@everyone' || name === '@here'
  return everyone ? parse.includes('everyone') : parse.includes('users') || (list(rule, 'users') ?? []).length > 0
}

const FENCE = /```(?:[a-z0-9_+-]*\n)?([\s\S]*?)\n?```/gi

/** Discord's Markdown: code to the letter, escapes undone, marks taken away. */
export function markdown(source: string, mentioned: string[]): string {
  const out: string[] = []
  let at = 0
  for (const fence of source.matchAll(FENCE)) {
    out.push(inline(source.slice(at, fence.index), mentioned), fence[1] ?? '')
    at = fence.index + fence[0].length
  }
  out.push(inline(source.slice(at), mentioned))
  return out.join('').replace(/[\u200b\u200c\u2060\ufeff]/g, '')
}

/** One pass: whatever is escaped can no longer be a mark. */
const MARK =
  /\\([^A-Za-z0-9\s])|(``?)(.+?)\2|\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)|<@!?(\d+)>|<#(\d+)>|<t:(-?\d{1,13})(?::[tTdDfFR])?>|(@everyone|@here)\b|\*\*|__|~~|\|\||(?<![\p{L}\p{N}])[*_](?=\S)|(?<=\S)[*_](?![\p{L}\p{N}])|^(?:-# |#{1,3} |> )/gmu

function inline(source: string, mentioned: string[]): string {
  return source.replace(
    MARK,
    (
      mark,
      escaped?: string,
      _ticks?: string,
      code?: string,
      label?: string,
      link?: string,
      user?: string,
      channel?: string,
      time?: string,
      all?: string,
    ) => {
      if (escaped !== undefined) return escaped
      if (code !== undefined) return code
      if (label !== undefined) return `${inline(label, mentioned)} (${link ?? ''})`
      if (user !== undefined) {
        const shown = `@${personById('discord', user)?.name ?? (user === DISCORD_GUILD.botUser ? 'pawl' : user)}`
        mentioned.push(shown)
        return shown
      }
      if (channel !== undefined) return `#${roomById('discord', channel)?.name ?? channel}`
      if (time !== undefined) return shownTime(Number(time)) ?? mark
      if (all !== undefined) {
        mentioned.push(all)
        return all
      }
      return ''
    },
  )
}
