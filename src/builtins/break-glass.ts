/** `break-glass`: alone on its line it is written out before it would run (src/runs/break-glass.ts); what comes here is refused. Pure. */
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { BREAK_GLASS } from '../policy/house-permissions.ts'
import { lineOption } from './explain/line.ts'

/** It has to tell somebody else why it could not wait. */
const REASON = { least: 10, most: 300 }

export default defineCommand({
  name: 'break-glass',
  summary: 'Run one line now, without its confirmation, approval and freezes; the security room is told',
  description:
    "Every permission is needed as ever, and nothing that is forbidden runs. It is for no command of Pawl's own that changes something or reads the audit log. Somebody else has to close the review of it.",
  options: {
    reason: z.string().trim().min(REASON.least).max(REASON.most).describe('Why it cannot wait'),
    line: lineOption,
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: [`when command is break-glass must have ${BREAK_GLASS}`],
  examples: [["break-glass 'checkout is down, v41 has the fix' deploy web prod", 'without waiting for approval']],
  handler(): string {
    throw new CommandFailure(
      "break-glass stands alone on its line, without a pipe or a redirect: put the line that it is for in quotes, as in break-glass 'checkout is down' 'deploy web prod > #ops'",
    )
  },
})
