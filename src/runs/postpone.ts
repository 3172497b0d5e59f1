/**
 * A queued run of which nobody can say just now whether it may go on: the platform does not tell whether its asker is a full member.
 * Nothing of it is executed until that is known; it is tried again until it is too late for it. Network: D1, the queue.
 */
import { commit, type Database } from '../db/database.ts'
import { changeState, type RunRow } from '../db/runs.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { heldBy } from '../policy/ask.ts'
import { missingForTargets } from '../policy/house-permissions.ts'
import { wakeLater } from './aside.ts'
import { authorisePlan } from './authorise.ts'
import type { RunFacts } from './context.ts'
import { STANDING_AGAIN_MS, WAKE_GRACE_MS } from './limits.ts'
import type { Services } from './services.ts'
import type { ReadAsker } from './subject.ts'

type Asked = Pick<RunFacts, 'run' | 'actor' | 'channel' | 'broken' | 'begun'> & ReadAsker

/** True when it depends on what the platform does not say whether, or how far, this run may go. */
export function hangsOnStanding(
  services: Pick<Services, 'now' | 'config' | 'registry'>,
  { ifMember, ...asked }: Asked,
  plan: RunnablePlan,
): boolean {
  if (ifMember === null) return false
  const [outside, member] = [asked.subject, ifMember].map(
    (subject) =>
      authorisePlan(services, { ...asked, subject }, plan).refusal === null &&
      missingForTargets(plan.targets, heldBy(subject)) === null,
  )
  // Arguments that wait for records are decided on in the middle of the run: too late to wait for the platform.
  return outside !== member || (outside === true && plan.stages.some(({ args }) => args === null))
}

/** Has it looked at again soon. Throws what D1 throws. */
export async function postpone(services: Services, db: Database, { id: run, attempt }: RunRow): Promise<void> {
  const change = services.token()
  const wakeAt = services.now() + STANDING_AGAIN_MS
  const set = { due_at: wakeAt + WAKE_GRACE_MS }
  await commit(db, run, change, [changeState(db, { run, change, from: ['queued'], to: 'queued', attempt, set })])
  await wakeLater(services, run, wakeAt)
}
