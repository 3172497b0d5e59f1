/** `tail`: the last records. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'

/** As in Unix. */
const COUNT = 10

export default defineCommand({
  name: 'tail',
  summary: 'Keep the last records',
  options: { count: z.int().min(0).default(COUNT).meta({ short: 'n' }).describe('How many') },
  input: 'all',
  effects: 'read',
  slash: false,
  rules: ['when command is tail allow'],
  examples: [[`seed '[1, 2, 3]' | tail 2`, '2, 3']],
  handler: ({ count }, { records }) => records.slice(Math.max(0, records.length - count)),
})
