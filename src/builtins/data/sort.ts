/** `sort`: the records in order. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { type FieldPath, valueAt } from '../../data/path.ts'
import { compareValues, isMissing } from '../../data/value.ts'
import type { Json, PawlRecord } from '../../json.ts'
import { fieldPath, pathOf } from './options.ts'

export default defineCommand({
  name: 'sort',
  summary: 'Put the records in order',
  description:
    'By the fields given, the first one first; without any, by the whole record. Numbers as numbers, text by character code, missing last. Equal records keep their order.',
  options: {
    desc: z.boolean().default(false).meta({ short: 'd' }).describe('The greatest first'),
    fields: z.array(fieldPath()).default([]).describe('Which fields to sort by'),
  },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is sort allow'],
  examples: [
    [`seed '[{"a":3},{"a":1}]' | sort a`, '1, 3'],
    [`seed '[{"a":1,"b":2},{"a":1,"b":9},{"a":2,"b":5}]' | sort --desc a b`, 'by a, then by b, the greatest first'],
  ],
  handler: ({ desc, fields }, { records }) =>
    sorted(records, fields.length === 0 ? [[]] : fields.map(pathOf), desc ? -1 : 1),
})

function sorted(records: readonly PawlRecord[], paths: readonly FieldPath[], sign: 1 | -1): PawlRecord[] {
  // The values are looked up once per record, not once per comparison.
  const keyed = records.map((record) => ({ record, keys: paths.map((path) => valueAt(record, path)) }))
  return keyed.sort((a, b) => orderOf(a.keys, b.keys, sign)).map(({ record }) => record)
}

function orderOf(a: readonly (Json | undefined)[], b: readonly (Json | undefined)[], sign: 1 | -1): number {
  for (let i = 0; i < a.length; i++) {
    const [left, right] = [a[i], b[i]]
    // Missing is last in both directions.
    const order = isMissing(left) || isMissing(right) ? compareValues(left, right) : sign * compareValues(left, right)
    if (order !== 0) return order
  }
  return 0
}
