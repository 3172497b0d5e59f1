/**
 * What the audit log records: one flat JSON object per event. Pure.
 *
 * An event says who, what, with which decision and which outcome. It holds no bearer secret and no masked argument in the
 * clear: callers pass arguments through `auditedArguments` (digest.ts) first, and tokens of well-known shapes are masked here.
 */
import type { Actor } from '../chat/invocation.ts'
import type { Json, PawlRecord } from '../json.ts'
import { canonical } from './canonical.ts'
import { cleanJson, maskTokens } from './tokens.ts'

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
  'confirmation.asked',
  'confirmation.given',
  'confirmation.rejected',
  'approval.asked',
  'approval.approved',
  'approval.refused',
  'approval.given',
  'approval.void',
  'approval.expired',
  'approval.withdrawn',
  'approval.rejected',
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
  'freeze.started',
  'freeze.ended',
  'glass.broken',
  'review.opened',
  'review.closed',
  'review.rejected',
  'admin.changed',
  'room.changed',
  'grant.expired',
  'audit.read',
  'audit.cut',
  'audit.erased',
  'audit.removed',
  'audit.exported',
  'log.started',
  'log.key_rotated',
  'log.checkpoint_posted',
  'sink.failing',
  'sink.recovered',
  'sink.stopped',
  'audit.pruned',
  'database.filling',
] as const

export type AuditCode = (typeof AUDIT_CODES)[number]

/** The version of the event's shape, so that a reader of old lines knows what they mean. */
const EVENT_VERSION = 2

/**
 * The fields that hold what people wrote, or could be guessed from (`args_digest`). They stand apart in the database, sealed by a commitment, so that they can be erased
 * later and the log still be verified.
 */
export const PERSONAL_FIELDS = [
  'line',
  'args',
  'args_digest',
  'note',
  'text',
  'words',
  'reason_text',
  'before',
  'after',
  'label',
] as const

const PERSONAL: ReadonlySet<string> = new Set(PERSONAL_FIELDS)

export interface AuditEvent {
  readonly v: number
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string
  readonly code: AuditCode
  readonly [field: string]: Json
}

/**
 * An event at a time given in milliseconds since 1970. Undefined details are left out, tokens in the others masked.
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
  for (const [field, value] of Object.entries(details))
    if (value !== undefined) event[field] = cleanJson(value, maskTokens)
  return event as AuditEvent & PawlRecord
}

/** An event as two canonical texts: what stays, and what people wrote; null where they wrote nothing. */
export function partsOf(event: AuditEvent): { readonly event: string; readonly personal: string | null } {
  const fields = Object.entries(event)
  const personal = fields.filter(([field]) => PERSONAL.has(field))
  return {
    event: canonical(Object.fromEntries(fields.filter(([field]) => !PERSONAL.has(field)))),
    personal: personal.length === 0 ? null : canonical(Object.fromEntries(personal)),
  }
}
