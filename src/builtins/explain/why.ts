/** `why`: what every rule says to a line of the asker, before it is run. Nothing of the line runs. Network: D1. */
import { plain } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { houseOf } from '../house.ts'
import { lineOption } from './line.ts'
import { explained, explainedView } from './report.ts'

export default defineCommand({
  name: 'why',
  summary: 'Explain what the rules say to a line, without running it',
  options: { line: lineOption },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is why allow'],
  examples: [['why deploy web prod', 'each rule, whether it matches and on what, and what is missing']],
  handler: ({ line }, ctx) => explained(ctx, line, houseOf(ctx).subject),
  view: (records) => explainedView(records, plain('Nothing of it was run.')),
})
