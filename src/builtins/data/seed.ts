/** `seed`: JSON text as records, the start of many a pipeline. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { placeInText } from '../../data/json-place.ts'
import { isRecord, type Json, type PawlRecord } from '../../json.ts'

/** What comes after walks into values; a stack has an end, and no record that people read is nested so deep. */
const DEPTH_MAX = 100

export default defineCommand({
  name: 'seed',
  summary: 'Make records of JSON text',
  description: 'A list gives one record per element; what is not an object becomes the field "value" of one.',
  options: { json: z.string().describe('The JSON') },
  input: 'none',
  effects: 'read',
  rules: ['when command is seed allow'],
  examples: [
    [`seed '[{"a":3},{"a":1},{"a":2}]'`, 'three records'],
    [`seed '["web","api"]'`, 'two records with the field value'],
  ],
  handler: ({ json }): PawlRecord[] => {
    const data = parsed(json)
    if (isDeeper(data, DEPTH_MAX))
      throw new CommandFailure(`this JSON is nested deeper than ${DEPTH_MAX} levels: give less of it`)
    return (Array.isArray(data) ? data : [data]).map((one) => (isRecord(one) ? one : { value: one }))
  },
})

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new CommandFailure(
      `this is not JSON${placeInText(text)}: put it in single quotes, with keys and texts in double quotes`,
    )
  }
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const inner of Array.isArray(value) ? value : Object.values(value)) if (isDeeper(inner, levels - 1)) return true
  return false
}
