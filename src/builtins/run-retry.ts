/** `run retry`: alone on its line it is written out before it would run (src/runs/retry.ts); what comes here is refused. Pure. */
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { RUN_ID } from '../runs/identity.ts'

export default defineCommand({
  name: 'run retry',
  summary: 'Run the line of an earlier run again, as you: your own, one told in this room, or any with run:read',
  description:
    'It becomes a new run with the full check. Only a line that was kept whole can be repeated. Where that may do something twice, of a lost run or of one that was run again already, it needs --anyway.',
  options: {
    run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run'),
    anyway: z.boolean().default(false).describe('Although it may be done twice'),
  },
  effects: 'write',
  answer: 'private',
  // Open to all because the line that is repeated is decided as if it had been typed.
  rules: ['when command is run:retry allow'],
  examples: [['run retry r_0123456789abcdef', 'the same line again, as a new run of yours']],
  handler({ run }): string {
    throw new CommandFailure(
      `run retry ${run} stands alone on its line, without a pipe or a redirect: the line that it repeats has its own`,
    )
  },
})
