/** Telling an interim word from the end of a run, as a person at the screen does. Pure. */
import type { ChatMessage } from './chat.ts'

/** How Pawl begins a word in between (`src/runs/replies.ts`); the final answer takes its place. */
const INTERIM = /^(?:⏳\s*)?(?:Queued: |Running: |Working on )/u

/** True for "⏳ Queued: …", "Working on …", and a platform's own "thinking…". */
export function looksPending({ text, thinking }: Pick<ChatMessage, 'text' | 'thinking'>): boolean {
  return thinking || INTERIM.test(text)
}
