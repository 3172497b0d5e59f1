/** `alias list`: the aliases that the asker may type. Network: D1. */
import * as z from 'zod'
import { actorKey } from '../chat/invocation.ts'
import { plain } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { columns } from '../command/usage.ts'
import { type AliasRow, selectVisible } from '../db/alias.ts'
import { recordOf } from './alias.ts'
import { houseOf } from './house.ts'

/** What one answer shows; more is searched with a pipe. */
const LISTED_MAX = 1_000

/** Rows of the view; the records are all there for a pipe. */
const ROWS_MAX = 50

export default defineCommand({
  name: 'alias list',
  summary: 'List your aliases and those of the site',
  options: {
    whose: z.enum(['own', 'site']).optional().describe('Only yours, or only those of the site'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is alias:list allow'],
  examples: [
    ['alias list', 'all that you may type'],
    [`alias list | filter --path text --matches deploy`, 'those that deploy'],
  ],
  empty: 'There is no such alias. alias create makes one; help alias create shows how.',
  async handler({ whose }, ctx) {
    const { db } = houseOf(ctx)
    const { results } = await selectVisible(db, actorKey(ctx.actor), LISTED_MAX).all<AliasRow>()
    return results.map(recordOf).filter((alias) => whose === undefined || alias.whose === whose)
  },
  view: (records) => {
    const rows = records
      .slice(0, ROWS_MAX)
      .map(({ usage, whose, text }): [string, string] => [usage, `${text}  (${whose})`])
    const more = records.length - rows.length
    return [
      { kind: 'code', text: columns(rows) },
      ...(more > 0
        ? [{ kind: 'note', text: plain(`${more} more: alias list | filter --path alias --matches …`) } as const]
        : []),
    ]
  },
})
