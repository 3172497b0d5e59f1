/** `can`: what the rules say to a line of somebody else, asked in this room. Nothing of the line runs. Network: D1, the platform. */
import * as z from 'zod'
import { plain } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { lineOption } from './line.ts'
import { explained, explainedView } from './report.ts'
import { subjectNamed } from './somebody.ts'

export default defineCommand({
  name: 'can',
  summary: 'Explain whether somebody may run a line in this room',
  options: { who: z.string().min(1).describe('A user of Pawl, or a mention'), line: lineOption },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is can must have pawl:admin or pawl:explain'],
  examples: [['can grace deploy web prod', 'as why says it to grace']],
  handler: async ({ who, line }, ctx) => await explained(ctx, line, await subjectNamed(ctx, who)),
  view: (records) => explainedView(records, plain('As asked in this room. Nothing of it was run.')),
})
