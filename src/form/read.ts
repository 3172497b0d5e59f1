/** What was typed into a form, read and checked as a line is. Pure. */
import type { Command, Option } from '../command/command.ts'
import type { RawArguments } from '../command/define.ts'
import { readValue, type ValueReading } from '../command/read-value.ts'
import type { Json } from '../json.ts'
import { certainCare } from '../policy/module-approvals.ts'
import type { FieldValue } from './form.ts'

export interface FormReading {
  /** What can be read, as the command wants it. */
  readonly raw: RawArguments
  /** By option, in the options' order; the same words as for a line. */
  readonly problems: ReadonlyMap<string, string>
}

/** Reads the values of a form and checks them by the command's own schema. */
export function readForm(command: Command, typedFor: (option: string) => FieldValue | null | undefined): FormReading {
  const raw: Record<string, Json> = {}
  const spoilt = new Map<string, string>()
  for (const option of command.options) {
    const reading = readField(option, typedFor(option.name) ?? '')
    if (reading === null) continue
    if (reading.ok) raw[option.name] = reading.value
    else spoilt.set(option.name, reading.message)
  }
  const checked = command.check(raw)
  const found = new Map(checked.ok ? [] : checked.problems.map(({ option, message }) => [option, message]))
  const problems = command.options.flatMap(({ name }) => {
    const message = spoilt.get(name) ?? found.get(name)
    return message === undefined ? [] : [[name, message] as const]
  })
  return { raw, problems: new Map(problems) }
}

/** What is said of a reason that is missing though those who approve these arguments want one; null when nothing is. */
export function missingWhy(command: Command, raw: RawArguments, why: FieldValue | undefined): string | null {
  if (typeof why === 'string' && why.trim() !== '') return null
  return wantsWhy(command, raw) ? 'why is missing: those who approve it want to know' : null
}

/** True where those who approve these arguments want a reason. */
export function wantsWhy(command: Command, raw: RawArguments): boolean {
  if (command.approver === null) return false
  const checked = command.check(raw)
  return (
    checked.ok &&
    certainCare(command, { args: checked.args, unknown: new Set() }).approvals.some(({ reason }) => reason)
  )
}

/** The value of one field; null when it was left empty. */
function readField(option: Option, value: FieldValue): ValueReading | null {
  if (option.list) {
    const texts = (typeof value === 'object' ? [...value] : String(value).split('\n'))
      .map((text) => text.trim())
      .filter((text) => text !== '')
    return texts.length === 0 ? null : readEach(option, texts)
  }
  if (typeof value === 'boolean')
    return option.kind === 'boolean' ? { ok: true, value } : readValue(option, String(value))
  const [text = '', more] = typeof value === 'string' ? [value] : value
  if (more !== undefined) return { ok: false, message: `${option.name} takes one value` }
  // A number is read without the spaces around it; a text is what was typed.
  const typed = option.kind === 'string' || option.kind === 'json' ? text : text.trim()
  return typed === '' ? null : readValue(option, typed)
}

function readEach(option: Option, texts: readonly string[]): ValueReading {
  const values: Json[] = []
  for (const [i, text] of texts.entries()) {
    const reading = readValue(option, text)
    if (!reading.ok) return { ok: false, message: `value ${i + 1} of ${reading.message}` }
    values.push(reading.value)
  }
  return { ok: true, value: values }
}
