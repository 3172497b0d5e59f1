/** What the pretend Discord remembers besides the screens. */
import type { PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Person, Room } from '../world.ts'

/** One interaction and what became of it. */
export interface Interaction {
  readonly id: string
  readonly token: string
  readonly room: Room
  readonly person: Person
  /** Discord's number for its kind: 2 a command, 3 a component, 4 what is offered while typing, 5 a modal's submission. */
  readonly type: number
  readonly createdAt: number
  /** `waiting` for the first answer; `void` when none came within 3 s. */
  state: 'waiting' | 'answered' | 'void'
  original: ChatMessage | null
  /** While typing: the number of the option's type, and what was offered for it. */
  readonly option: number
  choices: readonly PawlRecord[]
  /** The message whose button was pressed, or opened the modal. */
  readonly source: ChatMessage | null
}

export interface OpenModal {
  readonly data: PawlRecord
  readonly source: ChatMessage | null
}

export interface DiscordState {
  readonly interactions: Map<string, Interaction>
  /** Global and guild commands as registered. */
  globalCommands: PawlRecord[]
  guildCommands: PawlRecord[]
  readonly nonces: Map<string, string>
  /** The modal that somebody has open, by name: as it was sent, and the message whose button opened it. */
  readonly modals: Map<string, OpenModal>
}

export function createDiscordState(): DiscordState {
  return { interactions: new Map(), globalCommands: [], guildCommands: [], nonces: new Map(), modals: new Map() }
}
