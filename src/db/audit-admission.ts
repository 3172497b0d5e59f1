/** What the log says of a delivery. Network: D1 only (through the statements it returns). */
import type { AuditEvent } from '../audit/event.ts'
import { auditLine } from './audit.ts'
import { INSERT_LINKED } from './audit-run.ts'
import type { Database } from './database.ts'

/** What can become of a delivery: its run is new, or was there before and asked for the same, or for something else. */
export interface AdmissionEvents {
  /** The run's own first line, to which the insert of its row leads, and those of other runs. */
  readonly admitted: readonly [AuditEvent, ...AuditEvent[]]
  readonly duplicate: AuditEvent
  readonly altered: AuditEvent
}

/** Appends the events of what has become of a delivery, right behind the insert of its run. In one statement: people wait for it. */
export function appendAdmission(
  db: Database,
  { run, change, digest }: { readonly run: string; readonly change: string; readonly digest: string },
  { admitted: [first, ...others], duplicate, altered }: AdmissionEvents,
): D1PreparedStatement {
  const lines = [auditLine(first, { back: 0 }), ...others.map((event) => auditLine(event))]
  return db
    .prepare(
      `${INSERT_LINKED}
       FROM runs r, json_each(CASE WHEN r.change = ?2 THEN ?4 WHEN r.digest = ?3 THEN ?5 ELSE ?6 END) e WHERE r.id = ?1`,
    )
    .bind(run, change, digest, `[${lines.join()}]`, `[${auditLine(duplicate)}]`, `[${auditLine(altered)}]`)
}
