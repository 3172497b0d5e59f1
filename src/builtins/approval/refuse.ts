/** `approval refuse`: ends a run that waits for approval. One refusal is enough. */
import { code, md } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { noteOption, runOption, runsToDecide, sayWord } from './word.ts'

export default defineCommand({
  name: 'approval refuse',
  summary: 'Refuse a run that waits for approval; one refusal ends it',
  description: 'It needs the permission that the run asks for, as to approve it does.',
  options: { run: runOption, note: noteOption },
  complete: { run: runsToDecide },
  input: 'none',
  effects: 'write',
  answer: 'private',
  // Open to all: what counts is the permission that each run asks for, which is checked at the click.
  rules: ['when command is approval:refuse allow'],
  examples: [['approval refuse r_0123456789abcdef not before the backup', 'refuse this run, and say why']],
  handler: (given, ctx) => sayWord(ctx, 'refuse', given),
  view: ([{ line }]) => md`You refused ${code(line)}: it is not run.`,
})
