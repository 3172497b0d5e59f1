/** `flatten`: the elements of a list field as records. Pure. */
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { valueAt } from '../../data/path.ts'
import { kindOfValue } from '../../data/value.ts'
import { isRecord, type PawlRecord } from '../../json.ts'
import { fieldPath, lacks, pathOf, SCALAR_FIELD } from './options.ts'

export default defineCommand({
  name: 'flatten',
  summary: 'Make a record of each element of a list field',
  description:
    'An element that is not an object becomes the field "value" of one. The rest of the record is left behind.',
  options: { field: fieldPath().default(SCALAR_FIELD).describe('Which field') },
  effects: 'read',
  slash: false,
  rules: ['when command is flatten allow'],
  examples: [
    [`seed '{"apps":[{"name":"web"},{"name":"api"}]}' | flatten apps`, 'two records'],
    [`seed '[{"env":"dev","n":1},{"env":"prod","n":2}]' | group env | flatten records`, 'the same records again'],
  ],
  handler({ field }, { record }) {
    const list = valueAt(record, pathOf(field))
    if (list === undefined) throw lacks(record, field)
    if (!Array.isArray(list))
      throw new CommandFailure(`${field} is ${kindOfValue(list)}, not a list: for the pieces of a text use split`)
    return list.map((one): PawlRecord => (isRecord(one) ? one : { value: one }))
  },
})
