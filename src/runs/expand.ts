/**
 * From what was typed to what is asked: `!!`, aliases and `run retry` written out before the plan is made. Network: D1, and only
 * for a line with a name that is no command, or that repeats a run. The plan is then made of the line as written out, so that what is authorised, recorded,
 * queued and shown is what runs.
 */
import { type Expansion, expandPipeline, namesToExpand } from '../alias/expand.ts'
import { actorKey, type Invocation } from '../chat/invocation.ts'
import { plain } from '../chat/markdown.ts'
import { MASK } from '../command/redact.ts'
import { type AliasRow, selectAliases } from '../db/alias.ts'
import type { Database } from '../db/database.ts'
import { type PastLine, selectPastLine } from '../db/history.ts'
import type { RunRow } from '../db/runs.ts'
import type { Plan, RefusedPlan, RunnablePlan } from '../engine/plan.ts'
import { planInput, planInvocation, readLine } from '../engine/planner.ts'
import { printPipeline } from '../language/print.ts'
import type { Pipeline } from '../language/tree.ts'
import { findRetried, isRetry, type Retried } from './retry.ts'
import type { Services } from './services.ts'

/** What an invocation asks for, its names written out. */
export interface Asked<I extends Typed = Typed> {
  /** With the line as it runs; everything else as it came. */
  readonly invocation: I
  readonly plan: Plan
  /** The aliases that were written out, and the earlier runs whose lines are repeated. */
  readonly aliases: readonly string[]
  readonly repeats: readonly string[]
  /** The run that `run retry` asks again. */
  readonly retried: Retried | null
  /** How far the run's line will serve `!!`. */
  readonly history: RunRow['history']
}

/** As much of an invocation as a plan is made of. */
type Typed = Pick<Invocation, 'input' | 'actor' | 'channel' | 'standing'>

type Rooms = Pick<Services, 'registry'>

/** The plan of an invocation with `!!`, aliases and `run retry` written out. Throws when D1 cannot be asked. */
export async function planAsked<I extends Typed>(services: Services, db: Database, invocation: I): Promise<Asked<I>> {
  const asked = await writeOutNames(services, db, invocation)
  return isRetry(asked.plan) ? await writeOutRetry(services, db, asked, asked.plan) : asked
}

/** The line of the run that is to be repeated, in place of `run retry`. */
async function writeOutRetry<I extends Typed>(
  services: Services,
  db: Database,
  asked: Asked<I>,
  plan: RunnablePlan,
): Promise<Asked<I>> {
  const { line, commands } = plan
  const found = await findRetried(services, db, asked.invocation, plan)
  if (!found.ok) {
    const refusal: RefusedPlan = {
      ok: false,
      line,
      code: 'usage',
      commands,
      secretive: false,
      explain: () => found.blocks,
    }
    return { ...asked, plan: refusal, history: 'part' }
  }
  const { row } = found
  const written: I = { ...asked.invocation, input: { kind: 'line', text: row.line, plain: true } }
  const again = { ...asked, invocation: written, plan: planInvocation(services.registry, written) }
  return { ...remembered(services, again), retried: { row, plan } }
}

async function writeOutNames<I extends Typed>(services: Rooms, db: Database, invocation: I): Promise<Asked<I>> {
  const { registry } = services
  const { input, actor } = invocation
  const plan = planInvocation(registry, invocation)
  const asked: Asked<I> = { invocation, plan, aliases: [], repeats: [], retried: null, history: 'part' }
  if (plan.ok || plan.code !== 'unknown_command' || input.kind !== 'line') return remembered(services, asked)
  const parsed = readLine(input, actor.platform)
  if (!parsed.ok) return asked
  const begins = parsed.line.trimStart().startsWith('!')
  const before = await repeatLines(services, db, invocation, parsed.pipeline)
  const history = begins ? 'repeat' : undefined
  if (!before.ok) return { ...asked, plan: refusedPlan(plan.line, before), history: history ?? 'part' }
  const after = await writeOutAliases(services, db, invocation, before.pipeline)
  const found = { aliases: after.ok ? after.used : [], repeats: before.repeats }
  if (!after.ok) return { ...asked, ...found, plan: refusedPlan(plan.line, after), history: history ?? 'part' }
  if (found.aliases.length === 0 && found.repeats.length === 0) return remembered(services, asked)
  const written: I = {
    ...invocation,
    input: { kind: 'line', text: printPipeline(after.pipeline), plain: true },
  }
  const whole = remembered(services, {
    ...asked,
    ...found,
    invocation: written,
    plan: planInvocation(registry, written),
  })
  return { ...whole, history: history ?? whole.history }
}

type Refused = Extract<Expansion, { ok: false }>
type Repeated = { readonly ok: true; readonly pipeline: Pipeline; readonly repeats: readonly string[] } | Refused

/** `!!` and `!3` as the lines that they repeat. */
async function repeatLines(
  { registry }: Rooms,
  db: Database,
  { actor }: Pick<Typed, 'actor'>,
  pipeline: Pipeline,
): Promise<Repeated> {
  const names = namesToExpand(pipeline, registry).filter((name) => name.startsWith('!'))
  if (names.length === 0) return { ok: true, pipeline, repeats: [] }
  const results = await db.batch<PastLine>(names.map((name) => selectPastLine(db, actor, nthOf(name))))
  const lines = new Map<string, string>()
  const repeats: string[] = []
  for (const [i, name] of names.entries()) {
    const row = results[i]?.results[0]
    const wrong = row === undefined ? notThere(name) : notWhole(name, row)
    if (row === undefined || wrong !== null) return { ok: false, code: 'usage', message: wrong ?? notThere(name) }
    lines.set(name, row.line)
    repeats.push(row.id)
  }
  const expansion = expandPipeline(pipeline, { registry, textOf: (name) => lines.get(name) ?? null })
  return expansion.ok ? { ...expansion, repeats } : expansion
}

/** `!!` is `!1`. */
function nthOf(name: string): number {
  return name === '!!' ? 1 : Number(name.slice(1))
}

function notThere(name: string): string {
  return `You have no earlier line that ${name} could mean: history lists those there are.`
}

/** Why a past line cannot be repeated; null when it can. What is kept of it is then not what was typed. */
function notWhole(name: string, { line, history }: PastLine): string | null {
  if (history === 'whole') return null
  const why = line.includes(MASK)
    ? 'it held a secret'
    : line.endsWith('…')
      ? 'it was too long to be kept'
      : 'it could not be understood, so only its beginning was kept'
  return `${name} means the line that starts with "${line.slice(0, 60).toWellFormed()}", and ${why}: type it again.`
}

/** The pipeline with the actor's and the site's aliases written out; D1 is asked once, whatever stands on what. */
async function writeOutAliases(
  { registry }: Rooms,
  db: Database,
  { actor }: Typed,
  pipeline: Pipeline,
): Promise<Expansion> {
  const names = namesToExpand(pipeline, registry).filter((name) => !name.startsWith('!'))
  if (names.length === 0) return { ok: true, pipeline, used: [] }
  const { results } = await selectAliases(db, actorKey(actor), names).all<AliasRow>()
  const texts = new Map(results.map(({ name, text }) => [name, text]))
  return expandPipeline(pipeline, { registry, textOf: (name) => texts.get(name) ?? null })
}

/** A refusal that shows no more of the line than was understood of it. */
function refusedPlan(line: string, { code, message }: Refused): RefusedPlan {
  const text = plain(`${message} Nothing was run.`)
  return { ok: false, line, code, commands: [], secretive: true, explain: () => [{ kind: 'text', text }] }
}

/** Notes whether the plan's line, which will be kept, is what was asked to the letter: then `!!` may repeat it. */
function remembered<I extends Typed>({ registry }: Rooms, asked: Asked<I>): Asked<I> {
  const { plan, invocation } = asked
  const { input, actor } = invocation
  if (input.kind === 'line') {
    const same = readLine(input, actor.platform).line.trim() === plan.line
    return { ...asked, history: same ? 'whole' : 'part' }
  }
  // A platform typed the arguments: the line that stands for them must read as the same ones.
  const again = planInput(registry, { kind: 'line', text: plan.line, plain: true }, actor.platform)
  const same = plan.ok && again.ok && !plan.line.includes(MASK) && argumentsOf(plan) === argumentsOf(again)
  return { ...asked, history: same ? 'whole' : 'part' }
}

function argumentsOf({ stages }: Extract<Plan, { ok: true }>): string {
  return JSON.stringify(stages.map(({ command, args }) => [command.key, args]))
}
