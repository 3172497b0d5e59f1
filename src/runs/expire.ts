/**
 * Takes away grants whose time is over, each with an audit event. Network: D1.
 *
 * They count for nothing from their end on, whoever looks; this only clears the tables and says so in the log.
 */
import { auditEvent } from '../audit/event.ts'
import { appendAudit } from '../db/audit.ts'
import { deleteExpired, type ExpiredRow, selectExpired } from '../db/expired.ts'
import { expectVersion, isVersionConflict, selectVersion } from '../db/policy.ts'
import type { Services } from './services.ts'

/** In one sweep; more are left to the next one, a minute later. */
const EXPIRED_MAX = 50

/** One round; when the policy changes meanwhile, the next one does it. Throws only when D1 does. */
export async function expireGrants(services: Pick<Services, 'openDb' | 'now'>): Promise<void> {
  const db = services.openDb()
  const now = services.now()
  const [version, expired] = (await db.batch([selectVersion(db), selectExpired(db, now, EXPIRED_MAX)])) as [
    D1Result<{ version: number }>,
    D1Result<ExpiredRow>,
  ]
  const rows = expired.results
  if (rows.length === 0) return
  const events = rows.map(({ target, item, expires_at }) =>
    auditEvent(now, 'grant.expired', null, {
      target,
      before: [item],
      after: [],
      ended: new Date(expires_at).toISOString(),
    }),
  )
  try {
    await db.batch([
      // A grant that was prolonged, or a group that was renamed meanwhile, is another policy.
      expectVersion(db, version.results[0]?.version ?? 0),
      ...rows.map((row) => deleteExpired(db, row)),
      appendAudit(db, { when: 'always' }, events),
    ])
  } catch (error) {
    if (!isVersionConflict(error)) throw error
  }
}
