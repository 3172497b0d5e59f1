/**
 * From what was asked to what would run: the stages of the pipeline, each with its command and, as far as they are literal, its
 * arguments; and what kind of run it is. Pure: the same plan is made at admission and again when a queued run starts.
 */
import { maskTokens } from '../audit/tokens.ts'
import type { Invocation } from '../chat/invocation.ts'
import { md } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { type Bound, bindStage, bindTyped } from '../command/bind.ts'
import { noRecord } from '../command/bind-values.ts'
import type { Command } from '../command/command.ts'
import { FLAG_NAMES, joinFlags } from '../command/flags.ts'
import { lookup } from '../command/lookup.ts'
import { MASK, maskPlaces } from '../command/redact.ts'
import type { Registry } from '../command/registry.ts'
import { describeCommand, helpBlocks } from '../command/usage.ts'
import type { Json, PawlRecord } from '../json.ts'
import { parsePipeline } from '../language/parse.ts'
import { printStage, printWord } from '../language/print.ts'
import type { ParseResult, Pipeline, Place, Stage, Token, Value } from '../language/tree.ts'
import type { Target } from '../runs/courier.ts'
import { hasSecrets, refused, runnable } from './assemble.ts'
import { inputToJson, type LineInput, type Plan, type RefusedPlan, type StoredInput } from './plan.ts'
import { jsonBytes } from './records.ts'
import { messageTooLong, problemAt, startHere, unknownCommand, usageProblems } from './refusals.ts'
import { resolverOf } from './resolver.ts'

/** A longer line is cut where it is shown and kept. */
const LINE_SHOWN = 500

/** More is a program, not a line; the law's limit. */
const STAGES_MAX = 10

/** Each place is looked up and posted to on its own, within one request; nobody means to tell more at once. */
const REDIRECTS_MAX = 10

/** What a line may start with: a message is shorter, and it is kept with the run. */
const RECORD_MAX_BYTES = 64 * 1024

/** The plan of an invocation. Never throws. */
export function planInvocation(
  registry: Registry,
  { input, actor, record }: Pick<Invocation, 'input' | 'actor' | 'record'>,
): Plan {
  return planInput(registry, inputToJson(input), actor.platform, record ?? null)
}

/** The plan of an input that was kept, on the record that it starts with. Never throws. */
export function planInput(
  registry: Registry,
  input: StoredInput,
  platform: string,
  record: PawlRecord | null = null,
): Plan {
  return input.kind === 'line'
    ? planLine(registry, input, platform, record)
    : planTyped(registry, input.path, new Map(input.options), record)
}

/** The tree of a line that came from a platform, or that the house wrote itself. */
export function readLine({ text, plain }: LineInput, platform: string): ParseResult {
  if (plain) return parsePipeline(text)
  return parsePipeline(text, { platform: platform === 'slack' || platform === 'discord' ? platform : 'plain' })
}

function planLine(registry: Registry, input: LineInput, platform: string, record: PawlRecord | null): Plan {
  if (input.text.trim() === '') return refused('', 'empty', [], startHere)
  const parsed = readLine(input, platform)
  const { line } = parsed
  // Until it is understood, a line may hold a secret anywhere after its first word.
  const firstWord = cut(line.trimStart().split(/\s/, 1)[0] ?? '')
  if (!parsed.ok) {
    const { error } = parsed
    const shown = mayHoldSecret(registry, line) ? null : line
    return refused(firstWord, 'syntax', [], () => problemAt(shown, error, error.message))
  }
  if (record !== null && jsonBytes(record) > RECORD_MAX_BYTES) return refused(firstWord, 'limit', [], messageTooLong)
  return planPipeline(registry, line, parsed.pipeline, { firstWord, record })
}

function planPipeline(
  registry: Registry,
  line: string,
  { stages, redirects }: Pipeline,
  { firstWord, record }: { readonly firstWord: string; readonly record: PawlRecord | null },
): Plan {
  const extra = stages[STAGES_MAX]
  if (extra)
    return refused(firstWord, 'limit', [], () =>
      problemAt(
        mayHoldSecret(registry, line) ? null : line,
        extra,
        `a pipeline has at most ${STAGES_MAX} stages; this one has ${stages.length}. Nothing was run`,
      ),
    )
  const found = stages.map((stage) => ({ stage, ...lookup(registry, stage) }))
  const commands = found.flatMap((one) => (one.ok ? [one.command] : []))
  const missing = found.find((one) => !one.ok)
  if (missing && !missing.ok)
    return refused(firstWord, 'unknown_command', commands, (allowed) =>
      unknownCommand(registry, missing.typed, allowed),
    )
  const secretive = commands.some(hasSecrets)
  const excess = redirects[REDIRECTS_MAX]
  if (excess)
    return refused(firstWord, 'limit', commands, () =>
      problemAt(
        secretive ? null : line,
        excess,
        `an answer goes to at most ${REDIRECTS_MAX} places; this line names ${redirects.length}. Nothing was run`,
      ),
    )
  const targets = redirects.map(({ to }) => targetOf(to))
  const unclear = redirects.find((_, i) => targets[i] === null)
  if (unclear)
    return refused(firstWord, 'usage', commands, () =>
      problemAt(
        secretive ? null : line,
        unclear,
        'a redirect goes to #room, @person, me, thread or here, written out. Nothing was run',
      ),
    )
  const bindings = found.flatMap((one, i) =>
    one.ok ? [bindLiteral(one.stage, one.command, one.tokens, i, record)] : [],
  )
  const secrets = bindings.flatMap(({ bound }) => bound.secrets)
  // What could not be bound could not be masked for certain: keep the names alone where a command has secrets.
  const failed = bindings.find((one) => one.problem !== null)
  const shown = failed && secretive ? commands.map(({ name }) => name).join(' | ') : maskPlaces(line, secrets).trim()
  if (failed?.problem) {
    const { problem } = failed
    const plan = refused(cut(shown), problem.code, commands, () => problem.explain(secretive ? null : line))
    const alone = bindings.length === 1 && redirects.length === 0
    return alone ? withForm(plan, failed.command, failed.bound) : plan
  }
  return runnable(
    cut(shown),
    bindings.map(({ command, tokens, bound, late }) => {
      const args = bound.ok && !late ? bound.args : null
      const known = bound.ok ? null : bound.known
      return { command, tokens, args, known }
    }),
    distinct(targets),
    joinFlags(bindings.map(({ bound }) => bound.flags)),
    record,
  )
}

/** A refusal with the form that would mend it: where the form was asked for, or nothing is wrong but that options are missing. */
function withForm(plan: RefusedPlan, command: Command, bound: Bound): RefusedPlan {
  const isMissing = (option: string | null) => option !== null && !Object.hasOwn(bound.raw, option)
  const onlyMissing =
    !bound.ok &&
    bound.problems.length > 0 &&
    bound.problems.every(({ option, place }) => place === null && isMissing(option))
  if (!(bound.flags.form || onlyMissing) || command.options.length === 0) return plan
  const open = command.options.filter(({ secret }) => !secret).map(({ name }) => name)
  const given = Object.fromEntries(Object.entries(bound.raw).filter(([name]) => open.includes(name)))
  const { dryRun, because } = bound.flags
  const flags = { ...(dryRun && { 'dry-run': true }), ...(because !== null && { why: because }) }
  return { ...plan, form: { command, given, flags } }
}

/** Where a line that was planned before sends its answer. */
export function targetsIn(input: StoredInput, platform: string): readonly Target[] {
  const parsed = input.kind === 'line' ? readLine(input, platform) : null
  return parsed?.ok ? distinct(parsed.pipeline.redirects.map(({ to }) => targetOf(to))) : []
}

/** Each place once. */
function distinct(targets: readonly (Target | null)[]): Target[] {
  const byText = new Map(targets.flatMap((target) => (target ? [[JSON.stringify(target), target]] : [])))
  return [...byText.values()]
}

/** The place that a redirect names; null for one that depends on records, or on a misspelling. */
function targetOf(to: Value): Target | null {
  if (to.kind !== 'text') return null
  const { text } = to
  if (text === 'here' || text === 'me' || text === 'thread') return { kind: text }
  const id = text.slice(1)
  if (id === '') return null
  if (text.startsWith('#')) return { kind: 'channel', id }
  return text.startsWith('@') ? { kind: 'user', id } : null
}

interface Binding {
  readonly command: Command
  readonly tokens: readonly Token[]
  readonly bound: Bound
  /** True when some argument waits for a record. */
  readonly late: boolean
  readonly problem: {
    readonly code: RefusedPlan['code']
    /** `line` is null where it may hold a secret: then it is not shown. */
    readonly explain: (line: string | null) => readonly Block[]
  } | null
}

/** What the resolver of a planned stage says of a variable: it is no problem yet. */
const LATER = 'bound to each record'

function bindLiteral(
  stage: Stage,
  command: Command,
  tokens: readonly Token[],
  index: number,
  record: PawlRecord | null,
): Binding {
  const first = record === null ? noRecord : resolverOf(record)
  const bound = bindStage(command, tokens, index === 0 ? first : () => ({ ok: false, message: LATER }))
  const base = { command, tokens, bound, late: false }
  if (index > 0 && command.input === 'none') {
    const message = `${command.name} takes nothing from a pipe: put it first. Nothing was run`
    return { ...base, problem: { code: 'usage', explain: (line) => problemAt(line, headOf(stage), message) } }
  }
  if (bound.ok && bound.flags.form) return { ...base, problem: { code: 'form', explain: formInstead(command) } }
  if (bound.ok) return { ...base, problem: null }
  if (bound.help) return { ...base, problem: { code: 'help', explain: () => helpBlocks(describeCommand(command)) } }
  const problems = bound.problems.filter(({ message }) => message !== LATER)
  if (problems.length === 0) return { ...base, late: true, problem: null }
  return { ...base, problem: { code: 'usage', explain: (line) => usageProblems(command, problems, line) } }
}

/** What is said where no form can be opened, or the line is more than one command. */
function formInstead(command: Command): () => readonly Block[] {
  return () => [
    { kind: 'text', text: md`A form asks for the options of one command; here it is typed:` },
    ...helpBlocks(describeCommand(command)),
  ]
}

/** The place of a stage's first word. */
function headOf(stage: Stage): Place {
  return stage.tokens[0] ?? stage
}

function planTyped(
  registry: Registry,
  path: readonly string[],
  options: ReadonlyMap<string, Json>,
  record: PawlRecord | null,
): Plan {
  const command = registry.byKey(path.join(':'))
  const name = cut(path.join(' '))
  if (!command) return refused(name, 'unknown_command', [], (allowed) => unknownCommand(registry, path, allowed))
  const bound = bindTyped(command, options)
  const line = cut([name, ...lineOf(command, options)].join(' '))
  if (bound.ok) return runnable(line, [{ command, tokens: [], args: bound.args, known: null }], [], bound.flags, record)
  const kept = hasSecrets(command) ? name : line
  if (bound.help) return refused(kept, 'help', [command], () => helpBlocks(describeCommand(command)))
  const plan = refused(kept, 'usage', [command], () => usageProblems(command, bound.problems, null))
  return withForm(plan, command, bound)
}

/** Whether a line that cannot be read may be kept: each stage begins with a command of the house, and none of these has a secret option. */
export function mayKeepUnread(registry: Registry, line: string): boolean {
  const heads = new Set(registry.all().map(({ path: [first] }) => first))
  // An alias, or `!!`, may stand for any command.
  const known = line.split('|').every((stage) => heads.has(stage.trim().toLowerCase().split(/[\s:]/, 1)[0]))
  return known && !mayHoldSecret(registry, line)
}

/** Whether a line that cannot be read may be meant for a command with secret options. */
function mayHoldSecret(registry: Registry, line: string): boolean {
  const words = new Set(line.toLowerCase().split(/[\s|:]+/))
  return registry.all().some((command) => hasSecrets(command) && words.has(command.path[0] ?? ''))
}

/** What was given, as somebody would type it: what the last option lists stands at the end without its name, where nothing before it is open. */
function lineOf(command: Command, options: ReadonlyMap<string, Json>): string[] {
  const last = command.options.at(-1)
  const isTail =
    last?.list === true &&
    !last.secret &&
    last.kind === 'string' &&
    command.options.every(({ name, kind }) => kind === 'boolean' || options.has(name))
  const named = [...options].filter(([name]) => !(isTail && name === last.name))
  const tail = isTail ? wordsOf(options.get(last.name) ?? []).map(printWord) : []
  return [...named.flatMap(([name, value]) => typedAgain(command, name, value)), ...tail]
}

/** The values of a list, which arrives as one text (see bindTyped), or from a form as what it is. */
function wordsOf(value: Json): string[] {
  return Array.isArray(value)
    ? value.map(textOf)
    : textOf(value)
        .split(/\s+/)
        .filter((word) => word !== '')
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value that the platform has typed, as it would be typed on a line; a secret one is masked, a default left out. */
function typedAgain(command: Command, name: string, value: Json): string[] {
  const option = command.options.find((one) => one.name === name)
  if (!option && typeof value === 'boolean' && FLAG_NAMES.includes(name)) return value ? [`--${name}`] : []
  if (option && !option.secret && typeof value === 'boolean') {
    if (value === option.default) return []
    return [value ? `--${name}` : `--no-${name}`]
  }
  const texts = option?.secret ? [MASK] : option?.list ? wordsOf(value) : [textOf(value)]
  return texts.map((word) =>
    printStage({
      tokens: [{ kind: 'option', name, long: true, value: { kind: 'text', text: word, quoted: false }, at: 0, end: 0 }],
    }),
  )
}

/** A line as it is shown and kept: cut after its tokens are masked, so that no half of one is left. */
function cut(line: string): string {
  const text = maskTokens(line)
  return text.length > LINE_SHOWN ? `${text.slice(0, LINE_SHOWN - 1).toWellFormed()}…` : text
}

/** True for a line of which only the beginning is kept; one of just that length that ends in `…` itself is taken for one. */
export function isCut(line: string): boolean {
  return line.length === LINE_SHOWN && line.endsWith('…')
}
