/**
 * The invariants of the house, over what is known after an experiment. Pure. What it compares with each other comes from different
 * hands: the rows, the audit, the observed batches, the pretend service's own log, and the people's screens.
 */
import { isLegal, isTerminal, JOINED_ENDS, STATES, type State } from '../../src/runs/state.ts'
import type { Evidence, Told } from './evidence.ts'
import type { Row } from './house.ts'

/** A claim is committed a moment after the consumer looked at the clock. */
const START_SLACK_MS = 5_000

/** Every violation, in words that name the run. */
export function findViolations(evidence: Evidence): string[] {
  const { told, runs, strays, rules } = evidence
  const byId = new Map(runs.map((row) => [String(row.id), row]))
  return [
    ...strays.map((run) => `run ${run} is of no delivery`),
    ...rules.map((rule) => `a platform's rule was broken: ${rule}`),
    ...runs.flatMap((row) => ofRun(evidence, row)),
    ...told.flatMap((one) => ofAnswer(evidence, one, byId.get(one.run))),
    ...ofLocks(evidence),
  ]
}

function ofRun({ audit, effects, changes }: Evidence, row: Row): string[] {
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
  if (row.retry === 'unsafe' && did.length > 1) say(`is unsafe to repeat, and had ${did.length} effects`)
  for (const [tag, same] of Map.groupBy(did, (effect) => effect.tag))
    if (new Set(same.map(({ key }) => key)).size > 1) say(`had the effect ${tag} under different keys`)
  if (did.length > 0 && count('run.running') === 0) say('had an effect and never ran')
  if (state === 'succeeded' && row.effects === 'write' && did.length === 0 && hasEffect(row) && !joined)
    say('succeeded without its effect')

  const started = events.find(({ code }) => code === 'run.running')
  const late = started && row.start_by !== null ? Date.parse(String(started.event.at)) - Number(row.start_by) : 0
  if (late > START_SLACK_MS) say(`started ${late} ms past its time`)
  return wrong
}

/** The trial commands that write call the pretend service; the house's own do not. */
function hasEffect({ command }: Row): boolean {
  return ['touch', 'work', 'rework', 'steps', 'solo'].includes(String(command))
}

/** Events that are named otherwise than the state that they lead to. */
const LEADS_TO: ReadonlyMap<string, State> = new Map([
  ['run.admitted', 'accepted'],
  ['run.joined', 'queued'],
  ['run.woken', 'queued'],
  ['run.suspended', 'queued'],
  ['run.retried', 'queued'],
])

/** The state that an event says was reached; null for events that change none. */
function stateAfter(code: string): State | null {
  const known = LEADS_TO.get(code)
  if (known) return known
  const [kind, name] = code.split('.')
  return kind === 'run' ? (STATES.find((state) => state === name) ?? null) : null
}

/** Every admitted delivery is answered, or its person or the outbox shows that it is not. */
function ofAnswer(
  { outbox, killed }: Evidence,
  { run, line, failed, finals, interims }: Told,
  row: Row | undefined,
): string[] {
  const say = (what: string) => [`run ${run} (${line}): ${what}`]
  if (!row) return failed || finals > 0 ? [] : say('was never admitted, and nobody was told')
  const answer = outbox.find((one) => one.run === run && one.target === 0)
  if (!isTerminal(row.state as State)) return []
  if (answer?.state === 'undeliverable') return []
  if (answer?.state === 'pending') return say('its answer is still on its way')
  if (answer && finals === 0) return say('its answer counts as delivered and is on no screen')
  // Who is killed between posting a word and noting where it is, cannot take it back.
  if (answer) return interims > 0 && !killed ? say('a word that more will come still stands after the answer') : []
  // In the response: a job that was ever queued has its answer brought.
  if (row.mode === 'job' && row.start_by !== null) return say('ended without an answer to bring')
  return finals > 0 || failed ? [] : say('nobody was told, neither the result nor a failure')
}

/** Of each lock, epochs only grow, and each belongs to one run. */
function ofLocks({ audit }: Evidence): string[] {
  const last = new Map<string, { epoch: number; run: string }>()
  return audit.flatMap(({ code, run, event }) => {
    if (code !== 'lock.acquired') return []
    const { lock, epoch } = { lock: String(event.lock), epoch: Number(event.epoch) }
    const before = last.get(lock)
    last.set(lock, { epoch, run })
    if (!before || epoch > before.epoch || (epoch === before.epoch && run === before.run)) return []
    return [`lock ${lock}: epoch ${epoch} of run ${run} came after ${before.epoch} of run ${before.run}`]
  })
}
