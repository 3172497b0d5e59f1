/** What cannot be measured on a machine of one's own, and is assumed instead: the one place. Pure. */
import type { KindName } from './measured.ts'

/**
 * CPU of a command, in milliseconds: what `npm run bench` counted on 2026-11-21 of the whole local process, the larger of Slack and
 * Discord, rounded up. The database and the sockets are in it, which Cloudflare does not bill to the Worker. It has no figure for what
 * a job's consumer takes: that is taken to be as much as the request, and half of it more for a lock.
 */
export const CPU_MS: Readonly<Record<KindName, number>> = {
  read: 4,
  write: 6,
  denied: 4,
  pipeline: 6,
  job: 12,
  locked: 15,
  duplicate: 4,
}

/** CPU of cron, each minute, in milliseconds: taken to be that of a command that reads. */
export const MINUTE_CPU_MS = 4

/** Milliseconds for which a Durable Object is at work on a request, and on each trip to D1 that it makes meanwhile: a round trip each. */
export const OBJECT_REQUEST_MS = 20
export const OBJECT_TRIP_MS = 30

/** GB that a Durable Object is billed for, whatever it uses (durable-objects/platform/pricing). */
export const OBJECT_GB = 0.128

/** The report's last lines. */
export const ASSUMPTIONS: readonly string[] = [
  `CPU: ${Object.entries(CPU_MS)
    .map(([kind, ms]) => `${kind} ${ms} ms`)
    .join(', ')}, cron ${MINUTE_CPU_MS} ms a minute`,
  `Durable Objects are at work for ${OBJECT_REQUEST_MS} ms a request and ${OBJECT_TRIP_MS} ms a trip to D1`,
  'commands come evenly, so that nearly each minute has something to seal: bunched, they cost less',
]
