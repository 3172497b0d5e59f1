/**
 * Executes a plan's pipeline for a run, inside a request or a job, and turns the outcome into the run's end. Network: what the
 * commands use.
 */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import { cleanJson, maskTokens } from '../audit/tokens.ts'
import { cleanReply } from '../chat/clean.ts'
import type { Block, Reply } from '../chat/reply.ts'
import type { Arguments, Command, Context } from '../command/command.ts'
import { appendAudit } from '../db/audit.ts'
import { execute, type Outcome, type Suspended } from '../engine/execute.ts'
import { runPipeline } from '../engine/pipeline.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { secretsIn, withoutSecrets } from '../engine/scrub.ts'
import type { PawlRecord } from '../json.ts'
import { viewOf } from '../view/view.ts'
import { offerActions } from './actions.ts'
import { authoriseCalls } from './authorise.ts'
import { contextOf, type RunFacts } from './context.ts'
import { dryWords } from './dry-words.ts'
import type { Ending } from './end.ts'
import type { Cancelled } from './heartbeat.ts'
import type { Journal } from './journal.ts'
import { keepsRecords, takesSecretLine } from './kept.ts'
import { memoryOf } from './memory.ts'
import { isElsewhere, senderOf } from './redirect.ts'
import { ended, failed, forwarded, sent, succeeded, unstopped } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { toolsOf } from './steps.ts'

/** What people may read of a text. */
type Clean = (text: string) => string

/** How a run ends. */
export type End = Pick<Ending, 'to' | 'code' | 'reply' | 'records' | 'actions' | 'copies' | 'details'>

export type Execution =
  /** `fault`: a handler broke instead of refusing. `stopped` is false when it was told to stop and may still be at it. */
  | { readonly state: 'ended'; readonly end: End; readonly fault: boolean; readonly stopped: boolean }
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
  const secrets = plan.stages.flatMap(({ command, args }) => (args === null ? [] : hiddenIn(command, args)))
  const clean: Clean = (text) => withoutSecrets(secrets, text)
  const result = await execute(
    (signal) =>
      runPipeline({
        stages: plan.stages,
        record: plan.record,
        dry: plan.dry,
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
          secrets.push(...calls.flatMap((args) => hiddenIn(command, args)))
          const late = authoriseCalls(services, facts, command, stage, calls, plan.dry)
          if (command.effects === 'read' || plan.dry) for (const event of late.events) journal.note(event)
          else if (!(await record(services, facts, late.events)))
            return `What ${command.name} would do could not be recorded, so it was not started.`
          return late.refusal
        },
        report: ({ stage, command, recordsIn, recordsOut, outcome: result }) => {
          if (plan.stages.length === 1) return
          const attempt = journal.claim?.attempt
          const counts = { records_in: recordsIn, records_out: recordsOut }
          journal.note(
            auditEvent(services.now(), `stage.${result}`, actor, {
              run,
              stage,
              command,
              attempt,
              dry: plan.dry || undefined,
              ...counts,
            }),
          )
        },
        ...(journal.claim !== null && { memory: memoryOf(services, journal, plan) }),
      }),
    timeout.ms,
    abort,
  )
  const outcome = endIfUnkept(result, journal.unkept())
  if (journal.isLost() || (outcome.state === 'aborted' && outcome.by === null)) return { state: 'lost' }
  if (outcome.state === 'suspended') return outcome
  const fault = outcome.state === 'failed' ? outcome.fault : undefined
  if (fault !== undefined) services.log('fault in a command', { run, error: clean(fault) })
  const stopped = 'stopped' in outcome ? outcome.stopped : true
  const end = endOf(services, facts, plan, outcome, timeout.shown, clean)
  return {
    state: 'ended',
    end: end.to === 'succeeded' ? end : withWords(services, facts, plan, end),
    fault: fault !== undefined,
    stopped,
  }
}

/** A dry run that failed has changed nothing, either. */
function withWords(services: Services, facts: RunFacts, plan: RunnablePlan, end: End): End {
  const { above } = dryWords(services, facts, plan)
  return { ...end, reply: { ...end.reply, blocks: [...above, ...end.reply.blocks] } }
}

/** Who waits goes on in another attempt, where what was not kept would be done again: then it ends instead. */
function endIfUnkept(outcome: Outcome, unkept: string | null): Outcome {
  if (outcome.state !== 'suspended' || unkept === null) return outcome
  const message = `it waits, and cannot go on after that without doing again what is done: ${unkept}. Look at what it did before you repeat it.`
  return { state: 'failed', message }
}

/** What an answer must not say of a call's arguments. */
function hiddenIn(command: Command, args: Arguments): string[] {
  return takesSecretLine(command) ? [] : secretsIn(command, args)
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
  services: Pick<Services, 'registry'>,
  facts: RunFacts,
  plan: RunnablePlan,
  outcome: Exclude<Outcome, { state: 'suspended' }>,
  timeout: string,
  clean: Clean,
): End {
  const { run } = facts
  const { line } = plan
  const visibility = failureVisibility(plan)
  switch (outcome.state) {
    case 'succeeded':
      return succeededEnd(services, facts, plan, outcome.records, clean, outcome.told)
    case 'failed': {
      const { message, shown, whole } = outcome
      // Beside other stages the line says which one it was.
      const about = whole && plan.stages.length === 1 ? null : line
      const reply = cleanReply(failed(run, about, message, visibility, shown), clean)
      return { to: 'failed', code: 'handler', reply }
    }
    case 'timed_out': {
      const reply = outcome.stopped
        ? ended(run, line, 'timed_out', timeout, visibility)
        : unstopped(run, line, `ran out of time (${timeout})`, visibility)
      return { to: 'timed_out', code: 'deadline', reply }
    }
    case 'aborted': {
      const by = (outcome.by as Cancelled | null)?.cancelledBy ?? ''
      const end = cancelledEnd(run, plan, by)
      return outcome.stopped ? end : { ...end, reply: unstopped(run, line, `was cancelled by ${by}`, visibility) }
    }
  }
}

/** The end of a run that was asked to stop, by somebody's name. */
export function cancelledEnd(run: string, plan: RunnablePlan, by: string): End {
  return { to: 'cancelled', code: 'cancelled', reply: ended(run, plan.line, 'cancelled', by, failureVisibility(plan)) }
}

function failureVisibility({ mode, answer, targets }: RunnablePlan): Reply['visibility'] {
  return mode === 'job' && !isElsewhere(targets) ? answer : 'private'
}

/**
 * A success, unless the command's view throws: then the run has failed to show what it did, and says so. What is shown, and kept
 * to be shown, is cleaned before it is laid out: a token that was cut to fit could not be told any more.
 */
export function succeededEnd(
  { registry }: Pick<Services, 'registry'>,
  facts: RunFacts,
  plan: RunnablePlan,
  given: Extract<Outcome, { state: 'succeeded' }>['records'],
  clean: Clean = maskTokens,
  told = false,
): End {
  const { run, actor } = facts
  const { stages, answer, mode, line } = plan
  const { above, below, stays } = dryWords({ registry }, facts, plan)
  const redirects = stays ? [] : facts.redirects
  const targets = stays ? [] : plan.targets
  const around = (blocks: readonly Block[]) => [...above, ...blocks, ...below]
  const { command } = stages.at(-1) ?? stages[0]
  const records = given.map((record) => cleanJson(record, clean) as PawlRecord)
  const kept = keepsRecords(stages) ? { records } : {}
  try {
    const shownBy = told ? null : command
    const seen = viewOf(run, shownBy, records)
    const offer = offerActions(registry, { run, platform: actor.platform }, seen.actions, clean)
    const said = succeeded(run, around(seen.blocks), answer, mode === 'job')
    const reply = cleanReply({ ...said, blocks: [...said.blocks, ...offer.blocks] }, clean)
    const { actions } = offer
    if (targets.length + redirects.length === 0) return { to: 'succeeded', code: null, reply, actions, ...kept }
    const forOthers = around(viewOf(run, shownBy, records, 'others').blocks)
    const others = cleanReply(succeeded(run, forOthers, answer, false), clean)
    const copies = redirects.map((redirect) => ({
      label: redirect.label,
      address: redirect.address,
      reply: redirect.own
        ? { ...reply, visibility: 'channel' as const }
        : forwarded({ ...others, tone: reply.tone }, run, senderOf(facts, redirect)),
    }))
    const labels = redirects.filter(({ always }) => !always).map(({ label }) => label)
    const always = redirects.filter((redirect) => redirect.always).map(({ label }) => label)
    return {
      to: 'succeeded',
      code: null,
      reply: labels.length === 0 ? reply : sent(run, line, labels, isElsewhere(targets) ? null : reply),
      actions,
      ...kept,
      copies,
      details: { ...(targets.length > 0 && { redirects: labels }), ...(always.length > 0 && { always }) },
    }
  } catch (error) {
    const detail = `it ran, but its view failed: ${clean(messageOf(error))}`
    return {
      to: 'succeeded',
      code: 'view',
      reply: ended(run, line, 'failed', detail, isElsewhere(targets) ? 'private' : answer),
      ...kept,
    }
  }
}
