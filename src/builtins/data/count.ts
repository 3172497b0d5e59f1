/** `count`: how many records. Pure. */
import { defineCommand } from '../../command/define.ts'
import { holds } from '../../data/condition.ts'
import { valueAt } from '../../data/path.ts'
import { fieldPath, pathOf } from './options.ts'

export default defineCommand({
  name: 'count',
  summary: 'Count the records, or those with a field that is set',
  description: 'With a field: those where it is there and neither null nor false.',
  options: { field: fieldPath().optional().describe('A field that must be set') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is count allow'],
  examples: [
    [`seed '[{"a":1},{"b":3},{"a":2}]' | count`, '3'],
    [`seed '[{"up":true},{"up":false}]' | count up`, '1'],
  ],
  handler({ field }, { records }) {
    if (field === undefined) return records.length
    const path = pathOf(field)
    return records.filter((record) => holds(valueAt(record, path))).length
  },
})
