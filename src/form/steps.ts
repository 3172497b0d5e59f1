/** Which fields a command's form has, in which step. Pure. */
import type { Command, Option } from '../command/command.ts'
import { asksWhy, BECAUSE_MAX } from '../command/flags.ts'
import { type Draft, NEW_DRAFT, problemOf, shownDefault, typedIn } from './draft.ts'
import type { Field, FieldKind, Form, FormLimits } from './form.ts'
import { readForm, wantsWhy } from './read.ts'

/** `--why` as a field. No option has its name. */
const WHY: Option = {
  name: 'why',
  kind: 'string',
  list: false,
  required: false,
  summary: 'The reason, for those who approve',
  secret: false,
  max: BECAUSE_MAX,
  complete: false,
}

/** A longer text is not typed on one line. */
const LINE_MAX = 200

/**
 * The options of each step, in their order, secret ones last: what they hold is nowhere but in the submission that runs the command.
 * Null where they do not fit into one step, and for a command without options.
 */
export function stepsOf(command: Command, { fields, weight }: FormLimits): readonly (readonly Option[])[] | null {
  const { options } = command
  const secrets = options.filter(({ secret }) => secret)
  const open = [
    ...options.filter(({ secret }) => !secret),
    ...(asksWhy(command) ? [{ ...WHY, required: command.wantsWhy }] : []),
  ]
  const weights = new Map([...open, ...secrets].map((option) => [option, weight?.of(fieldOf(option, NEW_DRAFT)) ?? 0]))
  const fits = (step: readonly Option[]) =>
    step.length <= fields &&
    (!weight || step.reduce((sum, option) => sum + (weights.get(option) ?? 0), 0) <= weight.most)
  if (options.length === 0 || !fits(secrets)) return null
  const steps: Option[][] = []
  for (const option of open) {
    const last = steps.at(-1)
    if (last && fits([...last, option])) last.push(option)
    else steps.push([option])
  }
  const last = steps.at(-1)
  if (last && fits([...last, ...secrets])) last.push(...secrets)
  else steps.push(secrets)
  return steps
}

export interface StepShown {
  readonly id: string
  readonly command: Command
  readonly draft: Draft
  readonly steps: readonly (readonly Option[])[]
}

/** The step of a command's form that is next, with what was typed into it so far and what is wrong with that. */
export function formOf({ id, command, draft, steps }: StepShown): Form {
  const step = Math.min(draft.step, steps.length)
  const dry = draft.flags['dry-run'] === true
  const last = step === steps.length
  return {
    id,
    title: command.name,
    intro: [command.summary, dry ? 'Dry run: nothing will be changed.' : ''].filter((part) => part !== '').join('. '),
    step,
    steps: steps.length,
    fields: (steps[step - 1] ?? []).map((option) =>
      fieldOf(option.name === WHY.name ? whyFor(command, draft) : option, draft),
    ),
    submit: last ? (dry ? 'Dry run' : 'Run') : 'Next',
  }
}

/** What was given so far may want a reason where not all arguments do. */
function whyFor(command: Command, draft: Draft): Option {
  const { raw } = readForm(command, (name) => typedIn(draft, name))
  return { ...WHY, required: command.wantsWhy || wantsWhy(command, raw) }
}

function fieldOf(option: Option, draft: Draft): Field {
  const { name, list, secret, required, choices, min, max, summary, words } = option
  const kind = kindOf(option)
  const value = secret ? undefined : (typedIn(draft, name) ?? shownDefault(option))
  const problem = problemOf(draft, name)
  const numeric = option.kind === 'integer' || option.kind === 'number'
  return {
    name,
    label: name,
    hint: list && kind === 'lines' && !words ? `${summary}; one a line` : summary,
    kind,
    list,
    required,
    ...(choices && { choices: choices.map(String) }),
    ...(value !== undefined && value !== '' && { value }),
    ...(numeric && !list && { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }),
    ...(option.kind === 'integer' && { whole: true as const }),
    ...(option.kind === 'string' && !list && max !== undefined && { length: max }),
    ...(problem !== undefined && { problem }),
  }
}

function kindOf({ kind, list, secret, choices, complete, rest, max }: Option): FieldKind {
  if (secret) return 'secret'
  if (choices) return 'choice'
  if (kind === 'boolean' || kind === 'user' || kind === 'channel') return kind
  if (complete) return 'completed'
  if (list) return 'lines'
  if (kind === 'integer' || kind === 'number') return 'number'
  return rest || (max !== undefined && max > LINE_MAX) ? 'lines' : 'text'
}
