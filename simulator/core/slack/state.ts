/** What the pretend Slack remembers besides the screens. */
import type { PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Form } from '../form.ts'
import type { Person, Room } from '../world.ts'

/** A bearer address that Slack handed out with a command or a press. */
export interface ResponseUrl {
  readonly id: string
  readonly delivery: string
  readonly room: Room
  readonly person: string
  readonly createdAt: number
  uses: number
  /** The message that `replace_original` and `delete_original` mean. */
  original: ChatMessage | null
}

export interface Trigger {
  readonly person: Person
  readonly room: Room
  readonly createdAt: number
  used: boolean
}

/** A view of a modal that somebody has open. */
export interface View {
  readonly id: string
  /** The first one of the stack; the one below, null for the first. */
  readonly root: string
  readonly previous: string | null
  readonly person: Person
  readonly room: Room
  /** As Slack sends it back: with its ids and hash, without `state`. */
  readonly json: PawlRecord
  /** As the person sees and fills it. */
  readonly form: Form
}

/** A message shortcut or a global one, as the manifest has it. */
export interface Shortcut {
  readonly name: string
  readonly type: 'message' | 'global'
  readonly callback_id: string
}

export interface SlackState {
  readonly responseUrls: Map<string, ResponseUrl>
  readonly triggers: Map<string, Trigger>
  readonly views: Map<string, View>
  /** The app's slash commands with their slash; null takes any. */
  commands: ReadonlySet<string> | null
  shortcuts: readonly Shortcut[]
  /** When the bot last posted to a room, for `enforceRates`. */
  readonly postedAt: Map<string, number>
}

export function createSlackState(): SlackState {
  return {
    responseUrls: new Map(),
    triggers: new Map(),
    views: new Map(),
    postedAt: new Map(),
    commands: null,
    shortcuts: [],
  }
}
