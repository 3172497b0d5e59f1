/** `alias show`: one alias, and who made it. Network: D1. */
import * as z from 'zod'
import { code, plain } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { findAlias, recordOf } from './alias.ts'

export default defineCommand({
  name: 'alias show',
  summary: 'Show an alias: yours, or one of the site',
  options: { name: z.string().describe('Name of the alias') },
  effects: 'read',
  answer: 'private',
  rules: ['when command is alias:show allow'],
  examples: [['alias show d', 'what d stands for, and who made it']],
  async handler({ name }, ctx) {
    const row = await findAlias(ctx, name)
    return { ...recordOf(row), by: row.created_by, at: new Date(row.created_at).toISOString() }
  },
  view: ([{ whose, usage, text, by, at }]) => [
    {
      kind: 'fields',
      fields: [
        { name: 'Type', value: code(usage) },
        { name: 'Stands for', value: code(text) },
        { name: 'Whose', value: plain(whose === 'site' ? "everybody's" : 'yours') },
        { name: 'Saved', value: plain(`${at} by ${by}`) },
      ],
    },
  ],
})
