/** `run retry`: the line of an earlier run, asked again by whoever asks now, as a new run. Network: D1. */
import { anywayButton, retryButton } from '../chat/button.ts'
import type { Invocation } from '../chat/invocation.ts'
import { code, md, plain } from '../chat/markdown.ts'
import type { Block, Reply } from '../chat/reply.ts'
import { MASK } from '../command/redact.ts'
import type { Database } from '../db/database.ts'
import { insist, type Repeat, selectStandingRepeat, selectYieldedTo } from '../db/repeats.ts'
import { type RunRow, resolutionOf, selectRun } from '../db/runs.ts'
import type { Plan, RunnablePlan } from '../engine/plan.ts'
import { isCut } from '../engine/planner.ts'
import type { Services } from './services.ts'
import { isTerminal, type State } from './state.ts'
import { askerStatements, readAsker } from './subject.ts'
import { isOwn, maySeeOthers, wasToldHere } from './visibility.ts'

/** The key of the command; its line is written out before it would run. */
const RETRY = 'run:retry'

/** Ends after which a job's message offers to run it again. */
const RETRIED_STATES: ReadonlySet<State> = new Set(['failed', 'timed_out', 'lost'])

/** An earlier run whose line is asked again. */
export interface Retried {
  readonly row: RunRow
  /** What was typed: `run retry <run>`, which is authorised, too. */
  readonly plan: RunnablePlan
}

type Found = { readonly ok: true; readonly row: RunRow } | { readonly ok: false; readonly blocks: readonly Block[] }

/** Who asks, and where. */
type Asking = Pick<Invocation, 'actor' | 'channel' | 'standing'>

/** True for `run retry` alone on its line; in a pipeline, or with a redirect, the command itself refuses. */
export function isRetry(plan: Plan): plan is RunnablePlan {
  return plan.ok && plan.stages.length === 1 && plan.targets.length === 0 && plan.stages[0].command.key === RETRY
}

/** The run to repeat, or why it cannot be. Throws when D1 cannot be asked. */
export async function findRetried(
  services: Services,
  db: Database,
  asking: Asking,
  { stages: [{ args }] }: RunnablePlan,
): Promise<Found> {
  const id = String(args?.run)
  const [found, repeated] = (await db.batch([selectRun(db, id), selectStandingRepeat(db, id, services.now())])) as [
    D1Result<RunRow>,
    D1Result<Repeat>,
  ]
  const row = found.results[0]
  if (!row || !(await maySee(services, db, asking, row)))
    return refuse(
      `There is no run ${id} that you may retry: it has to be yours, or told in this room; others need the permission run:read. Nothing was run.`,
    )
  if (row.platform !== asking.actor.platform)
    return refuse(`Run ${id} was asked on ${row.platform}, where people and rooms have other ids: retry it there.`)
  if (!isTerminal(row.state))
    return refuse(`Run ${id} is ${row.state.replace('_', ' ')}: there is nothing to retry. run cancel ${id} stops it.`)
  if (!isKeptWhole(row))
    return refuse(
      `Only a part of the line of run ${id} was kept, because it held a secret, was very long or could not be understood: type it again. Nothing was run.`,
    )
  if (row.record !== null && !(isOwn(asking.actor, row) || wasToldHere(asking, row)))
    return refuse(`Run ${id} was started on a message that was not told in this room. Nothing was run.`)
  if (isAnyway(args) || row.effects === 'read') return { ok: true, row }
  if (isUnknown(row)) return { ok: false, blocks: [...unknownBlocks(row), ...questionBlocks(id)] }
  const [again] = repeated.results
  return again ? { ok: false, blocks: againBlocks(row, again) } : { ok: true, row }
}

/**
 * What an admitted repeat says that another one has come before it since {@link findRetried} looked; null for one that goes on.
 * Nothing of it may run then. Throws when D1 cannot be asked.
 */
export async function whyYields(db: Database, run: string, { row, plan }: Retried): Promise<Reply | null> {
  const insisting = isAnyway(plan.stages[0].args) ? [insist(db, run)] : []
  const results = await db.batch<Repeat>([...insisting, selectYieldedTo(db, run)])
  const again = results.at(-1)?.results[0]
  return again ? { visibility: 'private', tone: 'warning', blocks: againBlocks(row, again) } : null
}

function isAnyway(args: RunnablePlan['stages'][0]['args']): boolean {
  return args?.anyway === true
}

async function maySee(services: Services, db: Database, asking: Asking, row: RunRow): Promise<boolean> {
  if (isOwn(asking.actor, row) || wasToldHere(asking, row)) return true
  const asker = await readAsker(services, db, asking, await db.batch(askerStatements(services, db, asking.actor)))
  return asker !== null && maySeeOthers(asker.subject)
}

/** Whether the line of a run is what was typed, to the letter. Lines that began with `!` are kept as they were written out. */
export function isKeptWhole({ history, mode, line }: Pick<RunRow, 'history' | 'mode' | 'line'>): boolean {
  // Only a line that was understood becomes a job.
  return history === 'whole' || (history === 'repeat' && mode === 'job' && !line.includes(MASK) && !isCut(line))
}

/** Whether repeating it may do twice what must be done once; a person who has looked says otherwise with `run resolve`. */
function isUnknown(row: RunRow): boolean {
  return row.state === 'lost' && row.retry === 'unsafe' && resolutionOf(row)?.outcome !== 'failed'
}

function unknownBlocks(row: RunRow): readonly Block[] {
  const { id, line } = row
  const found = resolutionOf(row)
  const known =
    found === null
      ? md`${code(line)} was interrupted (run ${code(id)}). Nobody knows whether it did all of its work, a part or nothing.`
      : md`${code(line)} was interrupted (run ${code(id)}); ${plain(found.by)} found that it had ${plain(found.outcome)}: ${plain(found.note)}`
  const advice = md`Run again, it may be done twice. Look at what it did first; ${code(`run resolve ${id}`)} then says so for all.`
  return [
    { kind: 'text', text: known },
    { kind: 'text', text: advice },
  ]
}

/** Two people who press a button at about the same time mean one thing. */
function againBlocks({ id, line }: RunRow, again: Repeat): readonly Block[] {
  const text = md`${code(line)} (run ${code(id)}) was run again already: run ${code(again.id)} is ${again.state.replace('_', ' ')}.`
  return [{ kind: 'text', text }, ...questionBlocks(id)]
}

function questionBlocks(id: string): readonly Block[] {
  const text = md`Nothing was run. ${code(`run retry ${id} --anyway`)} runs it all the same.`
  return [
    { kind: 'text', text },
    { kind: 'buttons', buttons: [anywayButton(id)] },
  ]
}

/** The end of a job as it is told, with a button to run it again where that makes sense. */
export function offerRetry(row: Pick<RunRow, 'id' | 'history' | 'mode' | 'line'>, to: State, reply: Reply): Reply {
  if (row.mode !== 'job' || !RETRIED_STATES.has(to) || !isKeptWhole(row)) return reply
  return { ...reply, blocks: [...reply.blocks, { kind: 'buttons', buttons: [retryButton(row.id)] }] }
}

function refuse(message: string): Found {
  return { ok: false, blocks: [{ kind: 'text', text: plain(message) }] }
}
