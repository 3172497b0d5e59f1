/** `join`: a field of all records as one text. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { valueAt } from '../../data/path.ts'
import { isMissing, textOfValue } from '../../data/value.ts'
import { fieldPath, lacks, pathOf, SCALAR_FIELD } from './options.ts'

export default defineCommand({
  name: 'join',
  summary: 'Join the values of a field into one text',
  description: 'Records without the field are left out. What is not text stands as JSON.',
  options: {
    field: fieldPath().default(SCALAR_FIELD).describe('Which field'),
    with: z.string().default(', ').describe('What stands between'),
  },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is join allow'],
  examples: [
    [`seed '[{"app":"web"},{"app":"api"}]' | join app`, 'web, api'],
    [`seed '["a","b"]' | join --with /`, 'a/b'],
  ],
  handler({ field, with: between }, { records }) {
    const path = pathOf(field)
    const values = records.map((record) => valueAt(record, path)).filter((value) => !isMissing(value))
    const [first] = records
    if (first && values.length === 0) throw lacks(first, field)
    return values.map(textOfValue).join(between)
  },
})
