/** The timeline as lines of text, the way a person at the screen reads it. Pure. */
import type { Entry } from './chat.ts'

export interface LineOptions {
  /** Whose screen: what others alone can see is left out (`null`). Without it, everything is shown and said who sees it. */
  readonly viewer?: string
}

/**
 * One entry as text, further lines indented; null when this viewer cannot see it.
 * @example formatEntry(entry, { viewer: 'ada' }) // "[ops] pawl (only you see this): Queued."
 */
export function formatEntry(entry: Entry, { viewer }: LineOptions = {}): string | null {
  if (viewer !== undefined && entry.onlyFor !== null && entry.onlyFor !== viewer) return null
  const room = `[${entry.room.startsWith('dm:') ? 'dm' : entry.room}]`
  const marks: string[] = []
  if (entry.onlyFor !== null)
    marks.push(entry.onlyFor === viewer ? 'only you see this' : `only ${entry.onlyFor} sees this`)
  if (entry.threadOf !== null) marks.push('in a thread')
  if (entry.kind === 'edit') marks.push('edited')
  const mark = marks.length === 0 ? '' : ` (${marks.join(', ')})`
  const buttons = entry.buttons.map((button) => `[${button.number}] ${button.label}`).join('  ')
  switch (entry.kind) {
    case 'typed':
      return `${room} ${entry.by}: ${indent(entry.text)}`
    case 'press':
      return `${room} ${entry.by} presses ${entry.text}`
    case 'form':
      return `${room} ${entry.by}${mark} opens a form:\n    ${indent(entry.text)}`
    case 'failure':
      return `${room} ${entry.platform === 'slack' ? 'Slack' : 'Discord'}${mark}: ${indent(entry.text)}`
    case 'duplicate':
      return `${room} the same delivery again: ${entry.text}`
    case 'delete':
      return `${room} ${entry.by}${mark} deleted: ${(entry.text.split('\n')[0] ?? '').slice(0, 60)}`
    case 'message':
    case 'edit':
      return `${room} ${entry.by}${mark}: ${indent([entry.text, buttons].filter((part) => part !== '').join('\n'))}`
  }
}

function indent(text: string): string {
  return text.split('\n').join('\n    ')
}
