/** `approval approve`: agrees to a run that waits for approval. Everything that counts is checked behind it, as of now. */
import { code, md } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { noteOption, runOption, runsToDecide, sayWord } from './word.ts'

export default defineCommand({
  name: 'approval approve',
  summary: 'Agree to a run that waits for approval',
  description:
    'It needs the permission that the run asks for. You cannot agree to what you asked for yourself, with whatever account, nor to an alias that you wrote.',
  options: { run: runOption, note: noteOption },
  complete: { run: runsToDecide },
  input: 'none',
  effects: 'write',
  answer: 'private',
  // Open to all: what counts is the permission that each run asks for, which is checked at the click.
  rules: ['when command is approval:approve allow'],
  examples: [['approval approve r_0123456789abcdef', 'agree to this run']],
  handler: (given, ctx) => sayWord(ctx, 'approve', given),
  view: ([{ line, state, agreed }]) =>
    state === 'given'
      ? md`You approved ${code(line)}: it starts now.`
      : md`You approved ${code(line)}. It waits for more people: ${agreed}.`,
})
