/** `set`: gives a field of each record a value. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { option } from '../../command/options.ts'
import { placeInText } from '../../data/json-place.ts'
import { whatThereIs, withValue } from '../../data/path.ts'
import type { Json } from '../../json.ts'
import { fieldPath, pathOf } from './options.ts'

export default defineCommand({
  name: 'set',
  summary: 'Give a field of each record a value',
  description:
    'The value is text as typed, or what a $variable holds; with --json it is read as JSON. A path makes the objects on its way.',
  options: {
    field: fieldPath().describe('Which field, there already or new'),
    to: option.json().describe('The value'),
    json: z.boolean().default(false).describe('Read the value as JSON'),
  },
  effects: 'read',
  slash: false,
  rules: ['when command is set allow'],
  examples: [
    [`seed '[{"app":"web"},{"app":"api"}]' | set env prod`, 'both with env'],
    [`seed '{"app":"web","size":3}' | set spec.size $size`, 'a copy of the number, in spec'],
    [`seed '{"app":"web"}' | set label "\${app}-prod"`, 'a text made of other fields'],
    [`seed '{"app":"web"}' | set size 3 --json`, 'a number'],
  ],
  handler({ field, to, json }, { record }) {
    const path = pathOf(field)
    const changed = withValue(record, path, json && typeof to === 'string' ? parsed(to) : to)
    if (changed === null)
      throw new CommandFailure(`${field} cannot be set: ${whatThereIs(record, path)}, where it needs an object`)
    return changed
  },
})

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new CommandFailure(`the value is not JSON${placeInText(text)}: leave out --json to keep it as text`)
  }
}
