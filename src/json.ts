/** JSON as a type. Pure. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** One JSON object that flows from stage to stage (the design's *record*). */
export type PawlRecord = { [key: string]: Json }

/** True for a JSON object: not null, not a list. */
export function isRecord(value: unknown): value is PawlRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
