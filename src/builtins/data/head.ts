/** `head`: the first records. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'

/** As in Unix. */
const COUNT = 10

export default defineCommand({
  name: 'head',
  summary: 'Keep the first records',
  options: { count: z.int().min(0).default(COUNT).meta({ short: 'n' }).describe('How many') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is head allow'],
  examples: [[`seed '[1, 2, 3]' | head 2`, '1, 2']],
  handler: ({ count }, { records }) => records.slice(0, count),
})
