/**
 * Runs the stages of one pipeline over records, in order. Pure: handlers get everything through their context. Never throws.
 */
import { bindEach } from '../command/bind-each.ts'
import { type Resolve, variableText } from '../command/bind-values.ts'
import { BECAUSE_UNSEEN, needsCare } from '../command/care.ts'
import type { Arguments, Command, Context, Result } from '../command/command.ts'
import { CommandFailure } from '../command/failure.ts'
import type { PawlRecord } from '../json.ts'
import { isMute, readsForReal } from './assemble.ts'
import type { Outcome, Suspended } from './execute.ts'
import type { PlannedStage } from './plan.ts'
import { jsonBytes, RECORDS_MAX_BYTES, recordsOf } from './records.ts'
import { resolverOf } from './resolver.ts'
import { scrub } from './scrub.ts'
import { callText } from './shown.ts'

/** Records that may flow into a stage: fewer where each one has an effect. */
const RECORDS_INTO_READ = 1_000
const RECORDS_INTO_WRITE = 100

/** One stage that has run. */
export interface StageReport {
  /** 1 is the first. */
  readonly stage: number
  readonly command: string
  readonly recordsIn: number
  readonly recordsOut: number
  readonly outcome: 'succeeded' | 'failed'
}

/** Which call of which handler. */
export interface CallPlace {
  /** 1 is the first. */
  readonly stage: number
  /** 1 is the stage's first call. */
  readonly call: number
  readonly command: Command
  readonly args: Arguments
}

/** What earlier attempts have finished, and where this one keeps what it finishes. */
export interface Memory {
  stageRecords(stage: number): readonly PawlRecord[] | null
  /** Undefined when the call has not been finished. */
  callResult(stage: number, call: number): { readonly result: unknown } | undefined
  keepStage(stage: number, records: readonly PawlRecord[]): Promise<void>
  keepCall(stage: number, call: number, result: unknown): Promise<void>
  /** Resolves when a handler waits and is put aside: its call is not waited for any more. */
  readonly suspended: Promise<Suspended>
}

export interface PipelineParts {
  readonly stages: readonly PlannedStage[]
  /** What the first stage starts with. */
  readonly record?: PawlRecord | null
  /** True: what changes something only says what it would do. */
  readonly dry?: boolean
  readonly signal: AbortSignal
  /** The context of a call, without records. */
  readonly contextOf: (place: CallPlace, signal: AbortSignal) => Context
  /**
   * Asked for a stage whose arguments came from records, with all of them, before its first effect; null allows. It also
   * records them, and what cannot be recorded is not allowed.
   */
  readonly authorise: (command: Command, stage: number, args: readonly Arguments[]) => Promise<string | null>
  readonly report: (report: StageReport) => void
  /** Of a job; without one, nothing is kept and nobody is put aside. */
  readonly memory?: Memory
}

/** Runs the pipeline; the first stage that fails ends it, and its message says which stages did run. */
export async function runPipeline(parts: PipelineParts): Promise<Outcome> {
  const { stages, record = null, dry = false, signal, report, memory } = parts
  let records: readonly PawlRecord[] = record === null ? [] : [record]
  for (const [index, stage] of stages.entries()) {
    if (signal.aborted) return { state: 'aborted', by: signal.reason, stopped: true }
    const { command } = stage
    const recordsIn = records.length
    const known = memory?.stageRecords(index + 1)
    if (known) {
      records = known
      continue
    }
    const result = await runStage(stage, index, records, parts)
    if (result.state === 'suspended') return result
    const numbers = { stage: index + 1, command: command.key, recordsIn }
    if (result.state !== 'succeeded') {
      report({ ...numbers, recordsOut: 0, outcome: 'failed' })
      return { ...result, message: `${sentence(result.message)}${stagesRun(stages, index)}` }
    }
    records = result.records
    report({ ...numbers, recordsOut: records.length, outcome: 'succeeded' })
    if (dry && isMute(command)) {
      if (index + 1 < stages.length) records = [...records, { value: 'What comes after it in the line was not run.' }]
      return { state: 'succeeded', records, told: true }
    }
    if (index + 1 < stages.length) await memory?.keepStage(index + 1, records)
  }
  const last = stages.at(-1)?.command
  const isTold = dry && (last?.effects === 'write' || last?.dryRun !== null)
  return { state: 'succeeded', records, ...(isTold && { told: true }) }
}

type StageOutcome = Extract<Outcome, { state: 'succeeded' | 'failed' }>
type SuspendedOutcome = Extract<Outcome, { state: 'suspended' }>

async function runStage(
  stage: PlannedStage,
  index: number,
  records: readonly PawlRecord[],
  { signal, contextOf, authorise, memory, dry = false }: PipelineParts,
): Promise<StageOutcome | SuspendedOutcome> {
  const { command } = stage
  const limit = command.effects === 'write' ? RECORDS_INTO_WRITE : RECORDS_INTO_READ
  if (records.length > limit)
    return failed(`${command.name} takes at most ${limit} records and got ${records.length}: filter them first.`)
  const whole = command.input === 'all'
  // The first stage runs once, with an empty record unless the line has one to start with.
  const inputs: readonly PawlRecord[] =
    index === 0 || whole ? [records.length === 1 ? (records[0] ?? {}) : {}] : records
  const literal = stage.args
  const argumentsFor = literal === null ? binderOf(stage, whole && records.length !== 1, dry) : () => literal
  const calls: { readonly record: PawlRecord; readonly args: Arguments }[] = []
  let bytes = 0
  // All are bound and authorised before the first has an effect.
  for (const record of inputs) {
    const bound = argumentsFor(record)
    if (typeof bound === 'string') return failed(bound)
    if (literal === null) bytes += jsonBytes(bound)
    if (bytes > RECORDS_MAX_BYTES)
      return failed(
        `${command.name} would get arguments of more than ${RECORDS_MAX_BYTES} bytes in all: pick fewer fields or filter the records first.`,
      )
    calls.push({ record, args: bound })
  }
  if (literal === null && calls.length > 0) {
    const denied = await authorise(
      command,
      index + 1,
      calls.map(({ args }) => args),
    )
    if (denied !== null) return failed(denied)
  }
  const out: unknown[] = []
  for (const [before, { record, args }] of calls.entries()) {
    if (signal.aborted) return failed(`${command.name} was stopped${after(before, calls.length)}.`)
    if (out.length > RECORDS_INTO_READ) break
    const place = { stage: index + 1, call: before + 1, command, args }
    const known = memory?.callResult(place.stage, place.call)
    if (known) {
      add(out, known.result)
      continue
    }
    try {
      const context = { ...contextOf(place, signal), record, records: whole ? records : [record] }
      const given = callOf(command, args, context, dry)
      let result: unknown = given
      // A thousand calls that give their results at once wait for nothing.
      if (isPromised(given)) {
        const call = await ended(given, memory)
        if (call.state === 'suspended') return call
        result = call.result
      }
      add(out, result)
      if (memory && place.call < calls.length) await memory.keepCall(place.stage, place.call, result)
    } catch (error) {
      const result = failure(command, args, error)
      const where = before > 0 && !dry ? ` It stopped${after(before, calls.length)}.` : ''
      return { ...result, message: `${result.message}${where}` }
    }
  }
  const made = recordsOf(out as readonly PawlRecord[])
  return made.ok ? { state: 'succeeded', records: made.records } : failed(made.message)
}

/** True for what has to be waited for. */
function isPromised(given: Promise<Result> | Result): given is Promise<Result> {
  return typeof given === 'object' && given !== null && 'then' in given && typeof given.then === 'function'
}

/** Whatever a handler does with it, a wait that puts it aside ends the attempt: it has nothing to catch. */
async function ended(given: Promise<Result>, memory: Memory | undefined): Promise<Done | SuspendedOutcome> {
  const finished = Promise.resolve(given).then((result): Done => ({ state: 'done', result }))
  return await (memory ? Promise.race([finished, putAside(memory)]) : finished)
}

interface Done {
  readonly state: 'done'
  readonly result: Result
}

async function putAside({ suspended }: Memory): Promise<SuspendedOutcome> {
  return { state: 'suspended', ...(await suspended) }
}

/** Adds what a handler gave: a list is its items, nothing is nothing. */
function add(out: unknown[], result: unknown): void {
  if (Array.isArray(result)) for (const one of result) out.push(one)
  else if (result !== undefined && result !== null) out.push(result)
}

/** One call; in a dry run what the module says it would do. Who only reads and says nothing of it does it as ever. */
function callOf(command: Command, args: Arguments, context: Context, dry: boolean): Promise<Result> | Result {
  if (!dry) return command.handler(args, context)
  if (isMute(command)) return `would run ${callText(command, args)}; its module cannot say what it would do`
  return (command.dryRun ?? command.handler)(args, context)
}

/** Gives the arguments for a record, or why it has none. */
function binderOf(stage: PlannedStage, many: boolean, dry: boolean): (record: PawlRecord) => Arguments | string {
  const { command, tokens } = stage
  const bind = bindEach(command, tokens)
  return function bindRecord(record) {
    const bound = bind(many ? manyRecords(command) : resolverOf(record))
    if (!bound.ok)
      return `${command.name} could not be bound: ${bound.problems.map(({ message }) => message).join('; ')}.`
    if (!dry && command.singleton(bound.args) !== null)
      return `${command.name} takes a lock that its arguments name: write them out instead of taking them from records.`
    if ((!dry || readsForReal(command)) && needsCare(command.care(bound.args)))
      return `You may not run ${command.name} with these arguments: ${BECAUSE_UNSEEN}.`
    return bound.args
  }
}

/** Variables of a stage that takes the whole list: there is no one record to read. */
function manyRecords(command: Command): Resolve {
  return (path) => ({
    ok: false,
    message: `${variableText(path)} is ambiguous: ${command.name} takes all records at once`,
  })
}

function failed(message: string): StageOutcome {
  return { state: 'failed', message }
}

/** How far a stage came that runs once per record; nothing for one that had not begun. */
function after(done: number, of: number): string {
  return done === 0 ? '' : ` after ${done} of ${of} records, which took effect`
}

function failure(command: Command, args: Arguments, error: unknown): Extract<StageOutcome, { state: 'failed' }> {
  if (error instanceof CommandFailure) {
    const shown = error.shown === null ? {} : { shown: scrub(command, args, error.shown) }
    const whole = error.whole ? { whole: true as const } : {}
    return { state: 'failed', message: scrub(command, args, error.message), ...shown, ...whole }
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const fault = `${command.key}: ${scrub(command, args, text)}`
  return { state: 'failed', message: 'there is a fault in the command itself. The log names it under this run.', fault }
}

/** A handler's words with a full stop, so that the next sentence can follow. */
function sentence(message: string): string {
  return /[.!?…]\s*$/.test(message) ? message : `${message}.`
}

/** Which stages have run before the one that failed; nothing for a single command. */
function stagesRun(stages: readonly PlannedStage[], index: number): string {
  if (stages.length === 1) return ''
  const names = stages.slice(0, index).map(({ command }) => command.name)
  const which = `Stage ${index + 1} of ${stages.length} (${stages[index]?.command.name}) failed`
  return names.length === 0 ? ` ${which}; no stage before it ran.` : ` ${which}; before it ran: ${names.join(', ')}.`
}
