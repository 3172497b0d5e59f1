/** `avg`: the mean of a field over all records. Pure. */
import { defineCommand } from '../../command/define.ts'
import { numbersAt, sumOf } from './numbers.ts'
import { fieldPath, SCALAR_FIELD } from './options.ts'

export default defineCommand({
  name: 'avg',
  summary: 'Give the average of the numbers in a field',
  description: 'Records without the field are left out; of no records there is none.',
  options: { field: fieldPath().default(SCALAR_FIELD).describe('Which field') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is avg allow'],
  examples: [
    [`seed '[{"ms":10},{"ms":20}]' | avg ms`, '15'],
    [`seed '[1, 2]' | avg`, '1.5'],
  ],
  handler({ field }, { records }) {
    const numbers = numbersAt(records, field)
    return numbers.length === 0 ? null : sumOf(numbers) / numbers.length
  },
})
