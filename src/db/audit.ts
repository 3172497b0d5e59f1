/** The audit table's queries. Network: D1 only (through the statements it returns). */
import { chunked, cutEvent } from '../audit/bound.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Database } from './database.ts'
import { WHERE_CHANGED } from './guard.ts'

/** Under which condition on a run the events are written; see {@link appendAudit}. */
export type AuditGuard =
  /** The run carries this change token: the change of this batch took place. */
  | { readonly when: 'changed'; readonly run: string; readonly change: string }
  /** The run was there before (another token) and asked for the same. */
  | { readonly when: 'duplicate'; readonly run: string; readonly change: string; readonly digest: string }
  /** The run was there before and asked for something else. */
  | { readonly when: 'altered'; readonly run: string; readonly change: string; readonly digest: string }
  | { readonly when: 'always' }

/** An event as a row in JSON, from which the columns are read. */
export function auditLine(event: AuditEvent): string {
  const cut = cutEvent(event)
  return JSON.stringify({
    at: Date.parse(cut.at),
    code: cut.code,
    run: cut.run ?? null,
    event: JSON.stringify(cut),
  })
}

/**
 * Appends events, in order, in one statement. Its parameters grow with the size of the events, not with their number: one for
 * each 900 KB, and D1 takes a hundred.
 */
export function appendAudit(db: Database, guard: AuditGuard, events: readonly AuditEvent[]): D1PreparedStatement {
  const chunks = chunked(events.map(auditLine))
  const { condition, values } = conditionOf(guard)
  const lists = chunks.map(() => '(?)').join(', ')
  return db
    .prepare(
      `INSERT INTO audit (at, code, run, event)
       SELECT e.value ->> 'at', e.value ->> 'code', e.value ->> 'run', e.value ->> 'event'
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
    case 'duplicate':
      return {
        condition: 'WHERE EXISTS (SELECT 1 FROM runs WHERE id = ? AND change <> ? AND digest = ?)',
        values: [guard.run, guard.change, guard.digest],
      }
    case 'altered':
      return {
        condition: 'WHERE EXISTS (SELECT 1 FROM runs WHERE id = ? AND change <> ? AND digest <> ?)',
        values: [guard.run, guard.change, guard.digest],
      }
  }
}

export interface AuditRow {
  readonly seq: number
  readonly event: string
}

export interface AuditQuery {
  readonly limit: number
  /** Only rows with a smaller `seq`: the next page. */
  readonly before?: number
  readonly run?: string
}

/** The newest events first. */
export function selectAudit(db: Database, { limit, before, run }: AuditQuery): D1PreparedStatement {
  return db
    .prepare('SELECT seq, event FROM audit WHERE seq < ?1 AND (?2 IS NULL OR run = ?2) ORDER BY seq DESC LIMIT ?3')
    .bind(before ?? Number.MAX_SAFE_INTEGER, run ?? null, limit)
}
