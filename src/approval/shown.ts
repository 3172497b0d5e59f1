/** What somebody agrees to, as he reads it: every stage with its arguments, and the message that the line is run on. Pure. */
import { maskTokens } from '../audit/tokens.ts'
import { code, type Markdown, plain } from '../chat/markdown.ts'
import { MASK, redact } from '../command/redact.ts'
import type { Registry } from '../command/registry.ts'
import { type RunRow, recordOf } from '../db/runs.ts'
import type { PlannedStage, RunnablePlan, StoredInput } from '../engine/plan.ts'
import { planInput } from '../engine/planner.ts'
import type { PawlRecord } from '../json.ts'
import { printStage, printWord } from '../language/print.ts'

/** Of a message: a look at what it is about, beside all else that a question says. */
const MESSAGE_SHOWN = 500

/** Of the arguments of a line, in characters: what both platforms show whole. A typed line has fewer; a message may hold more. */
const ARGUMENTS_SHOWN = 1_500

/** A line of what is shown. */
export interface ShownPart {
  readonly name: string
  readonly text: string
}

/** On one line: nothing that was typed looks like a field of what is asked beside it. */
export function flat(text: string): string {
  return text.replace(/\s*[\n\r\u0085\u2028\u2029]+\s*/g, ' ⏎ ')
}

/** Each stage with all its arguments, defaults and what came from a message too; then that message. */
export function shownParts({ stages, record }: RunnablePlan): ShownPart[] {
  const calls = stages.map((stage, i) => {
    const { name } = stage.command
    return { name: stages.length === 1 ? name : `${i + 1}. ${name}`, text: flat(argumentsText(stage)) }
  })
  return record === null ? calls : [...calls, { name: 'Message', text: flat(messageText(record)) }]
}

/** {@link shownParts} as fields of an answer. */
export function shownFields(parts: readonly ShownPart[]): { readonly name: string; readonly value: Markdown }[] {
  return parts.map(({ name, text }) => ({ name, value: text === '' ? plain('without arguments') : code(text) }))
}

/** What would run if it were agreed to now; null once the run keeps no input, or the line cannot be planned any more. */
export function plannedNow(
  registry: Registry,
  row: Pick<RunRow, 'input' | 'platform' | 'record'>,
): RunnablePlan | null {
  const input = row.input === null ? null : (JSON.parse(row.input) as StoredInput)
  const planned = input && planInput(registry, input, row.platform, recordOf(row))
  return planned?.ok ? planned : null
}

/** True where the arguments are more than a question shows. */
export function isTooLong({ stages }: RunnablePlan): boolean {
  return stages.reduce((length, stage) => length + argumentsText(stage).length, 0) > ARGUMENTS_SHOWN
}

/** True where something would be shown masked, and used as it is. The reason is masked for everybody alike. */
export function isMasked({ line, because, stages }: RunnablePlan): boolean {
  if (masksIn(line) > masksIn(because ?? '')) return true
  return stages.some((stage) => {
    const text = argumentsText(stage)
    return maskTokens(text) !== text
  })
}

function masksIn(text: string): number {
  return maskTokens(text).split(MASK).length
}

/** `service=web env=prod`, every argument with its default; what was typed where they come from records. */
function argumentsText({ command, args, tokens }: PlannedStage): string {
  if (args === null) return printStage({ tokens })
  return Object.entries(redact(command, args))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? printWord(value) : JSON.stringify(value)}`)
    .join(' ')
}

/** The message that a line is run on, or what else it starts with; its beginning, and how long it is. */
function messageText(record: PawlRecord): string {
  // Masked before it is cut: half a token could not be told any more.
  const text = maskTokens(typeof record.text === 'string' ? record.text : JSON.stringify(record))
  if (text.length <= MESSAGE_SHOWN) return text
  return `${text.slice(0, MESSAGE_SHOWN).toWellFormed()}… (${text.length} characters)`
}
