/**
 * The invariants of the house, over what is known after an experiment. Pure. What it compares with each other comes from different
 * hands: the rows, the audit, the observed batches, the pretend service's own log, and the people's screens.
 */
import { isLegal, isTerminal, JOINED_ENDS, STATES, type State } from '../../src/runs/state.ts'
import { ofAnswer } from './checker-answers.ts'
import { ofLocks } from './checker-locks.ts'
import { stateAfter } from './events.ts'
import type { Evidence, Told } from './evidence.ts'
import type { Row } from './house.ts'

/** A claim is committed a moment after the consumer looked at the clock. */
const START_SLACK_MS = 5_000

/** Ends that promise that nothing more is done; of a lost run nobody knows. */
const STOPPED: ReadonlySet<string> = new Set(['cancelled', 'timed_out'])
const STILL_AT_WORK = 'may still be at work'

/** Every violation, in words that name the run. */
export function findViolations(evidence: Evidence): string[] {
  const { told, runs, unfound, strays, rules } = evidence
  const byId = new Map(runs.map((row) => [String(row.id), row]))
  return [
    ...unfound.map((run) => `run ${run} does not lead to each of its lines of the log`),
    ...strays.map((run) => `run ${run} is of no delivery`),
    ...rules.map((rule) => `a platform's rule was broken: ${rule}`),
    ...runs.flatMap((row) => ofRun(evidence, row)),
    ...told.flatMap((one) => ofAnswer(evidence, one, byId.get(one.run))),
    ...ofLocks(evidence),
    ...told.flatMap((one) => ofWorkAfterEnd(evidence, one)),
  ]
}

function ofRun({ audit, effects, changes, outbox, runs }: Evidence, row: Row): string[] {
  const run = String(row.id)
  const state = row.state as State
  const wrong: string[] = []
  const say = (what: string) => wrong.push(`run ${run} (${row.line}): ${what}`)
  const events = audit.filter((event) => event.run === run)
  const count = (code: string) => events.filter((event) => event.code === code).length

  const joined = count('run.joined') > 0

  if (count('run.admitted') !== 1) say(`admitted ${count('run.admitted')} times`)
  if (!isTerminal(state)) say(`has no end: ${state}`)
  if (isTerminal(state) && row.due_at !== null) say('has ended and is still due')

  const steps = events.map(({ code }) => stateAfter(code)).filter((step) => step !== null)
  for (const [i, step] of steps.entries()) {
    const from = steps[i - 1]
    if (from === undefined || from === step || isLegal(from, step)) continue
    if (!(joined && from === 'queued' && JOINED_ENDS.includes(step))) say(`went from ${from} to ${step}`)
  }
  if (steps.at(-1) !== state) say(`stands at ${state}, and its audit ends with ${steps.at(-1) ?? 'nothing'}`)
  for (const to of STATES.filter(isTerminal)) if (count(`run.${to}`) > 1) say(`ended as ${to} more than once`)
  if (count('run.running') !== row.attempt) say(`has attempt ${row.attempt} and ${count('run.running')} claims`)
  for (const { to, took } of changes.filter((change) => change.run === run))
    if (took && !steps.includes(to as State)) say(`became ${to} without an audit event`)

  const did = effects.filter((effect) => effect.run === run && effect.what === 'did')
  for (const [tag, same] of Map.groupBy(did, (effect) => effect.tag)) {
    if (row.retry === 'unsafe' && same.length > 1)
      say(`is unsafe to repeat, and had the effect ${tag} ${same.length} times`)
    if (new Set(same.map(({ key }) => key)).size > 1) say(`had the effect ${tag} under different keys`)
  }
  if (did.length > 0 && count('run.running') === 0) say('had an effect and never ran')
  if (state === 'succeeded' && row.effects === 'write' && did.length === 0 && hasEffect(row) && !joined)
    say('succeeded without its effect')

  const started = events.find(({ code }) => code === 'run.running')
  const late = started && row.start_by !== null ? Date.parse(String(started.event.at)) - Number(row.start_by) : 0
  if (late > START_SLACK_MS) say(`started ${late} ms past its time`)

  const target = joined ? runs.find(({ id }) => id === row.joins) : undefined
  if (target && row.attempt === 0 && JOINED_ENDS.includes(state) && target.state !== state)
    say(`joined run ${target.id}, which is ${target.state}, and is ${state} itself`)
  const repeats = audit.filter(({ code, event }) => code === 'run.repeated' && event.by_run === run)
  const repeated = row.retries == null ? [] : [row.retries]
  if (repeats.map((event) => event.run).join() !== repeated.join())
    say(`repeats run ${repeated.join() || 'none'}, and ${repeats.length} audit events say so`)
  if (count('run.resolved') > 0 !== (row.resolution != null))
    say(`has ${row.resolution == null ? 'no' : 'a'} resolution, and ${count('run.resolved')} audit events of one`)
  if (count('run.resolved') > 0 && state !== 'lost') say(`was resolved, and is ${state}`)
  const waiting = outbox.filter((word) => word.run === run && word.target !== 0 && word.state === 'pending')
  if (waiting.length > 0) say(`${waiting.length} further words about it are still on their way`)
  return wrong
}

/** The trial commands that write, each of which calls the pretend service; the house's own do not. */
const WITH_EFFECT: ReadonlySet<string> = new Set([
  'touch',
  'work',
  'rework',
  'steps',
  'long',
  'watch',
  'solo',
  'resolo',
])

function hasEffect({ command }: Row): boolean {
  return String(command)
    .split('|')
    .some((stage) => WITH_EFFECT.has(stage))
}

/** A run that was stopped does nothing any more; if its handler did not hear, its answer says so. */
function ofWorkAfterEnd({ changes, effects }: Evidence, { run, line, finals }: Told): string[] {
  const end = changes.find((change) => change.run === run && change.took && STOPPED.has(change.to))
  const later = end && effects.find((effect) => effect.run === run && effect.at > end.at)
  if (!later || finals.some((text) => text.includes(STILL_AT_WORK))) return []
  return [
    `run ${run} (${line}): ${later.what} it ${later.at - end.at} ms after it was ${end.to}, and its answer does not say so`,
  ]
}
