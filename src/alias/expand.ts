/**
 * Expansion: a stage whose name is no command becomes what the name stands for. On the tree: what was given on the line stays a
 * word, whatever it contains. Pure. An alias gives no right: what it expands to is authorised as if it had been typed.
 */
import { lookup } from '../command/lookup.ts'
import type { Registry } from '../command/registry.ts'
import { MAX_LINE_LENGTH, parsePipeline } from '../language/parse.ts'
import type { Pipeline, Redirect, Stage, Token } from '../language/tree.ts'
import { DEPTH_MAX } from './alias.ts'
import { bindAliasArguments } from './arguments.ts'
import { fillStage, fillValue, type Given, parametersOf, type Room } from './parameters.ts'

/** Stages of the whole line after expansion; the planner refuses more (the law's limit), so there is no use in making them. */
const STAGES_MAX = 10

export interface Names {
  readonly registry: Registry
  /** The line that a name stands for; null when it stands for nothing. */
  readonly textOf: (name: string) => string | null
}

export type Expansion =
  /** `used` are the names that were expanded, in the order of the line, each before those inside it; none twice. */
  | { readonly ok: true; readonly pipeline: Pipeline; readonly used: readonly string[] }
  | { readonly ok: false; readonly code: 'usage' | 'limit'; readonly message: string }

/**
 * The pipeline with every alias expanded, down to commands and to names that stand for nothing.
 *
 * @example expandPipeline(parsed.pipeline, { registry, textOf: (name) => aliases.get(name) ?? null })
 */
export function expandPipeline(pipeline: Pipeline, names: Names): Expansion {
  const used = new Set<string>()
  const whole = expandLine(pipeline, names, [], used)
  if ('message' in whole) return { ok: false, ...whole }
  const [first, ...rest] = whole.stages
  // Unreachable: every line has a stage, and every stage becomes at least one.
  if (first === undefined) return { ok: true, pipeline, used: [] }
  return { ok: true, pipeline: { stages: [first, ...rest], redirects: whole.redirects }, used: [...used] }
}

/** The names of the stages that are no commands, each once: what has to be looked up. */
export function namesToExpand({ stages }: Pick<Pipeline, 'stages'>, registry: Registry): string[] {
  const names = stages.flatMap((stage) => nameToExpand(stage, registry) ?? [])
  return [...new Set(names)]
}

function nameToExpand(stage: Stage, registry: Registry): string | null {
  const [head] = stage.tokens
  if (head?.kind !== 'word' || head.value.kind !== 'text' || head.value.quoted) return null
  return lookup(registry, stage).ok ? null : head.value.text
}

interface Line {
  readonly stages: readonly Stage[]
  readonly redirects: readonly Redirect[]
}

interface Problem {
  readonly code: 'usage' | 'limit'
  readonly message: string
}

/** `chain` are the names that are being expanded around this line. */
function expandLine(
  { stages, redirects }: Line,
  names: Names,
  chain: readonly string[],
  used: Set<string>,
): Line | Problem {
  const expanded: Stage[] = []
  let inner: readonly Redirect[] = []
  for (const stage of stages) {
    const line = expandStage(stage, names, chain, used)
    if ('message' in line) return line
    if (line.redirects.length > 0 && (stages.length > 1 || redirects.length > 0)) {
      const [head] = stage.tokens
      const name = head?.kind === 'word' && head.value.kind === 'text' ? head.value.text : 'it'
      const message = `${name} says itself where its answer goes, so it can only be a whole line: no other stage, no other redirect.`
      return { code: 'usage', message }
    }
    inner = line.redirects
    expanded.push(...line.stages)
    if (expanded.length > STAGES_MAX) {
      const message = `With its aliases written out this line has more than ${STAGES_MAX} stages, which is the most a pipeline may have.`
      return { code: 'limit', message }
    }
  }
  return { stages: expanded, redirects: redirects.length > 0 ? redirects : inner }
}

function expandStage(stage: Stage, names: Names, chain: readonly string[], used: Set<string>): Line | Problem {
  const alone = { stages: [stage], redirects: [] }
  const name = nameToExpand(stage, names.registry)
  const text = name === null ? null : names.textOf(name)
  if (name === null || text === null) return alone
  const path = [...chain, name]
  if (chain.includes(name))
    return { code: 'limit', message: `The alias ${name} stands for itself: ${path.join(' → ')}.` }
  if (chain.length >= DEPTH_MAX) {
    const message = `Aliases stand for aliases at most ${DEPTH_MAX} deep, and here they go on: ${path.join(' → ')}.`
    return { code: 'limit', message }
  }
  used.add(name)
  const body = writeOut(name, text, stage.tokens.slice(1), names.registry)
  return 'message' in body ? body : expandLine(body, names, path, used)
}

/** The line of one name with its arguments filled in, or put behind it where it has no parameters. */
function writeOut(name: string, text: string, tokens: readonly Token[], registry: Registry): Line | Problem {
  const parsed = parsePipeline(text)
  const usage = (message: string): Problem => ({ code: 'usage', message })
  if (!parsed.ok) return usage(`What ${name} stands for cannot be read: ${parsed.error.message}`)
  const { stages, redirects } = parsed.pipeline
  // An earlier line has no parameters: what looks like one in it is the text of a new alias.
  if (name.startsWith('!')) return fillLine({ stages, redirects }, null, tokens, registry, { left: MAX_LINE_LENGTH })
  const found = parametersOf(parsed.pipeline)
  if (!found.ok) return usage(`What ${name} stands for cannot be read: ${found.message}`)
  const appended = found.parameters.length === 0 ? tokens : []
  const bound = bindAliasArguments(name, found.parameters, found.parameters.length === 0 ? [] : tokens)
  if (!bound.ok) return usage(bound.message)
  const room: Room = { left: MAX_LINE_LENGTH }
  const line = fillLine({ stages, redirects }, bound.given, appended, registry, room)
  if (room.left >= 0) return line
  const message = `With ${name} written out this line has more than ${MAX_LINE_LENGTH} characters, which is the most that one line may have.`
  return { code: 'limit', message }
}

/** @param given null leaves everything as it is written */
function fillLine(
  { stages, redirects }: Line,
  given: Given | null,
  appended: readonly Token[],
  registry: Registry,
  room: Room,
): Line {
  return {
    stages: stages.map((stage, i) => {
      const filled = given === null ? { tokens: stage.tokens, given: [] } : fillStage(stage, given, room)
      const tail = i === stages.length - 1 ? appended : []
      const tokens = [...filled.tokens, ...tail]
      const marks = stage.tokens.map((_, n) => filled.given[n] ?? false).concat(tail.map(() => true))
      return { ...stage, tokens: guardName({ ...stage, tokens }, marks, registry) }
    }),
    redirects:
      given === null
        ? redirects
        : redirects.map((redirect) => ({ ...redirect, to: fillValue(redirect.to, given, room) })),
  }
}

/**
 * What was given is an argument and never a part of a command's name: with the alias `p` for `pack {{x}}`, `p install` must not
 * become the command `pack install`. Quoting such a word says so, also in print.
 */
function guardName(stage: Stage, given: readonly boolean[], registry: Registry): readonly Token[] {
  const found = lookup(registry, stage)
  if (!found.ok) return stage.tokens
  const length = stage.tokens.length - found.tokens.length
  return stage.tokens.map((token, i) =>
    i < length && given[i] && token.kind === 'word' && token.value.kind === 'text'
      ? { ...token, value: { ...token.value, quoted: true } }
      : token,
  )
}
