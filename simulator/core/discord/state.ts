/** What the pretend Discord remembers besides the screens. */
import type { PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Room } from '../world.ts'

/** One interaction and what became of it. */
export interface Interaction {
  readonly id: string
  readonly token: string
  readonly room: Room
  readonly person: string
  readonly createdAt: number
  /** `waiting` for the first answer; `void` when none came within 3 s. */
  state: 'waiting' | 'answered' | 'void'
  original: ChatMessage | null
  /** The message whose button was pressed. */
  readonly source: ChatMessage | null
}

export interface DiscordState {
  readonly interactions: Map<string, Interaction>
  /** Global and guild commands as registered. */
  globalCommands: PawlRecord[]
  guildCommands: PawlRecord[]
  readonly nonces: Map<string, string>
}

export function createDiscordState(): DiscordState {
  return { interactions: new Map(), globalCommands: [], guildCommands: [], nonces: new Map() }
}
