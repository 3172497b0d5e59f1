/** Runs a plan inside the request. Network: D1, and what its commands use. */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Reply } from '../chat/reply.ts'
import { recordChange } from '../db/change.ts'
import { commit } from '../db/database.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import type { Admitted } from './admit.ts'
import { settle, tell } from './answer.ts'
import { executePlan } from './execution.ts'
import { withFormAgain } from './form-again.ts'
import { createJournal, NOTHING_KEPT } from './journal.ts'
import { unavailable } from './replies.ts'
import type { Services } from './services.ts'

const NEVER = new AbortController().signal

/** Runs an allowed plan and answers. `allowed` are the events of its decisions. Rejects only before anything has run. */
export async function runInline(
  services: Services,
  admitted: Admitted,
  plan: RunnablePlan,
  allowed: readonly AuditEvent[],
): Promise<Reply> {
  const { run, invocation } = admitted
  const writes = plan.effects === 'write'
  // A write command's decision is recorded before its handler starts; a read command's together with its result.
  if (writes && !(await recordStart(services, admitted, allowed)))
    return await tell(services, admitted, unavailable(run))
  const { actor, channel, address } = invocation
  const facts = { ...admitted, actor, channel, address }
  const journal = createJournal(services, admitted.db, { claim: null, actor: invocation.actor, kept: NOTHING_KEPT })
  const execution = await executePlan(services, facts, plan, {
    abort: NEVER,
    journal,
    timeout: { ms: plan.timeoutMs, shown: `${plan.timeoutMs / 1_000} s` },
    progress: async () => {},
  })
  if (execution.state !== 'ended') throw new Error('nobody puts aside, or takes over, what runs inside a request')
  const { events, lines } = journal.rest()
  // What broke instead of refusing is not mended by other words.
  const end = execution.fault ? execution.end : await withFormAgain(services, admitted, plan, execution.end)
  return await settle(services, admitted, {
    from: [writes ? 'running' : 'accepted'],
    ...end,
    lines,
    events: writes ? events : [...allowed, ...events],
  })
}

async function recordStart(
  services: Services,
  { run, db, invocation }: Admitted,
  allowed: readonly AuditEvent[],
): Promise<boolean> {
  const change = services.token()
  const now = services.now()
  const running = auditEvent(now, 'run.running', invocation.actor, { run, attempt: 1 })
  // Its time is the one that it was admitted with: another would be a row more in an index, and not a second later.
  const transition = { run, change, from: ['accepted'], to: 'running', set: { attempt: 1 } } as const
  const results = await commit(db, run, change, recordChange(db, transition, [...allowed, running]))
  return results.length === 0 || results[0]?.meta.changes === 1
}
