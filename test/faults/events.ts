/** What an audit event says of the state of its run. Pure. */
import { STATES, type State } from '../../src/runs/state.ts'

/** Events that are named otherwise than the state that they lead to. */
const LEADS_TO: ReadonlyMap<string, State> = new Map([
  ['run.admitted', 'accepted'],
  ['run.joined', 'queued'],
  ['run.woken', 'queued'],
  ['run.suspended', 'queued'],
  ['run.retried', 'queued'],
])

/** The state that an event says was reached; null for events that change none. */
export function stateAfter(code: string): State | null {
  const known = LEADS_TO.get(code)
  if (known) return known
  const [kind, name] = code.split('.')
  return kind === 'run' ? (STATES.find((state) => state === name) ?? null) : null
}
