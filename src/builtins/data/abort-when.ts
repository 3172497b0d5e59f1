/** `abort-when`: stops the pipeline at the first record for which a condition holds; passes the others on. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { option } from '../../command/options.ts'
import { numberOf } from '../../data/value.ts'
import type { Json } from '../../json.ts'
import { condition, conditionOf } from './options.ts'

export default defineCommand({
  name: 'abort-when',
  summary: 'Stop the pipeline when a value says so, else pass the records on',
  description:
    'Stops for true, for a number above 0, for a list or an object that is not empty, and for any text but "false" and "". Nothing after it runs then.',
  options: {
    value: option.json().optional().describe('The value, as a rule a $variable'),
    because: z.string().optional().describe('What to tell when it stops'),
    where: condition().optional().meta({ short: 'w' }).describe('Or a condition, as filter reads it'),
  },
  effects: 'read',
  slash: false,
  rules: ['when command is abort-when allow'],
  examples: [
    [`seed '[{"errors":0},{"errors":0}]' | abort-when $errors`, 'passes both on'],
    [`seed '[{"ms":120},{"ms":80}]' | abort-when --where 'ms > 200' --because "too slow"`, 'passes both on'],
  ],
  handler({ value, because, where }, { record }) {
    const stops = (value !== undefined && saysStop(value)) || (where !== undefined && conditionOf(where)(record))
    if (!stops) return record
    throw new CommandFailure(`the pipeline was stopped by abort-when: ${because ?? shown(record)}`)
  },
})

function saysStop(value: Json): boolean {
  if (typeof value === 'boolean') return value
  const number = numberOf(value)
  if (number !== null) return number > 0
  if (typeof value === 'string') return value !== '' && value !== 'false'
  return value !== null && Object.keys(value).length > 0
}

/** The record is named so that one sees why; more of it would bury the sentence. */
const SHOWN_MAX = 200

function shown(record: Json): string {
  const text = JSON.stringify(record)
  return `it came to ${text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text}`
}
