/** What the pretend Slack remembers besides the screens. */
import type { PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Room } from '../world.ts'

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
  readonly createdAt: number
  used: boolean
}

export interface SlackState {
  readonly responseUrls: Map<string, ResponseUrl>
  readonly triggers: Map<string, Trigger>
  readonly views: Map<string, PawlRecord>
  /** The app's slash commands with their slash; null takes any. */
  commands: ReadonlySet<string> | null
  /** When the bot last posted to a room, for `enforceRates`. */
  readonly postedAt: Map<string, number>
}

export function createSlackState(): SlackState {
  return { responseUrls: new Map(), triggers: new Map(), views: new Map(), postedAt: new Map(), commands: null }
}
