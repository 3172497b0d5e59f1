/** A change of a run with the events that tell it. Network: D1 only (through the statements it returns). */
import type { AuditEvent } from '../audit/event.ts'
import { appendLinked, linesTo } from './audit-run.ts'
import type { Database } from './database.ts'
import { changeState, type Transition } from './runs.ts'

/**
 * Moves a run along one edge and then writes the events of that, if there are any, where the change takes place. In one batch; nothing
 * else that writes to the log stands between the two.
 */
export function recordChange(
  db: Database,
  transition: Transition,
  events: readonly AuditEvent[],
): D1PreparedStatement[] {
  if (events.length === 0) return [changeState(db, transition)]
  return [changeState(db, transition, linesTo(transition.run, events)), appendLinked(db, transition, events)]
}
