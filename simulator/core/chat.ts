/**
 * What is on the screens: every message of both platforms, and the ordered timeline of what happened to them. State in
 * memory; the clock is passed in.
 */
import type { Json } from '../../src/json.ts'
import type { Clock } from './clock.ts'
import type { PlatformName } from './world.ts'

export interface ShownButton {
  /** Counts through the room and stays with the button while its message is edited. */
  readonly number: number
  readonly label: string
  /** Slack's action_id, Discord's custom_id. */
  readonly id: string
  readonly value?: string
  /** Slack sends the block back. */
  readonly blockId?: string
}

/** What a platform makes of a payload: the text that people read, without markup. */
export interface Look {
  readonly text: string
  readonly buttons: readonly Omit<ShownButton, 'number'>[]
  /** Whom it notifies: names, or `@channel`. */
  readonly pings: readonly string[]
  /** The platform's own "thinking…": a deferred answer without content. */
  readonly thinking?: boolean
}

export interface ChatMessage {
  /** Slack's `ts` or Discord's snowflake. */
  readonly id: string
  readonly platform: PlatformName
  /** `ops`, `dm:ada`. */
  readonly room: string
  /** A person's name, or `pawl`. */
  readonly by: string
  /** The only person who sees it; null when the whole room does. */
  readonly onlyFor: string | null
  /** The delivery that it answers, as far as the platform or the text tells. */
  readonly delivery: string | null
  /** How it came: `answer`, `response_url`, `chat.postMessage`, `original.edit`, … */
  readonly via: string
  readonly createdAt: number
  readonly threadOf: string | null
  text: string
  buttons: readonly ShownButton[]
  pings: readonly string[]
  thinking: boolean
  edited: boolean
  deleted: boolean
  changedAt: number
  /** The payload as it was sent. */
  raw: Json
}

export interface Entry {
  readonly at: number
  readonly platform: PlatformName
  readonly room: string
  /** `typed`: a person's line. `form`: a modal as it opens. `failure`: what the client shows when the application did not answer properly. */
  readonly kind: 'typed' | 'message' | 'edit' | 'delete' | 'press' | 'form' | 'failure' | 'duplicate'
  readonly by: string
  readonly onlyFor: string | null
  readonly text: string
  readonly buttons: readonly ShownButton[]
  readonly messageId: string | null
  readonly delivery: string | null
  /** The message that it stands under, in a thread. */
  readonly threadOf: string | null
}

export interface NewMessage {
  readonly id: string
  readonly platform: PlatformName
  readonly room: string
  readonly by?: string
  readonly onlyFor?: string | null
  readonly delivery: string | null
  readonly via: string
  readonly threadOf?: string | null
  readonly look: Look
  readonly raw: Json
}

export interface Heard {
  readonly id: string
  readonly platform: PlatformName
  readonly room: string
  readonly by: string
  readonly text: string
  /** The delivery that brings it to the application; null when none does. */
  readonly delivery: string | null
  readonly raw: Json
}

export interface Chat {
  readonly messages: readonly ChatMessage[]
  readonly entries: readonly Entry[]
  find(platform: PlatformName, id: string): ChatMessage | undefined
  post(message: NewMessage): ChatMessage
  /** What a person says: a message that others read, and no answer to anything. */
  hear(said: Heard): ChatMessage
  edit(message: ChatMessage, look: Look, raw: Json): void
  remove(message: ChatMessage): void
  note(entry: Pick<Entry, 'platform' | 'room' | 'kind' | 'by' | 'text'> & Partial<Entry>): void
  /** Calls back on every new entry; returns how to stop. */
  onEntry(listener: (entry: Entry) => void): () => void
  /** Resolves true as soon as the test holds, false after `withinMs`. */
  until(test: () => boolean, withinMs: number): Promise<boolean>
}

/** How often `until` looks. */
const LOOK_AGAIN_MS = 20

export function createChat({ now, wait }: Clock): Chat {
  const messages: ChatMessage[] = []
  const entries: Entry[] = []
  const listeners = new Set<(entry: Entry) => void>()
  const numbers = new Map<string, number>()

  const onEntry: Chat['onEntry'] = (listener) => {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }
  const number = (place: string, buttons: Look['buttons'], before: readonly ShownButton[]): ShownButton[] =>
    buttons.map((button) => {
      const known = before.find((old) => old.id === button.id && old.label === button.label)
      if (known) return { ...button, number: known.number }
      const next = (numbers.get(place) ?? 0) + 1
      numbers.set(place, next)
      return { ...button, number: next }
    })

  const note: Chat['note'] = (given) => {
    const nothing = { onlyFor: null, buttons: [], messageId: null, delivery: null, threadOf: null }
    const entry: Entry = { at: now(), ...nothing, ...given }
    entries.push(entry)
    for (const listener of [...listeners]) listener(entry)
  }
  const about = (message: ChatMessage, kind: Entry['kind']) =>
    note({
      platform: message.platform,
      room: message.room,
      kind,
      by: message.by,
      onlyFor: message.onlyFor,
      text: message.text,
      buttons: message.buttons,
      messageId: message.id,
      delivery: message.delivery,
      threadOf: message.threadOf,
    })

  return {
    messages,
    entries,
    find: (platform, id) =>
      messages.find((message) => message.platform === platform && message.id === id && !message.deleted),
    post({ look, by = 'pawl', onlyFor = null, threadOf = null, ...rest }) {
      const at = now()
      const message: ChatMessage = {
        ...rest,
        by,
        onlyFor,
        threadOf,
        text: look.text,
        buttons: number(`${rest.platform}:${rest.room}`, look.buttons, []),
        pings: onlyFor ? [] : look.pings,
        thinking: look.thinking === true,
        edited: false,
        deleted: false,
        createdAt: at,
        changedAt: at,
      }
      messages.push(message)
      about(message, 'message')
      return message
    },
    hear({ delivery, text, raw, ...rest }) {
      const at = now()
      const message: ChatMessage = {
        ...rest,
        text,
        raw,
        onlyFor: null,
        delivery: null,
        via: 'typed',
        threadOf: null,
        buttons: [],
        pings: [],
        thinking: false,
        edited: false,
        deleted: false,
        createdAt: at,
        changedAt: at,
      }
      messages.push(message)
      note({ ...rest, kind: 'typed', text, messageId: message.id, delivery })
      return message
    },
    edit(message, look, raw) {
      // Filling in "thinking…" is the first time that anything is read, not a change of it.
      message.edited = !message.thinking
      message.text = look.text
      message.buttons = number(`${message.platform}:${message.room}`, look.buttons, message.buttons)
      message.thinking = look.thinking === true
      message.changedAt = now()
      message.raw = raw
      about(message, 'edit')
    },
    remove(message) {
      message.deleted = true
      message.changedAt = now()
      about(message, 'delete')
    },
    note,
    onEntry,
    async until(test, withinMs) {
      // Looking again and again, not a listener: in workerd what happens in one request cannot wake another.
      for (let waited = 0; !test(); waited += LOOK_AGAIN_MS) {
        if (waited >= withinMs) return false
        await wait(LOOK_AGAIN_MS)
      }
      return true
    },
  }
}
