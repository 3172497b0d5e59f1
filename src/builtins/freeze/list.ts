/** `freeze list`: what is frozen, by whom and why. Network: D1. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { type FreezeRow, selectFreezes } from '../../db/freezes.ts'
import { houseOf } from '../house.ts'
import { freezeRecord } from './shown.ts'

/** More than a page is history: the audit log has it. */
const LISTED_MAX = 50

export default defineCommand({
  name: 'freeze list',
  summary: 'List what is frozen, until when and why',
  options: { all: z.boolean().default(false).describe('Those that are over, too') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all, as every refusal says as much.
  rules: ['when command is freeze:list allow'],
  examples: [
    ['freeze list', 'those that hold'],
    ['freeze list --all | head 5', 'the newest five, over or not'],
  ],
  empty: 'Nothing is frozen.',
  async handler({ all }, ctx) {
    const now = ctx.now()
    const { results } = await selectFreezes(houseOf(ctx).db, all, now, LISTED_MAX).all<FreezeRow>()
    return results.map((row) => freezeRecord(row, now))
  },
})
