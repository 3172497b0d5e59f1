/** `review close`: says that somebody else has looked at what was done with a broken glass. Network: D1. */
import * as z from 'zod'
import { accountKeysOf } from '../../approval/accounts.ts'
import { personOf } from '../../approval/needs.ts'
import { auditEvent } from '../../audit/event.ts'
import { maskTokens } from '../../audit/tokens.ts'
import { code, md, personText } from '../../chat/markdown.ts'
import type { Context } from '../../command/command.ts'
import { CHOICES_MAX } from '../../command/complete-value.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { appendAudit } from '../../db/audit.ts'
import { isVersionConflict } from '../../db/policy.ts'
import { closeReview, type ReviewedRow, selectReview, selectReviews } from '../../db/reviews.ts'
import { REVIEW } from '../../policy/house-permissions.ts'
import { RUN_ID } from '../../runs/identity.ts'
import { completionHouseOf, houseOf } from '../house.ts'

/** What was found, in a sentence or two. */
const NOTE = { least: 10, most: 500 }

export default defineCommand({
  name: 'review close',
  summary: 'Close the review of what somebody else did with break-glass',
  options: {
    run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run'),
    note: z.array(z.string()).min(1).meta({ words: true }).describe('What you found'),
  },
  complete: {
    async run(typed, ctx) {
      const { results } = await selectReviews(completionHouseOf(ctx).db, false, CHOICES_MAX).all<ReviewedRow>()
      return results.map(({ run }) => run).filter((run) => run.startsWith(typed))
    },
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: [`when command is review:close must have ${REVIEW}`],
  examples: [['review close r_0123456789abcdef v41 was right, the page is healthy again', 'it is closed for good']],
  async handler({ run, note: words }, ctx) {
    const note = maskTokens(words.join(' ').trim())
    if (note.length < NOTE.least || note.length > NOTE.most)
      throw new CommandFailure(`say what you found, in ${NOTE.least} to ${NOTE.most} characters`)
    const { db, identity, reviewWord } = houseOf(ctx)
    const row = await selectReview(db, run).first<ReviewedRow>()
    if (!row) throw new CommandFailure(`no glass was broken for run ${run}: review list has those there are`)
    if (row.closed_at !== null) throw new CommandFailure(alreadyClosed(row))
    const wrong = await whyNot(ctx, row)
    if (wrong !== null) {
      const event = auditEvent(ctx.now(), 'review.rejected', ctx.actor, { run, by_run: ctx.run, reason: wrong })
      await appendAudit(db, { when: 'always' }, [event]).run()
      throw new CommandFailure(WRONG[wrong])
    }
    const by = identity().user ?? ctx.actor.id
    const now = ctx.now()
    const word = reviewWord({ run, line: row.line, by, note })
    try {
      await db.batch([
        ...closeReview(db, { run, by, note, now }),
        ...word.statements,
        appendAudit(db, { when: 'always' }, [
          auditEvent(now, 'review.closed', ctx.actor, { run, by_run: ctx.run, note }),
        ]),
      ])
    } catch (error) {
      if (!isVersionConflict(error)) throw error
      const closed = await selectReview(db, run).first<ReviewedRow>()
      throw new CommandFailure(closed ? alreadyClosed(closed) : `there is no review of run ${run} any more`)
    }
    await word.bring()
    return { run, by, note }
  },
  view: ([{ run, note }]) => md`The review of run ${code(run)} is closed: ${note}`,
})

const WRONG = {
  own: 'you broke this glass: somebody else has to look at it. Accounts of one user are one person.',
  nobody: 'only a user of Pawl can close a review: nobody could say that you are somebody else',
} as const

/** Why this person may not close it; null when he may. */
async function whyNot(ctx: Context, row: ReviewedRow): Promise<keyof typeof WRONG | null> {
  const { subject, db } = houseOf(ctx)
  const person = personOf(subject, ctx.actor)
  if (person === null) return 'nobody'
  if (person === row.person) return 'own'
  // By the accounts, too: whoever broke it may have become another user since, or nobody's with one of them.
  const then = JSON.parse(row.accounts) as string[]
  return (await accountKeysOf(db, subject, ctx.actor)).some((key) => then.includes(key)) ? 'own' : null
}

function alreadyClosed({ run, closed_by, note }: ReviewedRow): string {
  return `the review of run ${run} was closed by ${personText(closed_by ?? 'somebody', 'an administrator')}: ${note ?? ''}`
}
