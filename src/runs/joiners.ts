/** Wakes the runs that joined another one, once that has ended. Network: D1, the queue. */
import { JOINERS_PAGE, type JoinerRow, selectJoiners } from '../db/joins.ts'
import { messageOf, type Services } from './services.ts'
import { wakeJoinersAfter, wakeRuns } from './wake.ts'

/**
 * Wakes a page of joiners, in the order of their ids; those behind it are the next message's. Never throws: the sweeper finds
 * a joined run that was not woken.
 */
export async function wakeJoiners(services: Services, run: string, page: readonly JoinerRow[]): Promise<void> {
  const last = page.at(-1)
  if (!last) return
  try {
    await wakeRuns(
      services.queue,
      page.map(({ id }) => id),
    )
    if (page.length === JOINERS_PAGE) await wakeJoinersAfter(services.queue, run, last.id)
  } catch (error) {
    services.log('joined runs not woken; the sweeper will', { run, error: messageOf(error) })
  }
}

/** The same for those behind `after`. Throws what D1 throws. */
export async function wakeMoreJoiners(services: Services, run: string, after: string): Promise<void> {
  const { results } = await selectJoiners(services.openDb(), run, after).all<JoinerRow>()
  await wakeJoiners(services, run, results)
}
