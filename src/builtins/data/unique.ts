/** `unique`: the first of each kind. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { valueAt } from '../../data/path.ts'
import { identityOf } from '../../data/value.ts'
import { fieldPath, pathOf } from './options.ts'

export default defineCommand({
  name: 'unique',
  summary: 'Keep the first of each group of equal records',
  description: 'Equal means: in the fields given; without any, in the whole record, whatever the order of its fields.',
  options: { fields: z.array(fieldPath()).default([]).describe('Which fields to compare') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is unique allow'],
  examples: [
    [`seed '[{"a":1},{"a":1},{"a":2}]' | unique`, '1, 2'],
    [`seed '[{"app":"web","run":1},{"app":"web","run":2}]' | unique app`, 'the first run of each app'],
  ],
  handler({ fields }, { records }) {
    const paths = fields.map(pathOf)
    const seen = new Set<string>()
    return records.filter((record) => {
      const values = paths.length === 0 ? [record] : paths.map((path) => valueAt(record, path) ?? null)
      const identity = identityOf(values)
      return !seen.has(identity) && seen.add(identity)
    })
  },
})
