/** `split`: a text field into one record per piece. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { valueAt, withValue } from '../../data/path.ts'
import { kindOfValue } from '../../data/value.ts'
import type { PawlRecord } from '../../json.ts'
import { fieldPath, lacks, pathOf, SCALAR_FIELD } from './options.ts'

export default defineCommand({
  name: 'split',
  summary: 'Split the text of a field: one record per piece',
  description: 'At line breaks unless told otherwise. Each record keeps its other fields.',
  options: {
    field: fieldPath().default(SCALAR_FIELD).describe('Which field'),
    by: z.string().min(1).optional().describe('What stands between the pieces'),
  },
  effects: 'read',
  slash: false,
  rules: ['when command is split allow'],
  examples: [
    ['echo a,b,c | split --by ,', 'three records'],
    [`seed '{"app":"web","zones":"a b"}' | split zones --by " "`, 'web in a, web in b'],
  ],
  handler({ field, by }, { record }) {
    const path = pathOf(field)
    const text = valueAt(record, path)
    if (text === undefined) throw lacks(record, field)
    if (typeof text !== 'string')
      throw new CommandFailure(`${field} is ${kindOfValue(text)}, not text: for the elements of a list use flatten`)
    return piecesOf(text, by).flatMap((piece): PawlRecord[] => {
      const one = withValue(record, path, piece)
      return one === null ? [] : [one]
    })
  },
})

function piecesOf(text: string, by: string | undefined): string[] {
  if (by !== undefined) return text.split(by)
  const lines = text.split(/\r\n|\r|\n/)
  // A text that ends with a line break has no empty line after it.
  if (lines.at(-1) === '') lines.pop()
  return lines
}
