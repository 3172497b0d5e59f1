/** The audit table's queries. Network: D1 only (through the statements it returns). */
import type { AuditEvent } from '../audit/event.ts'
import type { Database } from './database.ts'

/** Under which condition on a run the events are written; see {@link appendAudit}. */
export type AuditGuard =
  /** The run carries this change token: the change of this batch took place. */
  | { readonly when: 'changed'; readonly run: string; readonly change: string }
  /** The run was there before (another token) and asked for the same. */
  | { readonly when: 'duplicate'; readonly run: string; readonly change: string; readonly digest: string }
  /** The run was there before and asked for something else. */
  | { readonly when: 'altered'; readonly run: string; readonly change: string; readonly digest: string }
  | { readonly when: 'always' }

/** Appends events, in order, in one statement; bound parameters do not grow with their number. */
export function appendAudit(db: Database, guard: AuditGuard, events: readonly AuditEvent[]): D1PreparedStatement {
  const lines = JSON.stringify(
    events.map((event) => ({
      at: Date.parse(event.at),
      code: event.code,
      run: event.run ?? null,
      event: JSON.stringify(event),
    })),
  )
  const insert = `INSERT INTO audit (at, code, run, event)
    SELECT value ->> 'at', value ->> 'code', value ->> 'run', value ->> 'event' FROM json_each(?1)`
  switch (guard.when) {
    case 'always':
      return db.prepare(insert).bind(lines)
    case 'changed':
      return db
        .prepare(`${insert} WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?2 AND change = ?3)`)
        .bind(lines, guard.run, guard.change)
    case 'duplicate':
      return db
        .prepare(`${insert} WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?2 AND change <> ?3 AND digest = ?4)`)
        .bind(lines, guard.run, guard.change, guard.digest)
    case 'altered':
      return db
        .prepare(`${insert} WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?2 AND change <> ?3 AND digest <> ?4)`)
        .bind(lines, guard.run, guard.change, guard.digest)
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
