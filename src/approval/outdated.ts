/** Ends what waits for a word that cannot count any more, before somebody presses: the minute's sweep does it. Network: D1, the courier. */
import type { Database } from '../db/database.ts'
import type { Services } from '../runs/services.ts'
import { endVoid } from './end.ts'
import { readWaiting } from './read.ts'

/** Tells room and asker why it has to be asked again, if it still waits; the check is that of a click. Throws what D1 throws. */
export async function endOutdated(services: Services, db: Database, run: string): Promise<void> {
  const waiting = await readWaiting(services, db, run)
  if (waiting === null || waiting.spoilt === null) return
  const { row, approval, spoilt } = waiting
  if (approval.state === 'open' && row.state === 'awaiting_approval') await endVoid(services, db, row, spoilt)
}
