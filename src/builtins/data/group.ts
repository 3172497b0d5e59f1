/** `group`: the records gathered by a field. Pure. */
import { defineCommand } from '../../command/define.ts'
import { valueAt } from '../../data/path.ts'
import { identityOf } from '../../data/value.ts'
import type { Json, PawlRecord } from '../../json.ts'
import { fieldPath, pathOf } from './options.ts'

export default defineCommand({
  name: 'group',
  summary: 'Gather the records that have the same value in a field',
  description:
    'Gives one record per value, in the order of first appearance: key, count and records. Those without the field have the key null.',
  options: { field: fieldPath().describe('Which field') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is group allow'],
  examples: [
    [
      `seed '[{"env":"dev","app":"web"},{"env":"prod","app":"api"},{"env":"dev","app":"api"}]' | group env`,
      'dev with 2, prod with 1',
    ],
    [`seed '[{"env":"dev"},{"env":"prod"},{"env":"dev"}]' | group env | pick key count`, 'how many of each'],
  ],
  handler({ field }, { records }) {
    const path = pathOf(field)
    const groups = new Map<string, { key: Json; count: number; records: PawlRecord[] }>()
    for (const record of records) {
      const key = valueAt(record, path) ?? null
      const identity = identityOf(key)
      const group = groups.get(identity)
      if (group) {
        group.count += 1
        group.records.push(record)
      } else groups.set(identity, { key, count: 1, records: [record] })
    }
    return [...groups.values()]
  },
})
