/** Which command a stage names, and the tokens that are left for its options. Pure. */
import type { Stage, Token } from '../language/tree.ts'
import type { Command } from './command.ts'
import type { Registry } from './registry.ts'

export type Lookup =
  | { readonly ok: true; readonly command: Command; readonly tokens: readonly Token[] }
  /** `typed` is the leading unquoted words, for "did you mean" and for a group's list; empty when there are none. */
  | { readonly ok: false; readonly typed: readonly string[] }

/** Finds the longest registered name at the start of a stage; quoted words and variables are never part of a name. */
export function lookup(registry: Registry, stage: Stage): Lookup {
  const typed: string[] = []
  for (const token of stage.tokens) {
    if (token.kind !== 'word' || token.value.kind !== 'text' || token.value.quoted) break
    typed.push(token.value.text)
  }
  const found = registry.find(typed)
  return found ? { ok: true, command: found.command, tokens: stage.tokens.slice(found.length) } : { ok: false, typed }
}
