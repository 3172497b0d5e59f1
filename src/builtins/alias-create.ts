/** `alias create`: saves a line under one word. Network: D1. */
import * as z from 'zod'
import { actorKey } from '../chat/invocation.ts'
import { md } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { type AliasRow, deleteAlias, insertAlias, selectNamesakes } from '../db/alias.ts'
import { ALIAS_SITE } from '../policy/house-permissions.ts'
import { changeAlias, checked, mayShare, ownerOf, recordOf, refuseBreaking, refuseTaken } from './alias.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'alias create',
  summary: 'Save a line under one word, for you or for all',
  description: [
    'The line may have parameters, {{app}} or {{env=staging}}, given by position or as --app web; without parameters, what is typed behind the alias goes to its end.',
    'It is checked when it is saved, and gives nobody a right: whoever types it must be allowed what it stands for.',
  ].join(' '),
  options: {
    name: z.string().describe('The word, or an emoji'),
    line: z.string().describe('The line that it stands for'),
    site: z.boolean().default(false).describe(`For everybody; needs ${ALIAS_SITE}`),
    replace: z.boolean().default(false).describe('Put it in the place of the alias of this name'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  // Open to all because it first serves one's own; the handler asks for alias:site where everybody is served.
  rules: ['when command is alias:create allow'],
  examples: [
    [`alias create d 'deploy {{app}} --env={{env=staging}}'`, 'd web deploys web to staging, d web prod to prod'],
    [`alias create big 'filter "size > 10" | sort size --desc'`, 'what comes through a pipe, the big ones first'],
  ],
  async handler({ name, line, site, replace }, ctx) {
    const { db } = houseOf(ctx)
    const owner = ownerOf(ctx, site ? 'site' : 'own')
    if (site) mayShare(ctx, ALIAS_SITE, 'an alias for everybody')
    const { text, uses, around } = await checked(ctx, name, line, owner)
    const { results } = await selectNamesakes(db, owner, name).all<AliasRow>()
    const was = replace ? (results.find((alias) => alias.owner === owner) ?? null) : null
    await refuseTaken(ctx, name, owner, was ?? undefined)
    if (was !== null) await refuseBreaking(ctx, was, text, around)
    const will = { name, owner, text }
    await changeAlias(ctx, {
      was,
      will,
      statements: [
        ...(was === null ? [] : [deleteAlias(db, was.id)]),
        insertAlias(db, {
          ...will,
          uses: JSON.stringify(uses),
          created_by: actorKey(ctx.actor),
          created_at: ctx.now(),
        }),
      ],
    })
    return recordOf(will)
  },
  view: ([{ whose, usage, text }]) =>
    md`Saved ${whose === 'site' ? 'for everybody' : 'for you'}: \`${usage}\` stands for \`${text}\`.`,
})
