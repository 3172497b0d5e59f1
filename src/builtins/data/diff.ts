/** `diff`: what has changed from one list of records to another. Pure. */
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { differences } from '../../data/difference.ts'
import { valueAt } from '../../data/path.ts'
import { kindOfValue } from '../../data/value.ts'
import { isRecord, type PawlRecord } from '../../json.ts'
import { fieldPath, lacks, pathOf } from './options.ts'

export default defineCommand({
  name: 'diff',
  summary: 'Compare two lists of records: what was added, removed, changed',
  description:
    'Both lists are fields of one record. With --by, records with the same value there are one record, and what changed in it is told; without, whole records are compared.',
  options: {
    before: fieldPath().describe('The field with the old list'),
    after: fieldPath().describe('The field with the new list'),
    by: fieldPath().optional().meta({ short: 'b' }).describe('The field that says which record is which'),
  },
  effects: 'read',
  slash: false,
  rules: ['when command is diff allow'],
  examples: [
    [
      `seed '{"was":[{"app":"web","v":1},{"app":"old","v":1}],"is":[{"app":"web","v":2},{"app":"api","v":1}]}' | diff was is --by app`,
      'old removed, web changed, api added',
    ],
    [`seed '{"was":["a","b"],"is":["b","c"]}' | diff was is`, 'a removed, c added'],
  ],
  handler({ before, after, by }, { record }) {
    const found = differences(listAt(record, before), listAt(record, after), by === undefined ? null : pathOf(by))
    if (found.ok) return found.differences
    throw new CommandFailure(
      found.problem === 'missing'
        ? `record ${found.at + 1} of ${found.list === 'before' ? before : after} has no ${by}: name a field that each record has`
        : `two records of ${found.list === 'before' ? before : after} have the same ${by}: name a field that tells them apart`,
    )
  },
})

function listAt(record: PawlRecord, field: string): PawlRecord[] {
  const list = valueAt(record, pathOf(field))
  if (list === undefined) throw lacks(record, field)
  if (!Array.isArray(list)) throw new CommandFailure(`${field} is ${kindOfValue(list)}, not a list of records`)
  return list.map((one) => (isRecord(one) ? one : { value: one }))
}
