/**
 * Where Pawl broke a platform's rule: the list that a test asserts to be empty. Refusals that are part of normal life (the bot
 * is not in a room, a token has run out) are no violations. State in memory.
 */
import type { PlatformName } from './world.ts'

export interface Violation {
  readonly at: number
  readonly platform: PlatformName
  /** The method or route: `chat.update`, `commands`, `original.edit`. */
  readonly where: string
  readonly what: string
}

export interface Violations {
  readonly list: readonly Violation[]
  add(platform: PlatformName, where: string, what: string): void
}

export function createViolations({ now }: { now(): number }): Violations {
  const list: Violation[] = []
  return { list, add: (platform, where, what) => void list.push({ at: now(), platform, where, what }) }
}
