/** `alias delete`: takes a word back. Network: D1. */
import * as z from 'zod'
import { md } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { deleteAlias } from '../db/alias.ts'
import { ALIAS_SITE } from '../policy/house-permissions.ts'
import { changeAlias, findAlias, mayShare, recordOf, refuseUsed } from './alias.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'alias delete',
  summary: `Delete an alias of yours, or one of the site with ${ALIAS_SITE}`,
  options: { name: z.string().describe('Name of the alias') },
  effects: 'write',
  answer: 'private',
  rules: ['when command is alias:delete allow'],
  examples: [['alias delete d', 'd means nothing any more']],
  async handler({ name }, ctx) {
    const was = await findAlias(ctx, name)
    if (was.owner === null) mayShare(ctx, ALIAS_SITE, `${name} is everybody's: deleting it`)
    await refuseUsed(ctx, was)
    await changeAlias(ctx, { was, will: null, statements: [deleteAlias(houseOf(ctx).db, was.id)] })
    return recordOf(was)
  },
  view: ([{ alias, text }]) => md`Deleted \`${alias}\`, which stood for \`${text}\`.`,
})
