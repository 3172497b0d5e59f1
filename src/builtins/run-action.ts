/** `run action`: what a button under a result stands for; alone on its line it is written out (src/runs/actions.ts). Pure. */
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { ACTIONS_MAX } from '../runs/actions.ts'
import { RUN_ID } from '../runs/identity.ts'

export default defineCommand({
  name: 'run action',
  summary: 'Press a button under a result: run the line that it offers, as you',
  description:
    'It becomes a new run with the full check. Only for the asker of that run, and in the room that was told its answer.',
  options: {
    run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run'),
    number: z.int().min(1).max(ACTIONS_MAX).describe('Which of its buttons, counted from 1'),
  },
  effects: 'write',
  answer: 'private',
  // Open to all because the line that is offered is decided as if it had been typed.
  rules: ['when command is run:action allow'],
  examples: [['run action r_0123456789abcdef 1', 'what the first button under that answer offers']],
  handler({ run, number }): string {
    throw new CommandFailure(
      `run action ${run} ${number} stands alone on its line, without a pipe or a redirect: the line that it stands for has its own`,
    )
  },
})
