/** `table`: the records as one aligned text. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { columnsOf, textTable } from '../../data/text-table.ts'
import { fieldPath, pathOf } from './options.ts'

export default defineCommand({
  name: 'table',
  summary: 'Lay the records out as a table of text',
  description: 'Without fields, one column for each field that there is. Wide cells are cut.',
  options: { fields: z.array(fieldPath()).default([]).describe('Which fields, in this order') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is table allow'],
  examples: [
    [`seed '[{"app":"web","size":3},{"app":"api","size":12}]' | table`, 'a table of both'],
    [`seed '[{"app":"web","spec":{"size":3}}]' | table app spec.size`, 'two columns, one from within'],
  ],
  handler: ({ fields }, { records }) => {
    const columns = fields.map((field) => ({ title: field, path: pathOf(field) }))
    return records.length === 0
      ? []
      : [{ value: textTable(records, columns.length > 0 ? columns : columnsOf(records)) }]
  },
})
