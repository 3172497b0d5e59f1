/** JSON as a type. Pure. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** One JSON object that flows from stage to stage (the design's *record*). */
export type PawlRecord = { [key: string]: Json }

/** JSON that the house only reads, so that a handler may give its read-only lists as they are. */
export type ReadonlyJson = null | boolean | number | string | readonly ReadonlyJson[] | ReadonlyRecord
export type ReadonlyRecord = { readonly [key: string]: ReadonlyJson }

/** What a step may give: JSON, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a result is typed so
export type StepValue = ReadonlyJson | undefined | void

/** True for a JSON object: not null, not a list. */
export function isRecord(value: unknown): value is PawlRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
