/** The audit table's queries. Network: D1 only (through the statements it returns). */
import { chunked, cutEvent } from '../audit/bound.ts'
import { type AuditEvent, partsOf } from '../audit/event.ts'
import type { Database } from './database.ts'
import { WHERE_CHANGED } from './guard.ts'

/** Under which condition on a run the events are written; see {@link appendAudit}. */
export type AuditGuard =
  /** The run carries this change token: the change of this batch took place. Of its own changes `recordChange` writes cheaper. */
  { readonly when: 'changed'; readonly run: string; readonly change: string } | { readonly when: 'always' }

/** An event as a row in JSON, from which the columns are read; `link` goes along, for who reads it (see `audit-run.ts`). */
export function auditLine(event: AuditEvent, link?: { readonly back: number }): string {
  const cut = cutEvent(event)
  return JSON.stringify({
    at: Date.parse(cut.at),
    code: cut.code,
    run: cut.run ?? null,
    ...partsOf(cut),
    ...link,
  })
}

/** How every insert into the table begins. */
export const INTO_AUDIT = 'INSERT INTO audit (at, code, run, event, personal, salt'

/** What goes there: `e.value` is a row of {@link auditLine}. What people wrote gets a salt of its own for its commitment. */
export const LINE_VALUES = `e.value ->> 'at', e.value ->> 'code', e.value ->> 'run', e.value ->> 'event', e.value ->> 'personal',
    CASE WHEN e.value ->> 'personal' IS NOT NULL THEN lower(hex(randomblob(16))) END`

/** Puts rows by themselves into the table. */
export const INSERT_LINES = `${INTO_AUDIT})
  SELECT ${LINE_VALUES}`

/** The whole event of a row as one flat JSON object: both texts are objects without a field in common. */
export const FLAT_EVENT = `CASE
    WHEN personal IS NOT NULL THEN substr(event, 1, length(event) - 1) || ',' || substr(personal, 2)
    WHEN erased IS NOT NULL THEN substr(event, 1, length(event) - 1) || ',"erased":true}'
    ELSE event
  END AS event`

/**
 * Appends events, in order, in one statement. Its parameters grow with the size of the events, not with their number: one for
 * each 900 KB, and D1 takes a hundred.
 */
export function appendAudit(db: Database, guard: AuditGuard, events: readonly AuditEvent[]): D1PreparedStatement {
  const chunks = chunked(events.map((event) => auditLine(event)))
  const { condition, values } = conditionOf(guard)
  const lists = chunks.map(() => '(?)').join(', ')
  return db
    .prepare(
      `${INSERT_LINES}
       FROM (VALUES ${lists}) list, json_each(list.column1) e ${condition}`,
    )
    .bind(...chunks, ...values)
}

function conditionOf(guard: AuditGuard): { readonly condition: string; readonly values: readonly string[] } {
  switch (guard.when) {
    case 'always':
      return { condition: '', values: [] }
    case 'changed':
      return { condition: WHERE_CHANGED, values: [guard.run, guard.change] }
  }
}

export interface AuditRow {
  readonly seq: number
  readonly event: string
}
