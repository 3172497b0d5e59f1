/** The records and the answer of a run as they are kept with it. Pure. */
import { maskTokens } from '../audit/tokens.ts'
import { cleanReply } from '../chat/clean.ts'
import { plain } from '../chat/markdown.ts'
import type { Reply } from '../chat/reply.ts'
import type { Command } from '../command/command.ts'
import type { PawlRecord } from '../json.ts'

/** A longer result is not kept: D1 bills what it holds, and a row has at most 2 MB. In characters of JSON. */
const RECORDS_KEPT = 64_000

/** A longer answer is not kept either: no platform shows a tenth of it. In characters of JSON. */
export const REPLY_KEPT = 300_000

/** An answer as text for a row, without tokens; of one that is too long only that it was. What is brought at once is still all of it. */
export function keptReply(reply: Reply): string {
  const text = JSON.stringify(cleanReply(reply, maskTokens))
  if (text.length <= REPLY_KEPT) return text
  const instead = 'The answer was too long to be kept: end the line with head, filter or pick for a shorter one.'
  return JSON.stringify({ ...reply, blocks: [{ kind: 'text', text: plain(instead) }] } satisfies Reply)
}

/** Records as text for the run's row; null when they are more than a row should hold. */
export function keptText(records: readonly PawlRecord[]): string | null {
  const text = JSON.stringify(records)
  return text.length > RECORDS_KEPT ? null : text
}

/** True for a command that takes a whole line as a secret (`why`, `can`): its answer says the words again, to the asker alone. */
export function takesSecretLine(command: Command): boolean {
  return command.options.some(({ rest, secret }) => rest && secret)
}

/** False for a line with such a command: what came of it is not kept. */
export function keepsRecords(stages: readonly { readonly command: Command }[]): boolean {
  return !stages.some(({ command }) => takesSecretLine(command))
}

/** What {@link keptText} kept; null for a run without records. */
export function keptRecords(text: string | null): readonly PawlRecord[] | null {
  return text === null ? null : (JSON.parse(text) as PawlRecord[])
}
