/**
 * The lines in which the log tells of itself, `log.…`: its beginning, its keys, where it was posted. Only the Ledger writes them, and
 * announces each to itself before, so that it knows one that another hand has put into D1. Pure.
 */
import { auditLine } from '../db/audit.ts'
import { isRecord } from '../json.ts'
import { readCanonical } from './canonical.ts'
import type { AuditEvent } from './event.ts'
import type { LeafRow } from './leaf.ts'

/** The text that the row of an event holds beside the words of people. */
export function rowTextOf(event: AuditEvent): string {
  const row: { readonly event: string } = JSON.parse(auditLine(event))
  return row.event
}

export type OwnLines =
  | { readonly ok: true; readonly own: readonly string[] }
  | { readonly ok: false; readonly seq: number; readonly code: string }

/** The texts of the log's own lines among rows that can be sealed; or the first that was not announced, or came already. */
export function ownLinesOf(
  rows: readonly (Pick<LeafRow, 'event'> & { readonly seq: number })[],
  before: readonly string[],
  isAnnounced: (text: string) => boolean,
): OwnLines {
  const own: string[] = []
  for (const { seq, event } of rows) {
    const code = ownCode(event)
    if (code === null) continue
    if (!isAnnounced(event) || own.includes(event) || before.includes(event)) return { ok: false, seq, code }
    own.push(event)
  }
  return { ok: true, own }
}

/** The code of an event of the log's own; null for all others. */
function ownCode(event: string): string | null {
  // So it stands in canonical text, though perhaps deeper: most rows need not be read once more.
  if (!event.includes('"code":"log.')) return null
  const fields = readCanonical(event)
  return isRecord(fields) && typeof fields.code === 'string' && fields.code.startsWith('log.') ? fields.code : null
}

/** Whether an announced text is that of the change to a key. */
export function isChangeTo(text: string, vkey: string): boolean {
  return text.includes(`"new_key":${JSON.stringify(vkey)}`)
}
