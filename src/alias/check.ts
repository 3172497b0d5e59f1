/** Whether an alias may be saved: its name, its line, everything the line stands on. Pure; the aliases there are come in. */
import { bindStage } from '../command/bind.ts'
import type { Command } from '../command/command.ts'
import { lookup } from '../command/lookup.ts'
import type { Registry } from '../command/registry.ts'
import { parsePipeline } from '../language/parse.ts'
import { printPipeline, printStage } from '../language/print.ts'
import type { Path, Pipeline, Stage, Token, Value } from '../language/tree.ts'
import { aliasNameProblem } from './alias.ts'
import { expandPipeline, type Names, namesToExpand } from './expand.ts'
import { type Parameter, parametersOf, parameterUsage } from './parameters.ts'

/** A longer line belongs into a command module, where it has tests. */
const TEXT_MAX = 1_000

export interface Draft {
  readonly name: string
  readonly text: string
}

export interface Surroundings {
  readonly registry: Registry
  /** The aliases that this one may stand on, other than itself. */
  readonly textOf: (name: string) => string | null
  /** The nearest known name, for "did you mean". */
  readonly suggest: (name: string) => string | null
  /** Whether who saves it may run a command: of others nothing is said but that. */
  readonly mayRun: (command: Command) => boolean
}

export type CheckedAlias =
  | {
      readonly ok: true
      /** The line as it is kept: what chat clients did to it undone. */
      readonly text: string
      /** The aliases that its own line names. */
      readonly uses: readonly string[]
      readonly parameters: readonly Parameter[]
    }
  | { readonly ok: false; readonly message: string }

/**
 * Checks an alias as it would be saved; every refusal says what to do.
 *
 * @example checkAlias({ name: 'd', text: 'deploy {{app}} --env={{env=staging}}' }, surroundings)
 */
export function checkAlias({ name, text }: Draft, surroundings: Surroundings): CheckedAlias {
  const { registry } = surroundings
  const wrong = aliasNameProblem(name)
  if (wrong !== null) return refuse(`"${name.slice(0, 40)}" ${wrong}`)
  if (registry.byKey(name) !== null || registry.under([name]).length > 0)
    return refuse(`${name} is a command, and an alias never hides one: choose another name`)
  if (text.length > TEXT_MAX)
    return refuse(`the line has ${text.length} characters; an alias has at most ${TEXT_MAX}: make it a command module`)
  // Typed inside quotes, where the door undoes only some of what a phone did to it.
  const parsed = parsePipeline(text, { platform: 'plain' })
  if (!parsed.ok) return refuse(`the line cannot be read at character ${parsed.error.at + 1}: ${parsed.error.message}`)
  const found = parametersOf(parsed.pipeline)
  if (!found.ok) return refuse(found.message)
  const { parameters } = found
  const uses = namesToExpand(parsed.pipeline, registry)
  const problem = usesProblem(name, uses, surroundings) ?? stagesProblem(name, parsed.line, parameters, surroundings)
  return problem === null ? { ok: true, text: parsed.line.trim(), uses, parameters } : refuse(problem)
}

/** An alias with its aliases written out; its own parameters stay to be seen. Null when that is not possible (any more). */
export function resolveAlias(name: string, text: string, parameters: readonly Parameter[], around: Names) {
  const standIn = ({ name: own, fallback }: Parameter): Value => ({
    kind: 'text',
    text: fallback === null ? `{{${own}}}` : `{{${own}=${fallback}}}`,
    quoted: false,
  })
  const textOf = (other: string) => (other === name ? text : around.textOf(other))
  return expandPipeline(callOf(name, parameters, standIn), { ...around, textOf })
}

function refuse(message: string): CheckedAlias {
  return { ok: false, message }
}

function usesProblem(name: string, uses: readonly string[], { textOf, suggest }: Surroundings): string | null {
  for (const used of uses) {
    if (used === name) return `${name} would stand for itself: name a command or another alias in its line`
    if (used.startsWith('!')) return `an alias cannot repeat earlier lines (${used}): write the line out`
    if (textOf(used) !== null) continue
    const near = suggest(used)
    const advice = near === null ? 'make that alias first, or use a command of help' : `did you mean ${near}?`
    return `there is no command or alias ${used} that this one may stand on: ${advice}`
  }
  return null
}

function namesWith(name: string, text: string, { textOf, ...around }: Surroundings) {
  return { ...around, textOf: (other: string) => (other === name ? text : textOf(other)) }
}

/** `name --app=… --env=…`: a call of the alias with something in the place of each parameter. */
function callOf(name: string, parameters: readonly Parameter[], standIn: (parameter: Parameter) => Value): Pipeline {
  const place = { at: 0, end: 0 }
  const head: Token = { kind: 'word', value: { kind: 'text', text: name, quoted: false }, ...place }
  const tokens = parameters.map(
    (parameter): Token => ({ kind: 'option', name: parameter.name, long: true, value: standIn(parameter), ...place }),
  )
  return { stages: [{ tokens: [head, ...tokens], ...place }], redirects: [] }
}

/** What the resolver says of every variable: it is no problem yet. */
const LATER = 'known when it runs'

/** A parameter as what nobody knows yet. */
const unknown = ({ name }: Parameter): Value => ({ kind: 'variable', path: [name] satisfies Path })

/** As its default, where it has one: that must be right, and no secret, wherever it ends up. */
const byDefault = (parameter: Parameter): Value =>
  parameter.fallback === null ? unknown(parameter) : { kind: 'text', text: parameter.fallback, quoted: true }

/** The line written out: cycles, depth, and what its commands say of what is known; without its defaults, and with them. */
function stagesProblem(
  name: string,
  text: string,
  parameters: readonly Parameter[],
  surroundings: Surroundings,
): string | null {
  for (const standIn of [unknown, byDefault]) {
    const problem = writtenProblem(callOf(name, parameters, standIn), parameters, namesWith(name, text, surroundings))
    if (problem !== null) return problem
  }
  return null
}

function writtenProblem(
  call: Pipeline,
  parameters: readonly Parameter[],
  names: Names & Pick<Surroundings, 'mayRun'>,
): string | null {
  const expansion = expandPipeline(call, names)
  if (!expansion.ok) return expansion.message
  // Read again, so that the places of all tokens are of one line.
  const written = parsePipeline(printPipeline(expansion.pipeline))
  if (!written.ok) return `with its aliases written out it cannot be read: ${written.error.message}`
  const { stages } = written.pipeline
  for (const [i, stage] of stages.entries()) {
    const found = lookup(names.registry, stage)
    if (!found.ok) return `there is no command ${found.typed[0] ?? ''}`
    const { command, tokens } = found
    if (!names.mayRun(command)) return `you may not run ${command.name}`
    // Words typed behind an alias without parameters go to its last stage: what is missing there may come.
    const open = parameters.length === 0 && i === stages.length - 1
    const problem = stageProblem(command, stage, tokens, open)
    if (problem !== null) return problem
  }
  return null
}

function stageProblem(command: Command, stage: Stage, tokens: readonly Token[], open: boolean): string | null {
  const bound = bindStage(command, tokens, () => ({ ok: false, message: LATER }))
  const secret = tokens.some(
    ({ value, at, end }) => holdsText(value) && bound.secrets.some((place) => place.at === at && place.end === end),
  )
  if (secret)
    return `a secret of ${command.name} stands in the line, and aliases are shown: make it a parameter, as in {{token}}, and replace that secret, for this line is in the log now`
  if (bound.ok || bound.help) return null
  const [problem] = bound.problems.filter(
    ({ message, option }) => message !== LATER && !(open && isMissing(option, message)),
  )
  return problem === undefined ? null : `${printStage(stage)}: ${problem.message}`
}

/** Whether a value has any text that is known now, also beside a parameter: `abc{{rest}}` gives half a secret away. */
function holdsText(value: Value | null): boolean {
  if (value?.kind === 'text') return value.text !== ''
  return value?.kind === 'template' && value.pieces.some((piece) => typeof piece === 'string' && piece !== '')
}

/** Said by `check` of an option that nothing was given for. */
function isMissing(option: string | null, message: string): boolean {
  return message.startsWith(`${option} is missing`)
}

/** How an alias is typed. */
export function aliasUsage(name: string, parameters: readonly Parameter[]): string {
  return parameters.length === 0 ? name : `${name} ${parameterUsage(parameters)}`
}
