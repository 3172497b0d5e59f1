/** `sum`: a field of all records, added up. Pure. */
import { defineCommand } from '../../command/define.ts'
import { numbersAt, sumOf } from './numbers.ts'
import { fieldPath, SCALAR_FIELD } from './options.ts'

export default defineCommand({
  name: 'sum',
  summary: 'Add up the numbers in a field',
  description: 'Records without the field are left out; of no records it is 0.',
  options: { field: fieldPath().default(SCALAR_FIELD).describe('Which field') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is sum allow'],
  examples: [
    [`seed '[{"size":3},{"size":12}]' | sum size`, '15'],
    [`seed '[1, 2, 3]' | sum`, '6'],
  ],
  handler: ({ field }, { records }) => sumOf(numbersAt(records, field)),
})
