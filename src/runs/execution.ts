/**
 * Executes a plan's pipeline for a run, inside a request or a job, and turns the outcome into the run's end. Network: what the
 * commands use.
 */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Context } from '../command/command.ts'
import { appendAudit } from '../db/audit.ts'
import { execute, type Outcome } from '../engine/execute.ts'
import { runPipeline } from '../engine/pipeline.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { viewOf } from '../view/view.ts'
import { authoriseCalls } from './authorise.ts'
import { contextOf, type RunFacts } from './context.ts'
import type { Ending } from './end.ts'
import type { Cancelled } from './heartbeat.ts'
import { isElsewhere, senderOf } from './redirect.ts'
import { ended, forwarded, sent, succeeded } from './replies.ts'
import { messageOf, type Services } from './services.ts'

/** How a run ends; null when its claim was lost: then whoever took it over ends it. */
export type End = Pick<Ending, 'to' | 'code' | 'reply' | 'records' | 'copies' | 'details'>

export interface Execution {
  readonly end: End
  readonly lost: boolean
  /** One event per stage of a pipeline of several; a single command's end says it all. */
  readonly events: readonly AuditEvent[]
}

/** Runs the stages under one deadline and the given signal. Never throws. */
export async function executePlan(
  services: Services,
  facts: RunFacts,
  plan: RunnablePlan,
  abort: AbortSignal,
  progress: Context['progress'],
): Promise<Execution> {
  const { run, actor } = facts
  const events: AuditEvent[] = []
  const outcome = await execute(
    (signal) =>
      runPipeline({
        stages: plan.stages,
        signal,
        contextOf: (command, stageSignal) => contextOf(services, facts, command, stageSignal, progress),
        authorise: async (command, stage, calls) => {
          const late = authoriseCalls(services, facts, command, stage, calls)
          if (command.effects === 'read') events.push(...late.events)
          else if (!(await record(services, facts, late.events)))
            return `What ${command.name} would do could not be recorded, so it was not started.`
          return late.refusal
        },
        report: ({ stage, command, recordsIn, recordsOut, outcome: result }) => {
          if (plan.stages.length === 1) return
          const counts = { records_in: recordsIn, records_out: recordsOut }
          events.push(auditEvent(services.now(), `stage.${result}`, actor, { run, stage, command, ...counts }))
        },
      }),
    plan.timeoutMs,
    abort,
  )
  if (outcome.state === 'failed' && outcome.fault !== undefined)
    services.log('fault in a command', { run, error: outcome.fault })
  const lost = outcome.state === 'aborted' && outcome.by === null
  return { end: endOf(facts, plan, outcome), lost, events }
}

/** Decide before effect: what a stage that writes is about to do is in the log before it does it. */
async function record(services: Services, { db, run }: RunFacts, events: readonly AuditEvent[]): Promise<boolean> {
  try {
    await appendAudit(db, { when: 'always' }, events).run()
    return true
  } catch (error) {
    services.log('decision not recorded', { run, error: messageOf(error) })
    return false
  }
}

/**
 * The end state and the answer for an outcome. What fails is told to the room by a job, to the asker alone otherwise, and where
 * the answer was to go elsewhere.
 */
function endOf(facts: RunFacts, plan: RunnablePlan, outcome: Outcome): End {
  const { run } = facts
  const { line, mode } = plan
  const visibility = mode === 'job' && !isElsewhere(plan.targets) ? plan.answer : 'private'
  switch (outcome.state) {
    case 'succeeded':
      return succeededEnd(facts, plan, outcome.records)
    case 'failed': {
      const { message, shown } = outcome
      return { to: 'failed', code: 'handler', reply: ended(run, line, 'failed', message, visibility, shown) }
    }
    case 'timed_out': {
      const detail = `${plan.timeoutMs / 1_000} s`
      return { to: 'timed_out', code: 'deadline', reply: ended(run, line, 'timed_out', detail, visibility) }
    }
    case 'aborted': {
      const by = (outcome.by as Cancelled | null)?.cancelledBy ?? ''
      return { to: 'cancelled', code: 'cancelled', reply: ended(run, line, 'cancelled', by, visibility) }
    }
  }
}

/** A success, unless the command's view throws: then the run has failed to show what it did, and says so. */
function succeededEnd(
  facts: RunFacts,
  { stages, answer, mode, line, targets }: RunnablePlan,
  records: Extract<Outcome, { state: 'succeeded' }>['records'],
): End {
  const { run, redirects } = facts
  const { command } = stages.at(-1) ?? stages[0]
  try {
    const reply = succeeded(run, viewOf(run, command, records), answer, mode === 'job')
    if (targets.length === 0) return { to: 'succeeded', code: null, reply, records }
    const others = succeeded(run, viewOf(run, command, records, 'others'), answer, false)
    const copies = redirects.map((redirect) => ({
      label: redirect.label,
      address: redirect.address,
      reply: redirect.own
        ? { ...reply, visibility: 'channel' as const }
        : forwarded({ ...others, tone: reply.tone }, run, senderOf(facts, redirect)),
    }))
    const labels = redirects.map(({ label }) => label)
    return {
      to: 'succeeded',
      code: null,
      reply: labels.length === 0 ? reply : sent(run, line, labels, isElsewhere(targets) ? null : reply),
      records,
      copies,
      details: { redirects: labels },
    }
  } catch (error) {
    const detail = `it ran, but its view failed: ${messageOf(error)}`
    return {
      to: 'succeeded',
      code: 'view',
      reply: ended(run, line, 'failed', detail, isElsewhere(targets) ? 'private' : answer),
      records,
    }
  }
}
