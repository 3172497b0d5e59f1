/** `max`: the record with the greatest value. Pure. */
import { defineCommand } from '../../command/define.ts'
import { extremeOf } from './extreme.ts'
import { fieldPath } from './options.ts'

export default defineCommand({
  name: 'max',
  summary: 'Give the record with the greatest value in a field',
  description:
    'The first one of equals. Records without the field are left out; without a field whole records are compared.',
  options: { field: fieldPath().optional().describe('Which field') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is max allow'],
  examples: [
    [`seed '[{"app":"web","size":3},{"app":"api","size":1}]' | max size`, 'the greatest of them'],
    [`seed '[{"a":{"b":1}},{"a":{"b":3}}]' | max a.b`, 'by a field within'],
  ],
  handler: ({ field }, { records }) => extremeOf(records, field, 'greatest'),
})
