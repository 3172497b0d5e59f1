/** What both platforms show of a form, and say where none is shown. Pure. */
import type { Field, FieldValue, Form } from '../form/form.ts'
import { formButton } from './button.ts'
import { md, plain } from './markdown.ts'
import { cleanText, shorten } from './pieces.ts'
import { type Reply, textReply } from './reply.ts'

/** The two answers of a yes-or-no field, and how they come back. */
export const ANSWERS = [
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
] as const

/** The title of a step, with its number where there are several. */
export function titleOf({ title, step, steps }: Form, limit: number): string {
  const place = steps > 1 ? ` (${step}/${steps})` : ''
  return shorten(title, limit - place.length) + place
}

/** What stands under a field: what is wrong with it, before what it is for. */
export function hintOf({ hint, problem }: Field): string {
  return cleanText([...(problem === undefined ? [] : [`⚠️ ${problem}`]), hint].join('\n')).trim()
}

/**
 * What stands in a field of text; of a list, one value a line. Nothing where it does not fit: half of what was typed is something
 * else, and nobody would see that it was cut.
 */
export function textIn(value: FieldValue | undefined, limit: number): string {
  const text = Array.isArray(value) ? value.join('\n') : value === undefined ? '' : String(value)
  const shown = cleanText(text)
  return shown.length > limit ? '' : shown
}

/** What is chosen in a field, each as text. */
export function chosenIn(value: FieldValue | undefined): readonly string[] {
  if (value === undefined || value === '') return []
  return Array.isArray(value) ? value : [String(value)]
}

/** Said to whoever has to press once more to go on with a form. */
export function continueReply({ id, step, steps, title }: Form): Reply {
  const at = steps > 1 ? ` (${step}/${steps})` : ''
  return withButton(
    textReply(md`Noted. Nothing was run yet: press the button to go on with ${title}.`),
    id,
    `Continue${at}`,
  )
}

/** Says what is wrong with a form where it cannot be said beside the fields. */
export function problemsReply({ id, fields }: Form, problems: ReadonlyMap<string, string>): Reply {
  const told = [...problems].map(([name, problem]) => ({
    name: fields.find((field) => field.name === name)?.label ?? name,
    // The message begins with the option's name, as on a line.
    value: plain(problem.startsWith(`${name} `) ? problem.slice(name.length + 1) : problem),
  }))
  const reply: Reply = textReply(md`Nothing was run: something in the form has to be corrected.`, { tone: 'warning' })
  return withButton({ ...reply, blocks: [...reply.blocks, { kind: 'fields', fields: told }] }, id, 'Correct it')
}

/** A reply with the button that opens a form. */
export function withButton(reply: Reply, form: string, label: string): Reply {
  return { ...reply, blocks: [...reply.blocks, { kind: 'buttons', buttons: [formButton(form, label)] }] }
}
