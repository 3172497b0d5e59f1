/** `raw`: the records as JSON text. Pure. */
import { defineCommand } from '../../command/define.ts'

export default defineCommand({
  name: 'raw',
  summary: 'Show the records as JSON',
  description: 'Gives one text: a list of every record, indented. seed reads it back.',
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is raw allow'],
  examples: [[`seed '[{"a":1},{"a":2}]' | raw`, 'the JSON of both']],
  handler: (_args, { records }) => ({ value: JSON.stringify(records, null, 2) }),
})
