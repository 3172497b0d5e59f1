/** `tee`: keeps the records that pass under a name, and passes them on. Network: D1. */
import * as z from 'zod'
import { actorKey } from '../chat/invocation.ts'
import type { Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { deleteExpired, keepRecords } from '../db/kept.ts'
import { TEE_SHARED } from '../policy/house-permissions.ts'
import { mayShare } from './alias.ts'
import { houseOf } from './house.ts'
import { KEPT_DAYS, KEPT_MAX_BYTES, KEPT_MAX_NAMES, keptName, keptOwner } from './kept.ts'

const DAY_MS = 86_400_000

export default defineCommand({
  name: 'tee',
  summary: 'Keep the records that pass under a name, for cat, and pass them on',
  description: `Only you see them, unless they are shared. They are kept for ${KEPT_DAYS} days, at most ${KEPT_MAX_BYTES / 1_024} KB under a name and ${KEPT_MAX_NAMES} names.`,
  options: {
    name: keptName().describe('The name; earlier records of it are replaced'),
    shared: z.boolean().default(false).describe(`For everybody; needs ${TEE_SHARED}`),
  },
  input: 'all',
  // It changes nothing outside of Pawl: as many records may pass as through any stage that reads.
  effects: 'read',
  slash: false,
  rules: ['when command is tee allow'],
  examples: [[`seed '[{"app":"web"},{"app":"api"}]' | tee apps`, 'both records, also kept as apps']],
  async handler({ name, shared }, ctx) {
    const { db } = houseOf(ctx)
    const records = recordsToKeep(shared, ctx)
    const now = ctx.now()
    const owner = keptOwner(ctx, shared)
    const kept_by = actorKey(ctx.actor)
    const kept = { name, owner, records, kept_by, kept_at: now, expires_at: now + KEPT_DAYS * DAY_MS }
    // What has expired must not count among the names.
    const [, insert] = await db.batch([deleteExpired(db, now), keepRecords(db, kept, KEPT_MAX_NAMES)])
    if (insert?.meta.changes === 0)
      throw new CommandFailure(
        `${shared ? 'there are' : 'you have'} ${KEPT_MAX_NAMES} names already, which is the most: use one of them again`,
      )
    return ctx.records
  },
  // Whoever only looks must not lose what he kept: the answer says that it was not done.
  dryRun({ shared }, ctx) {
    recordsToKeep(shared, ctx)
    return ctx.records
  },
})

/** The records as they are kept; refuses what may not be. */
function recordsToKeep(shared: boolean, ctx: Context): string {
  if (shared) mayShare(ctx, TEE_SHARED, 'keeping records for everybody')
  const records = JSON.stringify(ctx.records)
  const bytes = new TextEncoder().encode(records).length
  if (bytes <= KEPT_MAX_BYTES) return records
  throw new CommandFailure(
    `these records have ${bytes} bytes; tee keeps at most ${KEPT_MAX_BYTES} under a name: pick fewer fields or filter first`,
  )
}
