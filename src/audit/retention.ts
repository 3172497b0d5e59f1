/** Takes old lines of the log out of D1, once they are archived, and watches the size of the database. Network: D1, the Ledger. */

import { appendAudit } from '../db/audit.ts'
import type { PruneBounds } from '../db/audit-archive.ts'
import { pruneLines, selectFillingTold, selectOldTo, selectPruneBounds } from '../db/audit-archive.ts'
import type { Services } from '../runs/services.ts'
import { auditEvent } from './event.ts'
import { filledTo } from './retention-problems.ts'
import type { AuditConfig } from './sink-settings.ts'

const DAY_MS = 24 * 60 * 60_000
const HOUR_MS = 60 * 60_000

/** Lines that leave at a time: D1 gives a statement 30 s, and a delete of so many takes a fraction of one. */
const PRUNE_ROWS = 5_000

/** Lines of a busy day: where there are more, it may be told twice a day that the database fills up. */
const TOLD_ROWS = 50_000

type PruneServices = Pick<Services, 'openDb' | 'now' | 'ledger'>

/**
 * Prunes what is older than the deployment keeps. It begins when the oldest line is a day over, so that a quiet log is not told of
 * each line that goes, which would itself be a line that goes.
 */
export async function prune({ openDb, now, ledger }: PruneServices, audit: AuditConfig): Promise<void> {
  const { keepDays, archive, webhook } = audit
  if (keepDays === null || !archive) return
  const db = openDb()
  const at = now()
  const before = at - keepDays * DAY_MS
  const sinks = ['archive', ...(webhook ? ['webhook'] : [])]
  const bounds = await selectPruneBounds(db, sinks).first<PruneBounds>()
  if (!bounds || bounds.bound <= bounds.pruned_to || (bounds.oldest ?? at) >= before - DAY_MS) return
  const old = await selectOldTo(db, bounds.bound, before, PRUNE_ROWS).first<{ last: number | null }>()
  const from = bounds.pruned_to
  const to = old?.last ?? from
  if (to <= from) return
  await db.batch(pruneLines(db, { from, to }, auditEvent(at, 'audit.pruned', null, { from: from + 1, to })))
  // Until it is sealed that they were pruned, an export looks as if they had been cut off.
  await ledger().seal()
}

/** When an isolate looked last: others may look within the hour too, which costs a read. */
const looks = new WeakMap<AuditConfig, number>()

/** Says once a day and threshold that the database fills up. Looks once an hour. */
export async function watchSize({ openDb, now }: Pick<Services, 'openDb' | 'now'>, audit: AuditConfig): Promise<void> {
  const at = now()
  if (at - (looks.get(audit) ?? Number.NEGATIVE_INFINITY) < HOUR_MS) return
  looks.set(audit, at)
  const db = openDb()
  // Any statement tells the size of the whole database.
  const { meta } = await db.prepare('SELECT 1').run()
  const percent = filledTo(meta.size_after, audit.databaseLimit)
  if (percent === null) return
  const told = await selectFillingTold(db, percent, at - DAY_MS, TOLD_ROWS).first<{ told: number }>()
  if (told?.told === 1) return
  const event = auditEvent(at, 'database.filling', null, {
    bytes: meta.size_after,
    limit: audit.databaseLimit,
    percent,
  })
  await appendAudit(db, { when: 'always' }, [event]).run()
}
