/** `audit search`: the newest lines of the audit log that hold some words. Network: D1. */
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { FILTERS, LIMIT, linesView, readLines, SEARCHED_TEXT } from './audit-lines.ts'

export default defineCommand({
  name: 'audit search',
  summary: 'Show the newest lines of the audit log that hold all of some words',
  description: `Words are found anywhere in an event, whatever their case; several stand in quotes. Searching the log is an event of it. ${SEARCHED_TEXT}`,
  options: {
    words: z.string().trim().min(1).max(200).describe('All of these words are in the line'),
    limit: LIMIT,
    ...FILTERS,
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is audit:search must have audit:read'],
  examples: [
    ['audit search deploy:prod', 'where that permission is spoken of'],
    [`audit search 'web prod' --code run.admitted --since 30d`, 'who asked for both in a month'],
  ],
  handler: ({ words, ...options }, ctx) => readLines(ctx, { ...options, words: words.split(/\s+/) }),
  view: ([reading]) => linesView(reading),
})
