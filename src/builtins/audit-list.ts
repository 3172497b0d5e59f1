/** `audit list`: the newest lines of the audit log, of those that a filter leaves. Network: D1. */
import { defineCommand } from '../command/define.ts'
import { FILTERS, LIMIT, linesView, readLines, SEARCHED_TEXT } from './audit-lines.ts'

export default defineCommand({
  name: 'audit list',
  summary: 'Show the newest lines of the audit log: all, or of a person, a command, a run, an outcome, a time',
  description: `Reading the log is an event of it. ${SEARCHED_TEXT}`,
  options: { limit: LIMIT, ...FILTERS },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is audit:list must have audit:read'],
  examples: [
    ['audit list', 'the newest 20 lines'],
    ['audit list 5 --before 120', 'five lines before line 120'],
    ['audit list --person @grace --outcome denied --since 7d', 'what grace was refused in the last week'],
    ['audit list --command deploy --code run.*', 'how the last deployments went'],
  ],
  handler: (options, ctx) => readLines(ctx, { ...options, words: [] }),
  view: ([reading]) => linesView(reading),
})
