/** `alias move`: gives an alias another name, or another owner: from one's own to the site's and back. Network: D1. */
import * as z from 'zod'
import { md } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { type AliasUser, moveAlias } from '../db/alias.ts'
import { ALIAS_SITE } from '../policy/house-permissions.ts'
import { changeAlias, checked, findAlias, mayShare, ownerOf, recordOf, refuseTaken, refuseUsed } from './alias.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'alias move',
  summary: 'Rename an alias, or move it between you and the site',
  options: {
    name: z.string().describe('Name of the alias'),
    to: z.enum(['own', 'site']).optional().describe(`Whose it becomes; the site needs ${ALIAS_SITE}`),
    rename: z.string().optional().meta({ short: 'r' }).describe('Its new name'),
  },
  effects: 'write',
  answer: 'private',
  rules: ['when command is alias:move allow'],
  examples: [
    ['alias move d site', 'everybody may type d'],
    ['alias move d --rename ship', 'it is called ship from now on'],
  ],
  async handler({ name, to, rename }, ctx) {
    if (to === undefined && rename === undefined)
      throw new CommandFailure('say where to: alias move <name> site, alias move <name> own, or --rename <name>')
    const was = await findAlias(ctx, name)
    const owner = to === undefined ? was.owner : ownerOf(ctx, to)
    const will = { name: rename ?? name, owner, text: was.text }
    if (will.name === was.name && will.owner === was.owner) throw new CommandFailure(`${name} is there already`)
    if (was.owner === null || owner === null) mayShare(ctx, ALIAS_SITE, 'changing what everybody may type')
    // Under its old name, what is everybody's is still mine, and what is mine stands for me alone.
    const own = ownerOf(ctx, 'own')
    const spared = ({ owner: user }: AliasUser) => will.name === was.name && (owner === null || user === own)
    await refuseUsed(ctx, was, spared)
    // For everybody it may stand only on what everybody has.
    await checked(ctx, will.name, will.text, owner)
    await refuseTaken(ctx, will.name, owner, was)
    await changeAlias(ctx, { was, will, statements: [moveAlias(houseOf(ctx).db, was.id, will.name, owner)] })
    return recordOf(will)
  },
  view: ([{ alias, whose, text }]) =>
    md`\`${alias}\` stands for \`${text}\`, ${whose === 'site' ? 'for everybody' : 'for you'}.`,
})
