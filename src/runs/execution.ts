/**
 * Executes a plan's pipeline for a run, inside a request or a job, and turns the outcome into the run's end. Network: what the
 * commands use.
 */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Reply } from '../chat/reply.ts'
import type { Context } from '../command/command.ts'
import { appendAudit } from '../db/audit.ts'
import { execute, type Outcome, type Suspended } from '../engine/execute.ts'
import { runPipeline } from '../engine/pipeline.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { viewOf } from '../view/view.ts'
import { authoriseCalls } from './authorise.ts'
import { contextOf, type RunFacts } from './context.ts'
import type { Ending } from './end.ts'
import type { Cancelled } from './heartbeat.ts'
import type { Journal } from './journal.ts'
import { keepsRecords } from './kept.ts'
import { memoryOf } from './memory.ts'
import { isElsewhere, senderOf } from './redirect.ts'
import { ended, forwarded, sent, succeeded } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { toolsOf } from './steps.ts'

/** How a run ends. */
export type End = Pick<Ending, 'to' | 'code' | 'reply' | 'records' | 'copies' | 'details'>

export type Execution =
  /** `fault`: a handler broke instead of refusing. */
  | { readonly state: 'ended'; readonly end: End; readonly fault: boolean }
  | ({ readonly state: 'suspended' } & Suspended)
  /** The claim is gone: whoever took it over ends the run. */
  | { readonly state: 'lost' }

export interface Means {
  readonly abort: AbortSignal
  /** Gets one event per stage of a pipeline of several; a single command's end says it all. */
  readonly journal: Journal
  /** How long this attempt may take, and how that is called when it is over. */
  readonly timeout: { readonly ms: number; readonly shown: string }
  readonly progress: Context['progress']
}

/** Runs the stages under one deadline and the given signal. Never throws. */
export async function executePlan(
  services: Services,
  facts: RunFacts,
  plan: RunnablePlan,
  { abort, journal, timeout, progress }: Means,
): Promise<Execution> {
  const { run, actor } = facts
  const outcome = await execute(
    (signal) =>
      runPipeline({
        stages: plan.stages,
        signal,
        contextOf: (place, callSignal) =>
          contextOf(
            services,
            facts,
            place,
            callSignal,
            toolsOf(services, journal, { ...place, run, signal: callSignal, progress }),
          ),
        authorise: async (command, stage, calls) => {
          const late = authoriseCalls(services, facts, command, stage, calls)
          if (command.effects === 'read') for (const event of late.events) journal.note(event)
          else if (!(await record(services, facts, late.events)))
            return `What ${command.name} would do could not be recorded, so it was not started.`
          return late.refusal
        },
        report: ({ stage, command, recordsIn, recordsOut, outcome: result }) => {
          if (plan.stages.length === 1) return
          const counts = { records_in: recordsIn, records_out: recordsOut }
          journal.note(auditEvent(services.now(), `stage.${result}`, actor, { run, stage, command, ...counts }))
        },
        ...(journal.claim !== null && { memory: memoryOf(services, journal, plan) }),
      }),
    timeout.ms,
    abort,
  )
  if (journal.isLost() || (outcome.state === 'aborted' && outcome.by === null)) return { state: 'lost' }
  if (outcome.state === 'suspended') return outcome
  const fault = outcome.state === 'failed' ? outcome.fault : undefined
  if (fault !== undefined) services.log('fault in a command', { run, error: fault })
  return { state: 'ended', end: endOf(facts, plan, outcome, timeout.shown), fault: fault !== undefined }
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
function endOf(
  facts: RunFacts,
  plan: RunnablePlan,
  outcome: Exclude<Outcome, { state: 'suspended' }>,
  timeout: string,
): End {
  const { run } = facts
  const { line } = plan
  const visibility = failureVisibility(plan)
  switch (outcome.state) {
    case 'succeeded':
      return succeededEnd(facts, plan, outcome.records)
    case 'failed': {
      const { message, shown } = outcome
      return { to: 'failed', code: 'handler', reply: ended(run, line, 'failed', message, visibility, shown) }
    }
    case 'timed_out':
      return { to: 'timed_out', code: 'deadline', reply: ended(run, line, 'timed_out', timeout, visibility) }
    case 'aborted':
      return cancelledEnd(run, plan, (outcome.by as Cancelled | null)?.cancelledBy ?? '')
  }
}

/** The end of a run that was asked to stop, by somebody's name. */
export function cancelledEnd(run: string, plan: RunnablePlan, by: string): End {
  return { to: 'cancelled', code: 'cancelled', reply: ended(run, plan.line, 'cancelled', by, failureVisibility(plan)) }
}

function failureVisibility({ mode, answer, targets }: RunnablePlan): Reply['visibility'] {
  return mode === 'job' && !isElsewhere(targets) ? answer : 'private'
}

/** A success, unless the command's view throws: then the run has failed to show what it did, and says so. */
export function succeededEnd(
  facts: RunFacts,
  { stages, answer, mode, line, targets }: RunnablePlan,
  records: Extract<Outcome, { state: 'succeeded' }>['records'],
): End {
  const { run, redirects } = facts
  const { command } = stages.at(-1) ?? stages[0]
  const kept = keepsRecords(stages) ? { records } : {}
  try {
    const reply = succeeded(run, viewOf(run, command, records), answer, mode === 'job')
    if (targets.length === 0) return { to: 'succeeded', code: null, reply, ...kept }
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
      ...kept,
      copies,
      details: { redirects: labels },
    }
  } catch (error) {
    const detail = `it ran, but its view failed: ${messageOf(error)}`
    return {
      to: 'succeeded',
      code: 'view',
      reply: ended(run, line, 'failed', detail, isElsewhere(targets) ? 'private' : answer),
      ...kept,
    }
  }
}
