/**
 * What the audit log records: one flat JSON object per event. Pure.
 *
 * An event says who, what, with which decision and which outcome. It holds no bearer secret and no masked argument in the
 * clear: callers pass arguments through `redact` (src/command) first.
 */
import type { Actor } from '../chat/invocation.ts'
import type { Json, PawlRecord } from '../json.ts'

/** Every code there is; documented in docs/audit.md. */
export const AUDIT_CODES = [
  'delivery.refused',
  'delivery.duplicate',
  'delivery.altered',
  'run.admitted',
  'policy.allowed',
  'policy.denied',
  'run.queued',
  'run.running',
  'run.joined',
  'run.suspended',
  'run.retried',
  'run.woken',
  'run.wake_dead',
  'run.wake_malformed',
  'run.succeeded',
  'run.failed',
  'run.timed_out',
  'run.cancelled',
  'run.cancel_requested',
  'run.expired',
  'run.lost',
  'run.denied',
  'run.repeated',
  'run.resolved',
  'stage.succeeded',
  'stage.failed',
  'lock.acquired',
  'lock.waiting',
  'lock.rejected',
  'lock.released',
  'lock.expired',
  'lock.broken',
  'reply.delivered',
  'reply.retried',
  'reply.undeliverable',
  'admin.changed',
  'grant.expired',
  'audit.read',
  'audit.cut',
] as const

export type AuditCode = (typeof AUDIT_CODES)[number]

/** The version of the event's shape, so that a reader of old lines knows what they mean. */
const EVENT_VERSION = 1

export interface AuditEvent {
  readonly v: number
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string
  readonly code: AuditCode
  readonly [field: string]: Json
}

/**
 * An event at a time given in milliseconds since 1970. Undefined details are left out.
 *
 * @example auditEvent(now, 'run.admitted', actor, { run: 'r_…', command: 'deploy' })
 */
export function auditEvent(
  at: number,
  code: AuditCode,
  actor: Actor | null,
  details: { readonly [field: string]: Json | undefined } = {},
): AuditEvent {
  const event: PawlRecord = { v: EVENT_VERSION, at: new Date(at).toISOString(), code }
  if (actor) Object.assign(event, { platform: actor.platform, workspace: actor.workspace, actor: actor.id })
  for (const [field, value] of Object.entries(details)) if (value !== undefined) event[field] = value
  return event as AuditEvent & PawlRecord
}
