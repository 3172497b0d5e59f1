/** The queries of the places outside that are given the log. Network: D1 only (through the statements it returns). */

import type { AuditEvent } from '../audit/event.ts'
import { auditLine, INSERT_LINES } from './audit.ts'
import type { Database } from './database.ts'

/** How far a sink is, and the log. */
export interface SinkState {
  /** The last line that it has. */
  readonly cursor: number
  readonly failures: number
  /** Milliseconds since 1970; null: now. */
  readonly next_at: number | null
  readonly reason: string | null
  readonly lease_until: number | null
  /** The last line of what is being sent; null when nothing is. */
  readonly sending_to: number | null
  readonly pruned_to: number
  /** Lines under the newest checkpoint. */
  readonly sealed: number
  /** The newest checkpoint; null when there is none. */
  readonly note: string | null
  /** When the first line that it does not have was written. */
  readonly waiting_since: number | null
}

export function selectSinkState(db: Database, name: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT coalesce(s.cursor, 0) AS cursor, coalesce(s.failures, 0) AS failures, s.next_at, s.reason, s.lease_until,
         s.sending_to, b.pruned_to, coalesce(c.size, 0) AS sealed, c.note,
         (SELECT at FROM audit WHERE seq > coalesce(s.cursor, 0) ORDER BY seq LIMIT 1) AS waiting_since
       FROM audit_bounds b
         LEFT JOIN audit_sinks s ON s.name = ?1
         LEFT JOIN checkpoints c ON c.size = (SELECT max(size) FROM checkpoints)`,
    )
    .bind(name)
}

/** Who may send to a sink until when; the time is what tells one sender from the next. */
export interface SinkLease {
  readonly name: string
  readonly until: number
}

/** Takes the lease if nobody has it and the sink is not resting; changes one row if so. */
export function leaseSink(db: Database, { name, until }: SinkLease, now: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit_sinks (name, lease_until) VALUES (?1, ?2)
       ON CONFLICT (name) DO UPDATE SET lease_until = ?2
       WHERE coalesce(lease_until, 0) <= ?3 AND coalesce(next_at, 0) <= ?3`,
    )
    .bind(name, until, now)
}

/** What changes of a sink; what is left out stays. */
export interface SinkChange {
  readonly cursor?: number
  readonly failures?: number
  readonly next_at?: number | null
  readonly reason?: string | null
  readonly sending_to?: number | null
  /** Null gives the lease back. */
  readonly lease_until?: null
}

const COLUMNS = ['cursor', 'failures', 'next_at', 'reason', 'sending_to', 'lease_until'] as const

/** Changes a sink for whoever has its lease; changes no row for others. */
export function changeSink(db: Database, lease: SinkLease, change: SinkChange): D1PreparedStatement {
  const columns = COLUMNS.filter((column) => change[column] !== undefined)
  return db
    .prepare(
      `UPDATE audit_sinks SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE name = ? AND lease_until = ?`,
    )
    .bind(...columns.map((column) => change[column]), lease.name, lease.until)
}

/** Appends an event for whoever has the lease; stands before the change that gives it back. */
export function appendForSink(db: Database, lease: SinkLease, event: AuditEvent): D1PreparedStatement {
  return db
    .prepare(
      `${INSERT_LINES} FROM json_each(?) e
       WHERE EXISTS (SELECT 1 FROM audit_sinks WHERE name = ? AND lease_until = ?)`,
    )
    .bind(`[${auditLine(event)}]`, lease.name, lease.until)
}

/** When it was last said that a sink takes nothing: `at`; no row when it never was. Looks back until it finds it. */
export function selectFailingSince(db: Database, name: string): D1PreparedStatement {
  return db
    .prepare(
      "SELECT at FROM audit WHERE code IN ('sink.failing', 'sink.stopped') AND event ->> 'sink' = ? ORDER BY seq DESC LIMIT 1",
    )
    .bind(name)
}
