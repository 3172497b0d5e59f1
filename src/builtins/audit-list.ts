/** `audit list`: the newest lines of the audit log. Reading the log is itself an event of it. */
import * as z from 'zod'
import { auditEvent } from '../audit/event.ts'
import { briefLineOf } from '../audit/line.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { type AuditRow, appendAudit, selectAudit } from '../db/audit.ts'
import { RUN_ID } from '../runs/identity.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'audit list',
  summary: 'Show the newest lines of the audit log',
  options: {
    limit: z.int().min(1).max(100).default(20).describe('How many lines'),
    run: z.string().optional().describe('Only of this run'),
    before: z.int().min(1).optional().describe('Only lines before this number: the next page'),
  },
  effects: 'read',
  answer: 'private',
  rules: ['when command is audit:list must have audit:read'],
  examples: [
    ['audit list', 'the newest 20 lines'],
    ['audit list 5 --before 120', 'five lines before line 120'],
  ],
  async handler({ limit, run, before }, ctx) {
    if (run !== undefined && !RUN_ID.test(run))
      throw new CommandFailure(`${run} is no run id: they look like r_0123456789abcdef`)
    const { db } = houseOf(ctx)
    const [rows] = (await db.batch([
      selectAudit(db, { limit, ...(run !== undefined && { run }), ...(before !== undefined && { before }) }),
      appendAudit(db, { when: 'always' }, [
        auditEvent(ctx.now(), 'audit.read', ctx.actor, { run: ctx.run, limit, of_run: run, before }),
      ]),
    ])) as [D1Result<AuditRow>, D1Result]
    return rows.results.map(({ seq, event }) => ({ seq, line: briefLineOf(event) }))
  },
  view: (records) => [
    {
      kind: 'code',
      text: [...records]
        .reverse()
        .map(({ seq, line }) => `${seq} ${line}`)
        .join('\n'),
    },
  ],
})
