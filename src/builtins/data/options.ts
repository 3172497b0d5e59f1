/** Options that the data commands share: checked when the line is read, so that a slip is told before anything runs. Pure. */
import * as z from 'zod'
import { CommandFailure } from '../../command/failure.ts'
import { type Condition, compileCondition } from '../../data/condition.ts'
import { type FieldPath, parsePath, whatThereIs } from '../../data/path.ts'
import { compilePattern } from '../../data/pattern.ts'
import type { PawlRecord } from '../../json.ts'

/** The field that a scalar flows in: what commands over one field read unless told. */
export const SCALAR_FIELD = 'value'

function readBy(read: (text: string) => { readonly ok: true } | { readonly ok: false; readonly message: string }) {
  return z.string().superRefine((text, check) => {
    const reading = read(text)
    if (!reading.ok) check.addIssue({ code: 'custom', message: reading.message })
  })
}

/** A field path, as text; {@link pathOf} turns it into the path. */
export const fieldPath = () => readBy(parsePath)

/** A condition, as text; {@link conditionOf} turns it into the condition. */
export const condition = () => readBy(compileCondition)

/** A pattern, as text; {@link findsOf} turns it into the search. */
export const pattern = () => readBy(compilePattern)

export function pathOf(text: string): FieldPath {
  const reading = parsePath(text)
  if (!reading.ok) throw new CommandFailure(`"${text}" ${reading.message}`)
  return reading.path
}

export function conditionOf(text: string): Condition {
  const reading = compileCondition(text)
  if (!reading.ok) throw new CommandFailure(`"${text}" ${reading.message}`)
  return reading.holds
}

export function findsOf(text: string): (subject: string) => boolean {
  const reading = compilePattern(text)
  if (!reading.ok) throw new CommandFailure(`"${text}" ${reading.message}`)
  return reading.finds
}

/** The failure for a field that a record lacks, naming what there is instead. */
export function lacks(record: PawlRecord, field: string): CommandFailure {
  return new CommandFailure(`there is no field ${field}: ${whatThereIs(record, pathOf(field))}; name one of those`)
}
