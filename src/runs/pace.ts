/**
 * How often the jobs of one workspace may edit their messages. State: how many are at work in this isolate; another isolate does not
 * know, and hears it from the platform as a 429. Pure but for that.
 */
import { EDITS_APART_MS, PROGRESS_INTERVAL_MS } from './limits.ts'

export interface Pace {
  /** Milliseconds from one edit of a job to its next, with as many jobs at work as there are now. */
  interval(): number
  /** The job edits no more. */
  leave(): void
}

const houses = new WeakMap<object, Map<string, number>>()

/**
 * A job of a workspace begins to edit.
 *
 * @param house whose jobs are counted: one for each environment
 * @param workspace `slack:T…`
 */
export function joinPace(house: object, workspace: string): Pace {
  const atWork = houses.get(house) ?? new Map<string, number>()
  houses.set(house, atWork)
  const count = () => atWork.get(workspace) ?? 0
  atWork.set(workspace, count() + 1)
  let here = true
  return {
    interval: () => Math.max(PROGRESS_INTERVAL_MS, count() * EDITS_APART_MS),
    leave() {
      if (!here) return
      here = false
      if (count() > 1) atWork.set(workspace, count() - 1)
      else atWork.delete(workspace)
    },
  }
}
