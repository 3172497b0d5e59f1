/**
 * Events as OCSF 1.5: class API Activity (6003), one JSON object a line. Pawl's decisions stand in `actor.authorizations`; what OCSF
 * has no place for in `unmapped`. https://schema.ocsf.io/1.5.0/classes/api_activity. Pure.
 */
import type { Json, PawlRecord } from '../../src/json.ts'
import { VERSION } from '../../src/version.ts'
import type { NumberedEvent } from './export.ts'

const OCSF_VERSION = '1.5.0'
const CATEGORY = { category_uid: 6, category_name: 'Application Activity' } as const
const CLASS_UID = 6003
const ACTIVITY = { create: 1, read: 2, update: 3, delete: 4, other: 99 } as const
const STATUS = { unknown: 0, success: 1, failure: 2 } as const
const SEVERITY = { informational: 1, low: 2, medium: 3 } as const

/** Has a place of its own below. */
const MAPPED: ReadonlySet<string> = new Set([
  'v',
  'at',
  'code',
  'platform',
  'workspace',
  'actor',
  'channel',
  'run',
  'command',
  'line',
  'args',
  'decision',
  'outcome',
  'reason',
  'latency_ms',
  'policy',
  'rules',
  'target',
])

/** Lines of JSON. */
export function ocsfLines(events: Iterable<NumberedEvent>): string {
  let lines = ''
  for (const one of events) lines += `${JSON.stringify(ocsfOf(one))}\n`
  return lines
}

/** One event as OCSF has it. */
export function ocsfOf({ seq, event }: NumberedEvent): PawlRecord {
  const code = String(event.code)
  const activity = activityOf(event)
  const status = statusOf(event)
  const unmapped = Object.entries(event).filter(([field]) => !MAPPED.has(field))
  return defined({
    ...CATEGORY,
    class_uid: CLASS_UID,
    class_name: 'API Activity',
    activity_id: ACTIVITY[activity],
    // The schema asks for a name of the source's own where none of its own fits.
    activity_name: activity === 'other' ? code : `${activity[0]?.toUpperCase()}${activity.slice(1)}`,
    type_uid: CLASS_UID * 100 + ACTIVITY[activity],
    time: Date.parse(String(event.at)),
    severity_id: severityOf(event),
    status_id: STATUS[status],
    status_code: event.outcome ?? event.decision,
    status_detail: event.reason,
    duration: event.latency_ms,
    message: code,
    metadata: defined({
      version: OCSF_VERSION,
      product: { name: 'Pawl', vendor_name: 'Pawl', version: VERSION },
      event_code: code,
      log_name: 'audit',
      uid: String(seq),
      sequence: seq,
      original_time: event.at,
      correlation_uid: event.run,
      tenant_uid: event.workspace,
    }),
    actor: actorOf(event),
    api: defined({
      operation: event.command ?? code,
      service: { name: 'pawl' },
      request: event.run === undefined ? undefined : defined({ uid: event.run, data: requestOf(event) }),
    }),
    src_endpoint: defined({ svc_name: event.platform ?? 'pawl', uid: event.channel }),
    resources: event.target === undefined ? undefined : [{ name: event.target }],
    unmapped: unmapped.length === 0 ? undefined : Object.fromEntries(unmapped),
  })
}

function activityOf({ code, before, after }: PawlRecord): keyof typeof ACTIVITY {
  switch (code) {
    case 'audit.read':
    case 'audit.exported':
      return 'read'
    case 'admin.changed':
      return isNothing(before) ? 'create' : isNothing(after) ? 'delete' : 'update'
    case 'grant.expired':
    case 'audit.erased':
    case 'audit.pruned':
      return 'delete'
    default:
      return 'other'
  }
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

const FAILURES: ReadonlySet<string> = new Set(['failed', 'denied', 'timed_out', 'lost', 'expired', 'cancelled'])

function statusOf({ code, decision, outcome }: PawlRecord): keyof typeof STATUS {
  if (decision !== undefined) return decision === 'allow' ? 'success' : 'failure'
  if (outcome !== undefined) return FAILURES.has(String(outcome)) ? 'failure' : 'success'
  return /^delivery\.(?:refused|altered)$|\.(?:failed|denied|undeliverable)$/.test(String(code)) ? 'failure' : 'unknown'
}

function severityOf({ code }: PawlRecord): number {
  if (code === 'delivery.altered' || code === 'lock.broken' || code === 'log.key_rotated') return SEVERITY.medium
  return code === 'policy.denied' || code === 'delivery.refused' ? SEVERITY.low : SEVERITY.informational
}

/** An actor needs a user or an app; where nobody asked it is Pawl itself. */
function actorOf({ platform, workspace, actor, decision, policy, rules }: PawlRecord): PawlRecord {
  const authorizations =
    decision === undefined
      ? undefined
      : [
          defined({
            decision: decision === 'allow' ? 'allowed' : 'denied',
            policy: policy === undefined ? undefined : defined({ name: 'pawl', version: policy, desc: textOf(rules) }),
          }),
        ]
  return defined({
    user: actor === undefined ? undefined : defined({ uid: actor, domain: workspace, type_id: 1, type: 'User' }),
    app_name: actor === undefined ? 'pawl' : platform,
    authorizations,
  })
}

function requestOf({ line, args }: PawlRecord): PawlRecord | undefined {
  return line === undefined && args === undefined ? undefined : defined({ line, args })
}

function textOf(rules: Json | undefined): string | undefined {
  return Array.isArray(rules) && rules.length > 0 ? rules.join('\n') : undefined
}

function defined(fields: { readonly [field: string]: Json | undefined }): PawlRecord {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const])),
  )
}
