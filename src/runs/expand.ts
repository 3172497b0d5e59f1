/**
 * From what was typed to what is asked: `!!`, aliases, `run retry` and `run action` written out before the plan is made. Network: D1, and only
 * for a line with a name that is no command, or that repeats a run. The plan is then made of the line as written out, so that what is authorised, recorded,
 * queued and shown is what runs.
 */
import { type Expansion, expandPipeline, namesToExpand } from '../alias/expand.ts'
import { actorKey, type Invocation } from '../chat/invocation.ts'
import { plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { MASK } from '../command/redact.ts'
import { type AliasRow, selectAliases } from '../db/alias.ts'
import type { Database } from '../db/database.ts'
import { type PastLine, selectPastLine } from '../db/history.ts'
import { authorsOf, type RunRow, recordOf } from '../db/runs.ts'
import type { Plan, RefusedPlan, RunnablePlan } from '../engine/plan.ts'
import { isCut, planInput, planInvocation, readLine } from '../engine/planner.ts'
import type { PawlRecord } from '../json.ts'
import { printPipeline } from '../language/print.ts'
import type { Pipeline } from '../language/tree.ts'
import { findAction, isPress, noSuchButton, type Pressed } from './actions.ts'
import { type Glass, glassOf, isGlass } from './break-glass.ts'
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
  /** The keys of the accounts that wrote those aliases, or the ones in an earlier run or the form that it is taken from. */
  readonly authors: readonly string[]
  /** The run that `run retry` asks again. */
  readonly retried: Retried | null
  /** The button of a result that was pressed. */
  readonly pressed: Pressed | null
  /** What `break-glass` was typed for. */
  readonly glass: Glass | null
  /** How far the run's line will serve `!!`. */
  readonly history: RunRow['history']
}

/** As much of an invocation as a plan is made of. */
type Typed = Pick<Invocation, 'input' | 'actor' | 'channel' | 'standing' | 'record' | 'authors'>

type Rooms = Pick<Services, 'registry'>

/** The plan of an invocation with `!!`, aliases and `run retry` written out. Throws when D1 cannot be asked. */
export async function planAsked<I extends Typed>(services: Services, db: Database, invocation: I): Promise<Asked<I>> {
  const asked = await writeOutNames(services, db, invocation)
  if (isGlass(asked.plan)) return await writeOutGlass(services, db, asked, asked.plan)
  if (isPress(asked.plan)) return await writeOutAction(services, db, asked, asked.plan)
  return isRetry(asked.plan) ? await writeOutRetry(services, db, asked, asked.plan) : asked
}

/** The line that `break-glass` is for, in its place, with its own names written out. */
async function writeOutGlass<I extends Typed>(
  services: Rooms,
  db: Database,
  { aliases, authors, ...asked }: Asked<I>,
  plan: RunnablePlan,
): Promise<Asked<I>> {
  const { reason, line } = glassOf(plan)
  const input = { kind: 'line' as const, text: line, plain: true as const }
  const written = await writeOutNames(services, db, { ...asked.invocation, input })
  return {
    ...written,
    // A form would ask for the line alone, and run it without this.
    plan: withoutForm(written.plan),
    aliases: [...aliases, ...written.aliases],
    authors: [...authors, ...written.authors],
    glass: { reason, plan },
  }
}

function withoutForm(plan: Plan): Plan {
  if (plan.ok || plan.form === undefined) return plan
  const { form: _, ...rest } = plan
  return rest
}

/** The line that a button offers, in place of `run action`. */
async function writeOutAction<I extends Typed>(
  services: Rooms,
  db: Database,
  asked: Asked<I>,
  plan: RunnablePlan,
): Promise<Asked<I>> {
  const found = await findAction(db, asked.invocation, plan)
  if (found === null) return { ...asked, plan: unfound(plan, noSuchButton), history: 'part' }
  const { row, line } = found
  const again = writtenAs(services, asked, line, null)
  const authors = [...asked.authors, ...authorsOf(row)]
  return { ...remembered(services, again), authors, pressed: { run: row.id, plan } }
}

/** The same with another line in place of what was typed, and what that line starts with. */
function writtenAs<I extends Typed>(
  { registry }: Rooms,
  asked: Asked<I>,
  line: string,
  record: PawlRecord | null,
): Asked<I> {
  const { record: _, ...rest } = asked.invocation
  const input = { kind: 'line' as const, text: line, plain: true as const }
  const invocation = { ...rest, input, ...(record && { record }) } as I
  return { ...asked, invocation, plan: planInvocation(registry, invocation) }
}

/** What was asked for cannot be written out. */
function unfound({ line, commands }: RunnablePlan, blocks: readonly Block[]): RefusedPlan {
  return { ok: false, line, code: 'usage', commands, secretive: false, explain: () => blocks }
}

/** The line of the run that is to be repeated, in place of `run retry`. */
async function writeOutRetry<I extends Typed>(
  services: Services,
  db: Database,
  asked: Asked<I>,
  plan: RunnablePlan,
): Promise<Asked<I>> {
  const found = await findRetried(services, db, asked.invocation, plan)
  if (!found.ok) return { ...asked, plan: unfound(plan, found.blocks), history: 'part' }
  const { row } = found
  const again = writtenAs(services, asked, row.line, recordOf(row))
  const authors = [...asked.authors, ...authorsOf(row)]
  return { ...remembered(services, again), authors, retried: { row, plan } }
}

async function writeOutNames<I extends Typed>(services: Rooms, db: Database, invocation: I): Promise<Asked<I>> {
  const { registry } = services
  const { input, actor } = invocation
  const plan = planInvocation(registry, invocation)
  const asked: Asked<I> = {
    invocation,
    plan,
    aliases: [],
    repeats: [],
    authors: invocation.authors ?? [],
    retried: null,
    pressed: null,
    glass: null,
    history: 'part',
  }
  if (plan.ok || plan.code !== 'unknown_command' || input.kind !== 'line') return remembered(services, asked)
  const parsed = readLine(input, actor.platform)
  if (!parsed.ok) return asked
  const begins = parsed.line.trimStart().startsWith('!')
  const before = await repeatLines(services, db, invocation, parsed.pipeline)
  const history = begins ? 'repeat' : undefined
  if (!before.ok) return { ...asked, plan: refusedPlan(plan.line, before), history: history ?? 'part' }
  const after = await writeOutAliases(services, db, invocation, before.pipeline)
  const authors = [...asked.authors, ...before.authors, ...after.authors]
  const found = { aliases: after.ok ? after.used : [], repeats: before.repeats, authors }
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
type Repeated =
  | {
      readonly ok: true
      readonly pipeline: Pipeline
      readonly repeats: readonly string[]
      readonly authors: readonly string[]
    }
  | Refused

/** `!!` and `!3` as the lines that they repeat. */
async function repeatLines(
  { registry }: Rooms,
  db: Database,
  { actor }: Pick<Typed, 'actor'>,
  pipeline: Pipeline,
): Promise<Repeated> {
  const names = namesToExpand(pipeline, registry).filter((name) => name.startsWith('!'))
  if (names.length === 0) return { ok: true, pipeline, repeats: [], authors: [] }
  const results = await db.batch<PastLine>(names.map((name) => selectPastLine(db, actor, nthOf(name))))
  const lines = new Map<string, string>()
  const repeats: string[] = []
  const authors: string[] = []
  for (const [i, name] of names.entries()) {
    const row = results[i]?.results[0]
    const wrong = row === undefined ? notThere(name) : notWhole(name, row)
    if (row === undefined || wrong !== null) return { ok: false, code: 'usage', message: wrong ?? notThere(name) }
    lines.set(name, row.line)
    repeats.push(row.id)
    authors.push(...authorsOf(row))
  }
  const expansion = expandPipeline(pipeline, { registry, textOf: (name) => lines.get(name) ?? null })
  return expansion.ok ? { ...expansion, repeats, authors } : expansion
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
    : isCut(line)
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
): Promise<Expansion & { readonly authors: readonly string[] }> {
  const names = namesToExpand(pipeline, registry).filter((name) => !name.startsWith('!'))
  if (names.length === 0) return { ok: true, pipeline, used: [], authors: [] }
  const { results } = await selectAliases(db, actorKey(actor), names).all<AliasRow>()
  const texts = new Map(results.map(({ name, text }) => [name, text]))
  const expansion = expandPipeline(pipeline, { registry, textOf: (name) => texts.get(name) ?? null })
  const used = new Set(expansion.ok ? expansion.used : [])
  return { ...expansion, authors: results.filter(({ name }) => used.has(name)).map((alias) => alias.created_by) }
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
