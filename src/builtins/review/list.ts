/** `review list`, `review show`: what was done with a broken glass. Network: D1. */
import * as z from 'zod'
import { code, md, personName, plain, timeOf } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { type ReviewedRow, selectReview, selectReviews } from '../../db/reviews.ts'
import { REVIEW } from '../../policy/house-permissions.ts'
import { RUN_ID } from '../../runs/identity.ts'
import { houseOf } from '../house.ts'
import { fieldsView } from '../policy/shown.ts'
import { reviewRecord } from './shown.ts'

/** More than a page is history: the audit log has it. */
const LISTED_MAX = 50

export const reviewList = defineCommand({
  name: 'review list',
  summary: 'List what was done with break-glass and still has to be looked at',
  options: { all: z.boolean().default(false).describe('Those that are closed, too') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [`when command is review:list must have ${REVIEW}`],
  examples: [
    ['review list', 'those that are open'],
    ['review list --all', 'the newest fifty'],
  ],
  empty: 'Nothing is left to review.',
  async handler({ all }, ctx) {
    const { results } = await selectReviews(houseOf(ctx).db, all, LISTED_MAX).all<ReviewedRow>()
    return results.map(reviewRecord)
  },
})

export const reviewShow = defineCommand({
  name: 'review show',
  summary: 'Show what was done with break-glass in a run, and why',
  options: { run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [`when command is review:show must have ${REVIEW}`],
  examples: [['review show r_0123456789abcdef', 'who, why, and what it ran without']],
  async handler({ run }, ctx) {
    const row = await selectReview(houseOf(ctx).db, run).first<ReviewedRow>()
    if (!row) throw new CommandFailure(`no glass was broken for run ${run}: review list has those there are`)
    return reviewRecord(row)
  },
  view: ([{ run, review, line, state, by, reason, without, at, closed_by, note }]) =>
    fieldsView([
      ['Run', code(run)],
      ['Line', code(line)],
      ['State', state.replace('_', ' ')],
      ['By', personName(by, 'an administrator')],
      ['At', timeOf(Date.parse(at))],
      ['Why', plain(reason)],
      ['Without', without.join(', ')],
      [
        'Review',
        review === 'open' ? 'open' : md`closed by ${personName(closed_by ?? 'somebody', 'an administrator')}: ${note}`,
      ],
    ]),
})
